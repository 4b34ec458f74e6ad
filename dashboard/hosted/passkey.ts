// Passkeys in this browser: the API's JSON in, the browser's answer as JSON out (WebAuthn Level 3, sections 5.1 and 5.4).

interface Descriptor {
	type: "public-key";
	id: string;
}

export interface RequestOptions {
	challenge: string;
	rpId: string;
	timeout: number;
	userVerification: UserVerificationRequirement;
	allowCredentials: Descriptor[];
}

export interface CreationOptions {
	rp: PublicKeyCredentialRpEntity;
	user: { id: string; name: string; displayName: string };
	challenge: string;
	pubKeyCredParams: PublicKeyCredentialParameters[];
	timeout: number;
	attestation: AttestationConveyancePreference;
	authenticatorSelection: AuthenticatorSelectionCriteria;
	excludeCredentials: Descriptor[];
}

export function hasPasskeys(): boolean {
	return "PublicKeyCredential" in window && "credentials" in navigator;
}

/** The person closed the browser's dialog, or has no passkey here. */
export function isGivenUp(error: unknown): boolean {
	return error instanceof DOMException && ["NotAllowedError", "AbortError"].includes(error.name);
}

function decode(text: string): Uint8Array<ArrayBuffer> {
	return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (octet) => octet.charCodeAt(0));
}

function encode(octets: ArrayBuffer): string {
	const text = btoa(String.fromCharCode(...new Uint8Array(octets)));
	return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const decodeIds = (list: Descriptor[]) => list.map((one) => ({ ...one, id: decode(one.id) }));

function answer(credential: Credential | null, names: string[]): object {
	const made = credential as PublicKeyCredential;
	const response = made.response as unknown as Record<string, ArrayBuffer | null>;
	const sent = names.filter((name) => response[name]).map((name) => [name, encode(response[name] as ArrayBuffer)]);
	return { id: made.id, rawId: made.id, type: made.type, response: Object.fromEntries(sent) };
}

export async function usePasskey(options: RequestOptions): Promise<object> {
	const publicKey = {
		...options,
		challenge: decode(options.challenge),
		allowCredentials: decodeIds(options.allowCredentials),
	};
	const names = ["clientDataJSON", "authenticatorData", "signature", "userHandle"];
	return answer(await navigator.credentials.get({ publicKey }), names);
}

export async function makePasskey(options: CreationOptions): Promise<object> {
	const publicKey = {
		...options,
		challenge: decode(options.challenge),
		user: { ...options.user, id: decode(options.user.id) },
		excludeCredentials: decodeIds(options.excludeCredentials),
	};
	return answer(await navigator.credentials.create({ publicKey }), ["clientDataJSON", "attestationObject"]);
}
