// What a second factor is called in a list.
import { Group } from "@mantine/core";
import type { Factor } from "../api/types";
import { Pill } from "../ui/pill";

const KINDS: Record<string, string> = { totp: "Authenticator app", passkey: "Passkey", phone: "Phone" };

export function factorKind({ kind }: Factor): string {
	return KINDS[kind] ?? kind;
}

export function FactorName({ factor }: { factor: Factor }) {
	return (
		<Group gap={8}>
			<span>{factor.name}</span>
			{factor.confirmed ? null : <Pill tone="test">not finished</Pill>}
		</Group>
	);
}
