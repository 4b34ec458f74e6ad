// What a client is called, how it proves itself, what it may ask for, and which ways to sign in it offers.
import { Checkbox, NativeSelect, Textarea, TextInput } from "@mantine/core";
import type { Tagged } from "../api/client";
import type { Client, ClientPatch } from "../api/types";
import { Choices } from "./choices";
import { ClientForm } from "./client-form";
import { linesOf } from "./client-types";

const METHODS: Record<NonNullable<Client["auth_methods"]>[number], string> = {
	password: "Password",
	magic_link: "Mailed link",
	email_otp: "Mailed code",
	username: "Username",
	anonymous: "As a guest",
	phone_otp: "Phone code",
	passkey: "Passkey",
	social: "Providers",
	sso: "Single sign-on",
};

const PAGES = [
	["client_uri", "Home page"],
	["logo_uri", "Logo"],
	["tos_uri", "Terms"],
	["policy_uri", "Privacy"],
	["backchannel_logout_uri", "Back-channel logout"],
] as const;

const FLAGS = [
	["first_party", "First party", "The project's own application: nobody is asked for consent"],
	["require_pkce", "Require PKCE", "Only a client with a secret may go without"],
	["require_par", "Require pushed requests (PAR)", null],
	["dpop_bound", "Bind tokens to a key (DPoP)", null],
	["direct_flow", "Runs sign-in screens of its own", null],
] as const;

const GRANTS = ["authorization_code", "refresh_token", "device_code", "client_credentials", "jwt-bearer", "token-exchange"];
const PROOFS = [
	{ value: "client_secret_basic", label: "Secret in a header (Basic)" },
	{ value: "client_secret_post", label: "Secret in the form" },
	{ value: "private_key_jwt", label: "A token signed by its key" },
	{ value: "none", label: "Nothing: it can't keep a secret" },
];

interface Values extends Record<(typeof FLAGS)[number][0], boolean> {
	name: string;
	token_endpoint_auth_method: string;
	grant_types: string[];
	auth_methods: string[];
	scopes: string;
	jwks: string;
	jwks_uri: string;
	pages: Record<(typeof PAGES)[number][0], string>;
}

function valuesOf(client: Client): Values {
	return {
		name: client.name,
		token_endpoint_auth_method: client.token_endpoint_auth_method,
		grant_types: client.grant_types,
		auth_methods: client.auth_methods ?? [],
		scopes: client.scopes.join("\n"),
		jwks: client.jwks ? JSON.stringify(client.jwks, null, 2) : "",
		jwks_uri: client.jwks_uri ?? "",
		first_party: client.first_party,
		require_pkce: client.require_pkce,
		require_par: client.require_par,
		dpop_bound: client.dpop_bound,
		direct_flow: client.direct_flow,
		pages: Object.fromEntries(PAGES.map(([name]) => [name, client[name] ?? ""])) as Values["pages"],
	};
}

/** What isn't JSON goes as it is, for the server to say what is wrong with it. */
function keysOf(text: string): unknown {
	try {
		return text.trim() === "" ? null : JSON.parse(text);
	} catch {
		return text;
	}
}

function toPatch({ pages, scopes, auth_methods, jwks, jwks_uri, ...values }: Values): ClientPatch {
	return {
		...values,
		jwks: keysOf(jwks),
		jwks_uri: jwks_uri.trim() || null,
		scopes: linesOf(scopes),
		auth_methods: auth_methods.length > 0 ? auth_methods : null,
		...Object.fromEntries(PAGES.map(([name]) => [name, pages[name] || null])),
	} as ClientPatch;
}

export function ClientSettings({ tagged, canWrite }: { tagged: Tagged<Client>; canWrite: boolean }) {
	const client = tagged.value;
	return (
		<ClientForm title="Settings" tagged={tagged} canWrite={canWrite} valuesOf={valuesOf} toPatch={toPatch}>
			{(form) => (
				<>
					<TextInput label="Name" required maxLength={120} autoComplete="off" {...form.getInputProps("name")} />
					<NativeSelect
						label="Proves itself by"
						description="Without a secret, those it has are thrown away"
						data={PROOFS}
						{...form.getInputProps("token_endpoint_auth_method")}
					/>
					{form.values.token_endpoint_auth_method === "private_key_jwt" || client.jwks || client.jwks_uri ? (
						<>
							<Textarea
								label="Public keys"
								description='{"keys": […]}, 1 to 10 public keys as JWK'
								autosize
								minRows={4}
								maxRows={16}
								spellCheck={false}
								{...form.getInputProps("jwks")}
							/>
							<TextInput
								label="Address of the keys"
								description="Instead of the keys themselves: they are fetched from there, and anew when a key isn't known"
								placeholder="https://"
								autoComplete="off"
								spellCheck={false}
								{...form.getInputProps("jwks_uri")}
							/>
						</>
					) : null}
					<Choices
						label="Grants"
						description="Of those that the project's type serves"
						choices={[...new Set([...GRANTS, ...client.grant_types])].map((value) => ({ value, label: value }))}
						{...form.getInputProps("grant_types")}
					/>
					<Choices
						label="Ways to sign in"
						description="Narrows the project's; none chosen: all of them"
						choices={Object.entries(METHODS).map(([value, label]) => ({ value, label }))}
						{...form.getInputProps("auth_methods")}
					/>
					<Textarea
						label="Scopes"
						description="The most it may ask for, one a line"
						autosize
						minRows={2}
						{...form.getInputProps("scopes")}
					/>
					{FLAGS.map(([name, label, description]) => (
						<Checkbox
							key={name}
							label={label}
							description={description}
							{...form.getInputProps(name, { type: "checkbox" })}
						/>
					))}
					{PAGES.map(([name, label]) => (
						<TextInput
							key={name}
							label={label}
							placeholder="https://"
							autoComplete="off"
							{...form.getInputProps(`pages.${name}`)}
							error={form.errors[name] ?? form.errors[`pages.${name}`]}
						/>
					))}
				</>
			)}
		</ClientForm>
	);
}
