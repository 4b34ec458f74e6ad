// What a test of a connector met: what to mend, where to sign in, and every step with its bytes.
import { Button, Stack, Text } from "@mantine/core";
import type { Reply } from "../api/types";
import { CopyBlock } from "../ui/copy";
import { Section } from "../ui/page";
import { Pill, type Tone } from "../ui/pill";
import { Timeline } from "../ui/timeline";
import { type Hop, replyText, requestText, titleOf } from "./steps";

export type ConnectorTest = Reply<"/api/v1/connector_tests/{id}", "get", 200>;

const VERDICTS: Record<Hop["verdict"], { label: string; tone: Tone }> = {
	ok: { label: "Well", tone: "accent" },
	warning: { label: "Mind", tone: "test" },
	failed: { label: "Wrong", tone: "danger" },
	absent: { label: "Not here", tone: "quiet" },
};

const OUTCOMES: Record<ConnectorTest["status"], string> = {
	running: "The client is on its way …",
	waiting: "So far so good: now somebody has to sign in.",
	passed: "Clients can connect, from the first request to the list of tools.",
	failed: "Clients can't connect.",
};

export function Report({ test }: { test: ConnectorTest }) {
	const hops = (test.hops ?? []) as Hop[];
	return (
		<>
			<Section title="Outcome" lead={test.url}>
				<div role="status" aria-label="Outcome of the test">
					<Text fw={600}>{outcomeOf(test, hops)}</Text>
				</div>
				{test.sign_in_url ? <SignIn url={test.sign_in_url} /> : null}
				<Mend hops={hops} />
			</Section>
			{hops.length > 0 ? (
				<Section title="Every step" lead="Open one to see what was sent and what came back; secrets are masked.">
					<Timeline rows={hops.map(rowOf)} summary={({ hop }) => <Line hop={hop} />} details={({ hop }) => <Bytes hop={hop} />} />
				</Section>
			) : null}
		</>
	);
}

function outcomeOf({ status }: ConnectorTest, hops: Hop[]): string {
	const isFlawed = status === "waiting" && hops.some(({ verdict }) => verdict === "failed");
	return isFlawed ? "Not every client gets this far; sign in to see the rest." : OUTCOMES[status];
}

function rowOf(hop: Hop, index: number) {
	return { id: String(index), hop, result: hop.verdict === "failed" ? "denied" : undefined };
}

/** In this tab: the server sends the person back here. */
function SignIn({ url }: { url: string }) {
	return (
		<Stack gap="xs" mt="sm" align="flex-start">
			<Text size="sm">You sign in at the server that you test, as one of its people, and come back here.</Text>
			<Button component="a" href={url} rel="noreferrer">
				Sign in there
			</Button>
		</Stack>
	);
}

function Mend({ hops }: { hops: Hop[] }) {
	const found = hops.flatMap((hop) => hop.problems.map((problem) => ({ hop, problem })));
	if (found.length === 0) {
		return null;
	}
	return (
		<Stack component="ul" gap="sm" mt="sm" p={0} aria-label="What to mend">
			{found.map(({ hop, problem }) => (
				<li key={`${hop.step} ${problem.code}`} className="gh-banner gh-banner-danger">
					<p>
						<strong>{problem.message}</strong> <code>{problem.code}</code>
					</p>
					{problem.detail ? <p className="gh-operation">It says: {problem.detail}</p> : null}
					<p>{problem.remedy}</p>
				</li>
			))}
		</Stack>
	);
}

function Line({ hop }: { hop: Hop }) {
	const { label, tone } = VERDICTS[hop.verdict];
	return (
		<>
			<Pill tone={tone}>{label}</Pill> <strong>{titleOf(hop)}</strong>{" "}
			{hop.reply ? (
				<span className="gh-dim">
					{hop.reply.status}, {hop.reply.took_ms} ms
				</span>
			) : null}
		</>
	);
}

function Bytes({ hop }: { hop: Hop }) {
	const request = requestText(hop);
	const reply = replyText(hop);
	return (
		<Stack gap="sm">
			{request ? <CopyBlock text={request} label={`request: ${titleOf(hop)}`} /> : null}
			{reply ? <CopyBlock text={reply} label={`reply: ${titleOf(hop)}`} /> : null}
			{request || reply ? null : <Text size="sm">Nothing is sent here: the browser brings the answer along.</Text>}
		</Stack>
	);
}
