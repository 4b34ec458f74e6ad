// The programs of docs/examples that ask about a license and check the answer, with this project's own values.
import { NativeSelect, Stack, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import c from "../../../docs/examples/licenses/license.c?raw";
import node from "../../../docs/examples/licenses/license.mjs?raw";
import php from "../../../docs/examples/licenses/license.php?raw";
import python from "../../../docs/examples/licenses/license.py?raw";
import { projectQuery } from "../api/queries";
import { useProjectPlace } from "../shell/place";
import { CopyBlock } from "../ui/copy";
import { Section } from "../ui/page";

const PROGRAMS = [
	{ label: "C", text: c },
	{ label: "PHP", text: php },
	{ label: "Python", text: python },
	{ label: "JavaScript", text: node },
];

export interface PublicKey {
	kid: string;
	public_key: string;
}

function valuesFor({ kid, public_key }: PublicKey, clientId: string): string {
	const { origin, hostname, port, protocol } = window.location;
	return [
		`GATEHOUSE_URL=${origin}`,
		`GATEHOUSE_HOST=${hostname}:${port || (protocol === "https:" ? 443 : 80)}`,
		`GATEHOUSE_CLIENT_ID=${clientId}`,
		`GATEHOUSE_KID=${kid}`,
		`GATEHOUSE_PUBLIC_KEY=${public_key}`,
	].join("\n");
}

/** keys: those that sign, the current one first. */
export function VerifierCode({ keys }: { keys: PublicKey[] }) {
	const { project } = useProjectPlace();
	const { data } = useQuery(projectQuery(project.id));
	const [chosen, setChosen] = useState<string | null>(null);
	const key = keys.find(({ kid }) => kid === chosen) ?? keys[0];
	return (
		<Section
			title="In your program"
			lead="Whole programs that ask, check the answer against the key they have, and believe nothing else. They read these values from the environment; in yours they are compiled in."
		>
			<Stack gap="md">
				{keys.length > 1 ? (
					<NativeSelect
						label="Key"
						description="A program names the key it has, and is answered with it until it is revoked"
						data={keys.map(({ kid }, index) => ({ value: kid, label: index === 0 ? `${kid} (current)` : kid }))}
						value={key.kid}
						onChange={(event) => setChosen(event.currentTarget.value)}
						maw={420}
					/>
				) : null}
				<CopyBlock label="values of this project" text={valuesFor(key, data?.value.client_id ?? "proj_…")} />
				<Tabs defaultValue="C" keepMounted={false}>
					<Tabs.List>
						{PROGRAMS.map(({ label }) => (
							<Tabs.Tab key={label} value={label}>
								{label}
							</Tabs.Tab>
						))}
					</Tabs.List>
					{PROGRAMS.map(({ label, text }) => (
						<Tabs.Panel key={label} value={label} pt="sm">
							<CopyBlock label={`${label} program`} text={text} />
						</Tabs.Panel>
					))}
				</Tabs>
			</Stack>
		</Section>
	);
}
