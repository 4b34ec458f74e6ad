// How long a client's tokens live, what they are for, and what they say.
import { NativeSelect, NumberInput, Textarea } from "@mantine/core";
import type { Tagged } from "../api/client";
import type { Client, ClientPatch } from "../api/types";
import { Choices } from "./choices";
import { ClientForm } from "./client-form";
import { linesOf } from "./client-types";

const LIVES = [
	["access_token_ttl_s", "Access token", "300 to 86,400 seconds", 300, 86400],
	["refresh_token_idle_s", "Refresh token, unused", "3,600 to 31,536,000 seconds", 3600, 31536000],
	["refresh_token_max_s", "Refresh token, at most", "Not shorter than unused", 3600, 31536000],
	["refresh_reuse_grace_s", "Grace for a lost refresh", "0 to 30 seconds", 0, 30],
] as const;

const CLAIMS = ["email", "plan", "role", "features", "custom_claims", "workspace"];

interface Values extends Record<(typeof LIVES)[number][0], number> {
	audiences: string;
	id_token_alg: Client["id_token_alg"];
	token_claims: string[];
}

function valuesOf(client: Client): Values {
	return {
		access_token_ttl_s: client.access_token_ttl_s,
		refresh_token_idle_s: client.refresh_token_idle_s,
		refresh_token_max_s: client.refresh_token_max_s,
		refresh_reuse_grace_s: client.refresh_reuse_grace_s,
		audiences: client.audiences.join("\n"),
		id_token_alg: client.id_token_alg,
		token_claims: client.token_claims,
	};
}

function toPatch({ audiences, ...values }: Values): ClientPatch {
	return { ...values, audiences: linesOf(audiences) } as ClientPatch;
}

export function ClientTokens({ tagged, canWrite }: { tagged: Tagged<Client>; canWrite: boolean }) {
	return (
		<ClientForm
			title="Tokens"
			lead="Tokens that are out already stay as they are."
			tagged={tagged}
			canWrite={canWrite}
			valuesOf={valuesOf}
			toPatch={toPatch}
		>
			{(form) => (
				<>
					{LIVES.map(([name, label, description, min, max]) => (
						<NumberInput
							key={name}
							label={label}
							description={description}
							min={min}
							max={max}
							clampBehavior="none"
							allowDecimal={false}
							suffix=" s"
							{...form.getInputProps(name)}
						/>
					))}
					<Textarea
						label="Audiences"
						description="What its tokens may be for, one a line; the first when it doesn't ask"
						autosize
						minRows={2}
						spellCheck={false}
						{...form.getInputProps("audiences")}
					/>
					<NativeSelect
						label="ID tokens are signed with"
						data={["RS256", "ES256", "EdDSA"]}
						{...form.getInputProps("id_token_alg")}
					/>
					<Choices
						label="Claims"
						description="What tokens for its own audience say of a person"
						choices={CLAIMS.map((value) => ({ value, label: value }))}
						{...form.getInputProps("token_claims")}
					/>
				</>
			)}
		</ClientForm>
	);
}
