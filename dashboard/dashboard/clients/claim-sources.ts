// Where the claims of a token come from, in words.
const PERSON = "The user";
const SIGN_IN = "Their newest sign-in";

const SOURCES: Record<string, string> = {
	iss: "This project's issuer",
	sub: PERSON,
	aud: "What the token is for: a resource server, or the client itself",
	client_id: "This client",
	scope: "What was asked for, as far as client and resource allow",
	scopes: "The same as scope, as a list",
	project_id: "This project",
	environment: "This project",
	iat: "The clock",
	exp: "The lifetime that the client or the resource server sets",
	jti: "New for each token",
	gid: "The grant: new for each consent",
	sid: SIGN_IN,
	auth_time: SIGN_IN,
	amr: SIGN_IN,
	acr: SIGN_IN,
	auth_strength: SIGN_IN,
	session_class: SIGN_IN,
	token_version: "The user's, or the project's least, if that is higher",
	email: "The user, by the scope email",
	email_verified: "The user, by the scope email",
	name: "The user, by the scope profile",
	custom_claims: "What your backend says of the user",
	role: "The user's claim of that name",
	plan: "The user's plan",
	features: "The user's plan and exceptions",
	features_omitted: "There was no room for features: ask the API",
};

export interface Claim {
	name: string;
	value: string;
	source: string;
}

const TIMES = new Set(["iat", "exp", "auth_time"]);

function textOf(name: string, value: unknown): string {
	if (TIMES.has(name) && typeof value === "number") {
		return `${value} (${new Date(value * 1000).toISOString()})`;
	}
	return typeof value === "string" ? value : JSON.stringify(value);
}

export function claimsOf(token: unknown): Claim[] {
	return Object.entries((token ?? {}) as Record<string, unknown>).map(([name, value]) => ({
		name,
		value: textOf(name, value),
		source: SOURCES[name] ?? "",
	}));
}
