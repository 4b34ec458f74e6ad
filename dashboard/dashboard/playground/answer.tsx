// What was sent and what came back: request, status, limits, headers, body.
import { Group, Tabs } from "@mantine/core";
import { CopyBlock } from "../ui/copy";
import { Section } from "../ui/page";
import { Pill } from "../ui/pill";
import type { Answer } from "./call";

const LIMITS: [string, string][] = [
	["x-ratelimit-limit", "Requests in the window"],
	["x-ratelimit-remaining", "Left"],
	["x-ratelimit-reset", "Seconds until it begins anew"],
	["retry-after", "Seconds to wait"],
];

function requestText({ request, shownCredential }: Answer): string {
	return [
		`${request.method} ${request.path} HTTP/1.1`,
		`Host: ${location.host}`,
		...shownCredential,
		...Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`),
		...(request.body === undefined
			? []
			: ["Content-Type: application/json", "", JSON.stringify(request.body, null, 2)]),
	].join("\n");
}

function bodyText({ json, text }: Answer): string {
	if (json !== undefined) {
		return JSON.stringify(json, null, 2);
	}
	return text || "(no body)";
}

export function AnswerView({ answer }: { answer: Answer }) {
	const limits = LIMITS.flatMap(([name, label]) => {
		const found = answer.headers.find(([each]) => each === name);
		return found ? [[label, found[1]]] : [];
	});
	return (
		<Section
			title="Reply"
			action={
				<Group gap="xs" role="status" aria-label="Status of the reply">
					<Pill tone={answer.status < 400 ? "accent" : "danger"}>{answer.status}</Pill>
					<span className="gh-dim">{Math.round(answer.took_ms)} ms</span>
				</Group>
			}
		>
			<Tabs defaultValue="body" keepMounted={false}>
				<Tabs.List>
					<Tabs.Tab value="body">Body</Tabs.Tab>
					<Tabs.Tab value="headers">Headers</Tabs.Tab>
					<Tabs.Tab value="limits">Limits</Tabs.Tab>
					<Tabs.Tab value="request">Request</Tabs.Tab>
				</Tabs.List>
				<Tabs.Panel value="body" pt="sm">
					<CopyBlock text={bodyText(answer)} label="body of the reply" />
				</Tabs.Panel>
				<Tabs.Panel value="headers" pt="sm">
					<CopyBlock
						text={answer.headers.map(([name, value]) => `${name}: ${value}`).join("\n")}
						label="headers of the reply"
					/>
				</Tabs.Panel>
				<Tabs.Panel value="limits" pt="sm">
					{limits.length > 0 ? (
						<dl className="gh-facts">
							{limits.map(([label, value]) => (
								<div key={label} className="gh-fact">
									<dt>{label}</dt>
									<dd>{value}</dd>
								</div>
							))}
						</dl>
					) : (
						<p className="gh-dim">This reply names no limit.</p>
					)}
				</Tabs.Panel>
				<Tabs.Panel value="request" pt="sm">
					<CopyBlock text={requestText(answer)} label="request as it was sent" />
				</Tabs.Panel>
			</Tabs>
		</Section>
	);
}
