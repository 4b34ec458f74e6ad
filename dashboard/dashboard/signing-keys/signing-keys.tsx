// The key pairs that sign a project's tokens: which signs, which comes next, and a new one by hand.
import { Button, Group, NativeSelect, Stack, Text } from "@mantine/core";
import { IconSignature } from "@tabler/icons-react";
import { useState } from "react";
import { api, onProject, send } from "../api/client";
import type { Reply } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";
import { CopyId } from "../ui/copy";
import { useList } from "../ui/lists";
import { Section } from "../ui/page";
import { Pill, type Tone } from "../ui/pill";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Time } from "../ui/time";

const AT = "/api/v1/signing_keys";
const ROTATE = "/api/v1/signing_keys/rotate";

type SigningKey = Reply<"/api/v1/signing_keys", "get", 200>["data"][number];
type Alg = SigningKey["alg"];
type Mode = "planned" | "emergency";

const TONES: Record<SigningKey["state"], Tone> = { active: "accent", next: "quiet", retired: "quiet" };

/** What the state means, in time. */
function since(key: SigningKey) {
	if (key.state === "retired") {
		return (
			<>
				published until <Time at={key.expires_at} />
			</>
		);
	}
	return (
		<>
			{key.state === "next" ? "signs from" : "signs since"} <Time at={key.not_before} />
		</>
	);
}

export function SigningKeys() {
	const { project } = useProjectPlace();
	const [mode, setMode] = useState<Mode | null>(null);
	const keys = useList({
		key: ["signing-keys", project.id],
		fetch: (cursor) => send(api.GET(AT, { params: { query: { cursor } }, headers: onProject(project.id) })),
	});
	return (
		<Section
			title="Signing keys"
			lead="Whoever gets a token verifies it by these. A key gets a successor after 90 days by itself."
			action={
				<Group gap="xs">
					<Button variant="default" onClick={() => setMode("planned")}>
						Publish a successor
					</Button>
					<Button variant="default" onClick={() => setMode("emergency")}>
						Replace at once
					</Button>
				</Group>
			}
		>
			<Resource
				query={keys}
				isEmpty={(rows) => rows.length === 0}
				empty={
					<Empty title="No key yet" icon={<IconSignature size={26} stroke={1.5} />}>
						The project's first token of an algorithm makes the first key of it.
					</Empty>
				}
			>
				{(rows) => (
					<Table
						label="Signing keys"
						rows={rows}
						rowKey={({ id }) => id}
						columns={[
							{ key: "id", label: "Key", cell: ({ id }) => <CopyId id={id} /> },
							{ key: "alg", label: "Algorithm", cell: ({ alg }) => alg },
							{ key: "state", label: "State", cell: ({ state }) => <Pill tone={TONES[state]}>{state}</Pill> },
							{ key: "since", label: "When", cell: since },
						]}
					/>
				)}
			</Resource>
			{mode ? <RotateKey projectId={project.id} mode={mode} onClose={() => setMode(null)} /> : null}
		</Section>
	);
}

const WORDS = {
	planned: {
		title: "Publish a successor?",
		button: "Publish it",
		done: "The new key signs in 24 hours",
		text: () =>
			"It is published now, so that every verifier has it, and signs in 24 hours. Tokens that the old key has signed stay good until they expire.",
	},
	emergency: {
		title: "Replace the key at once?",
		button: "Replace it",
		done: "The new key signs from now on",
		text: (alg: Alg) =>
			`For a key that may have leaked. Every access token and ID token that the ${alg} key has signed is void from now on, people's and programs'. Refresh tokens go on and give new ones; programs have to ask anew.`,
	},
};

function RotateKey({ projectId, mode, onClose }: { projectId: string; mode: Mode; onClose: () => void }) {
	const [alg, setAlg] = useState<Alg>("ES256");
	const words = WORDS[mode];
	const body = { alg, mode };
	const rotate = useAction({
		run: () => send(api.POST(ROTATE, { body, headers: onProject(projectId) })),
		refresh: [["signing-keys"], ["audit-events"]],
		done: words.done,
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title={words.title}
			button={words.button}
			calls={[{ method: "POST", path: ROTATE, body, projectId, isSessionOnly: true }]}
			isRunning={rotate.isPending}
			error={rotate.error}
			onConfirm={() => rotate.mutate(undefined)}
			onClose={onClose}
		>
			<Stack gap="md">
				<Text>{words.text(alg)}</Text>
				<NativeSelect
					label="Algorithm"
					data={["ES256", "RS256", "EdDSA"]}
					value={alg}
					onChange={(event) => setAlg(event.currentTarget.value as Alg)}
				/>
			</Stack>
		</Confirm>
	);
}
