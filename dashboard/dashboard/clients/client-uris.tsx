// Where a client may be led back to, and which origins it is trusted from.
import { Textarea } from "@mantine/core";
import type { Tagged } from "../api/client";
import type { Client, ClientPatch } from "../api/types";
import { ClientForm } from "./client-form";
import { linesOf } from "./client-types";

const LISTS = [
	["redirect_uris", "Redirect URIs", "Where sign-in may lead back to, one a line: exact addresses, https or this machine"],
	["post_logout_redirect_uris", "After signing out", "Where signing out may lead to, one a line"],
	["origins", "Origins", "Pages that may call from a browser, one a line: scheme, host and port"],
] as const;

type Values = Record<(typeof LISTS)[number][0], string>;

function valuesOf(client: Client): Values {
	return Object.fromEntries(LISTS.map(([name]) => [name, client[name].join("\n")])) as Values;
}

function toPatch(values: Values): ClientPatch {
	return Object.fromEntries(LISTS.map(([name]) => [name, linesOf(values[name])])) as ClientPatch;
}

export function ClientUris({ tagged, canWrite }: { tagged: Tagged<Client>; canWrite: boolean }) {
	const isService = tagged.value.type === "service";
	return (
		<ClientForm
			title="URIs and origins"
			lead={isService ? "A service acts for itself: nobody is led back to it." : undefined}
			tagged={tagged}
			canWrite={canWrite}
			valuesOf={valuesOf}
			toPatch={toPatch}
		>
			{(form) =>
				LISTS.filter(([name]) => !isService || name === "origins").map(([name, label, description]) => (
					<Textarea
						key={name}
						label={label}
						description={description}
						autosize
						minRows={2}
						maxRows={12}
						spellCheck={false}
						{...form.getInputProps(name)}
					/>
				))
			}
		</ClientForm>
	);
}
