// Any route of the API, tried against this project: choose it, fill it in, send it, read what came back, take it along as code.
import { Alert, Button, Checkbox, Select, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import type { MyOrg, MyProject } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { CopyBlock } from "../ui/copy";
import { Page, Section } from "../ui/page";
import { EnvironmentPill, Pill } from "../ui/pill";
import { Resource } from "../ui/resource";
import { AnswerView } from "./answer";
import { type Answer, type Credential, sendRequest } from "./call";
import { CredentialChoice } from "./credential-choice";
import { type Draft, keyOf, problemsOf, type Request, requestOf } from "./draft";
import { RequestField } from "./field";
import { type Caller, type Field, type Operation, operationsQuery } from "./operations";
import { SNIPPETS } from "./snippets";

const FIRST = "user_list";

export function Playground() {
	const operations = useQuery(operationsQuery);
	return (
		<Page
			title="API playground"
			lead="Try any route of the API on this project, and take the call along as code. What you send is really done."
		>
			<Resource query={operations}>{(all) => <Choice operations={all} />}</Resource>
		</Page>
	);
}

/** Which route it is stands in the address, so that it can be passed on. */
function useChosen(operations: Operation[]): [Operation, (id: string) => void] {
	const { op } = useSearch({ strict: false }) as { op?: string };
	const navigate = useNavigate();
	const find = (id: string | undefined) => operations.find((each) => each.id === id);
	return [
		find(op) ?? find(FIRST) ?? operations[0],
		(id) => navigate({ to: ".", search: { op: id } as never, replace: true }),
	];
}

function Choice({ operations }: { operations: Operation[] }) {
	const { project, org } = useProjectPlace();
	const [chosen, choose] = useChosen(operations);
	const [apiKey, setApiKey] = useState("");
	const [as, setAs] = useState<Caller>("session");
	const areas = [...new Set(operations.map(({ area }) => area))];
	return (
		<>
			<Select
				label="Route"
				searchable
				allowDeselect={false}
				maxDropdownHeight={420}
				nothingFoundMessage="No such route"
				value={chosen.id}
				onChange={(id) => id && choose(id)}
				data={areas.map((area) => ({
					group: area,
					items: operations
						.filter((each) => each.area === area)
						.map(({ id, method, path, summary }) => ({ value: id, label: `${method} ${path} · ${summary}` })),
				}))}
			/>
			<Attempt
				key={`${project.id} ${chosen.id}`}
				operation={chosen}
				project={project}
				org={org}
				as={chosen.callers.includes(as) ? as : (chosen.callers[0] ?? as)}
				apiKey={apiKey}
				onAs={setAs}
				onKey={setApiKey}
			/>
		</>
	);
}

interface AttemptProps {
	operation: Operation;
	project: MyProject;
	org: MyOrg;
	as: Caller;
	apiKey: string;
	onAs: (as: Caller) => void;
	onKey: (key: string) => void;
}

/** What the address already says. */
function firstDraft(project: MyProject, org: MyOrg): Draft {
	return { [keyOf("path", "project_id")]: project.id, [keyOf("path", "org_id")]: org.id };
}

/** The request with the header that chooses where it works. */
function placed(request: Request, operation: Operation, { project, org, as }: AttemptProps): Request {
	const place: Record<string, string> = operation.isOnProject
		? { "X-Project-Id": project.id }
		: operation.isOnOrg && as === "session"
			? { "X-Org-Id": org.id }
			: {};
	return { ...request, headers: { ...place, ...request.headers } };
}

function Attempt(props: AttemptProps) {
	const { operation, project, org, as, apiKey, onAs, onKey } = props;
	const [draft, setDraft] = useState<Draft>(() => firstDraft(project, org));
	const [isTried, setTried] = useState(false);
	const [isMeant, setMeant] = useState(false);
	const [answer, setAnswer] = useState<Answer | null>(null);
	const problems = problemsOf(operation, draft);
	const request = placed(requestOf(operation, draft), operation, props);
	const credential: Credential = as === "key" ? { key: apiKey } : "session";
	const call = useAction({ run: () => sendRequest(request, credential), onDone: setAnswer });
	const needsWord = operation.method !== "GET" && project.environment === "live";
	const isReady = (as !== "key" || apiKey !== "") && (!needsWord || isMeant);
	const submit = (event: FormEvent) => {
		event.preventDefault();
		setTried(true);
		if (Object.keys(problems).length === 0) {
			call.mutate(undefined);
		}
	};
	const change = (key: string, text: string) => setDraft((before) => ({ ...before, [key]: text }));
	const parts: [string, "path" | "query" | "body" | "header", Field[]][] = [
		["Path", "path", operation.inPath],
		["Query", "query", operation.inQuery],
		["Body", "body", operation.inBody],
		["Headers", "header", operation.inHeader],
	];
	return (
		<div className="gh-beside">
			<form className="gh-stack" onSubmit={submit} noValidate>
				<Section title={operation.summary} action={<EnvironmentPill environment={project.environment} />}>
					<p className="gh-operation">
						<Pill>{operation.method}</Pill> <code>{operation.path}</code>
					</p>
					{operation.description ? <Text size="sm">{operation.description}</Text> : null}
					<Text size="sm" c="dimmed">
						{operation.permission && operation.permission !== "-" ? (
							<>
								Needs <code>{operation.permission}</code>, by role or scope.
							</>
						) : (
							"Needs no permission of its own."
						)}
					</Text>
					<CredentialChoice {...{ project, as, apiKey, onAs, onKey }} callers={operation.callers} />
					{parts
						.filter(([, , fields]) => fields.length > 0)
						.map(([title, place, fields]) => (
							<fieldset key={place} className="gh-fieldset gh-stack">
								<legend className="gh-legend">{title}</legend>
								{fields.map((field) => {
									const key = keyOf(place, field.name);
									return (
										<RequestField
											key={key}
											field={field}
											text={draft[key] ?? ""}
											problem={isTried || draft[key] ? problems[key] : undefined}
											onChange={(text) => change(key, text)}
										/>
									);
								})}
							</fieldset>
						))}
					{needsWord ? (
						<Checkbox
							label="This project is live: I mean it"
							checked={isMeant}
							onChange={(event) => setMeant(event.currentTarget.checked)}
						/>
					) : null}
					<div>
						<Button type="submit" loading={call.isPending} disabled={!isReady}>
							Send
						</Button>
					</div>
				</Section>
			</form>
			<div className="gh-stack gh-reply">
				{call.error ? (
					<Alert color="red" title="Nothing came back">
						The server didn't answer.
					</Alert>
				) : null}
				{answer ? <AnswerView key={answer.took_ms} answer={answer} /> : null}
				<AsCode request={request} isForKeys={operation.callers.includes("key")} />
			</div>
		</div>
	);
}

function AsCode({ request, isForKeys }: { request: Request; isForKeys: boolean }) {
	return (
		<Section
			title="As code"
			lead={isForKeys ? "The key is read from the environment." : "Programs are refused here: only people with a session may call this route."}
		>
			<Tabs defaultValue="curl" keepMounted={false}>
				<Tabs.List>
					{SNIPPETS.map(({ label }) => (
						<Tabs.Tab key={label} value={label}>
							{label}
						</Tabs.Tab>
					))}
				</Tabs.List>
				{SNIPPETS.map(({ label, text }) => (
					<Tabs.Panel key={label} value={label} pt="sm">
						<CopyBlock label={`${label} lines`} text={text(request)} />
					</Tabs.Panel>
				))}
			</Tabs>
		</Section>
	);
}
