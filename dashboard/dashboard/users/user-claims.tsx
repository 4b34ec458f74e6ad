// What the project's tokens say of a user besides who they are: an editor, and what the next token says.
import { ActionIcon, Button, Group, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { api, onProject, send, type Tagged } from "../api/client";
import { ApiError, fieldErrors } from "../api/errors";
import type { User } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { useDraft } from "../ui/draft";
import { FormFoot } from "../ui/form-foot";
import { Section } from "../ui/page";
import { Loading, Resource } from "../ui/resource";
import { CLAIM_TYPES, type ClaimRow, type Claims, type ClaimType, claimsPatch, emptyRow, problemOf, rowsOf } from "./claim-rows";

const AT = "/api/v1/users/{id}/claims";

const TokenClaims = lazy(() => import("../clients/token-claims"));

/** Their text is their version: writers of different claims don't get into each other's way. */
function tag(claims: unknown): Tagged<Claims> {
	return { value: claims as Claims, etag: JSON.stringify(claims) };
}

export function UserClaims({ user, canWrite }: { user: User; canWrite: boolean }) {
	const { project } = useProjectPlace();
	const claims = useQuery({
		queryKey: ["user-claims", project.id, user.id],
		queryFn: async () => tag((await send(api.GET(AT, { params: { path: { id: user.id } }, headers: onProject(project.id) }))).claims),
	});
	return (
		<>
			<Resource query={claims}>{(tagged) => <Editor user={user} tagged={tagged} canWrite={canWrite} />}</Resource>
			<NextToken user={user} />
		</>
	);
}

interface EditorProps {
	user: User;
	tagged: Tagged<Claims>;
	canWrite: boolean;
}

function Editor({ user, tagged, canWrite }: EditorProps) {
	const { project } = useProjectPlace();
	const [rows, setRows] = useState(() => rowsOf(tagged.value));
	const { base, start } = useDraft({
		found: tagged,
		isChanged: (before) => rows.some(({ name }) => name === "") || Object.keys(claimsPatch(before, rows)).length > 0,
		startFrom: (value) => setRows(rowsOf(value)),
	});
	const patch = claimsPatch(base.value, rows);
	const save = useAction({
		run: async (body: typeof patch) =>
			tag((await send(api.PATCH(AT, { params: { path: { id: user.id } }, body: { claims: body }, headers: onProject(project.id) }))).claims),
		refresh: [
			["user-claims", project.id, user.id],
			["user-plan", project.id, user.id],
			["client-claims", project.id],
			["audit-events", project.id],
		],
		done: "Saved. Tokens that are issued from now on say so.",
		onDone: start,
		hasOwnProblem: true,
	});
	const refused = save.error instanceof ApiError ? fieldErrors(save.error) : {};
	const change = (row: ClaimRow, by: Partial<ClaimRow>) => {
		save.reset();
		setRows(rows.map((other) => (other === row ? { ...row, ...by } : other)));
	};
	const isWrong = rows.some((row) => row.name === "" || problemOf(row, rows) !== null);
	return (
		<Section title="Claims" lead="What your tokens say of this user under custom_claims; role also stands beside it. Apps see a change with their next token.">
			<form
				onSubmit={(event) => {
					event.preventDefault();
					save.mutate(patch);
				}}
			>
				<fieldset disabled={!canWrite} className="gh-fieldset">
					<Stack gap="md">
						{rows.length === 0 ? (
							<Text c="dimmed" size="sm">
								None yet.
							</Text>
						) : null}
						{rows.map((row) => (
							<Row
								key={row.key}
								row={row}
								problem={problemOf(row, rows) ?? (refused[`claims.${row.name}`] as string | undefined) ?? null}
								onChange={(by) => change(row, by)}
								onRemove={() => setRows(rows.filter((other) => other !== row))}
							/>
						))}
						{canWrite ? (
							<Button variant="default" size="xs" mr="auto" onClick={() => setRows([...rows, emptyRow()])}>
								Add a claim
							</Button>
						) : null}
						<FormFoot
							submit="Save claims"
							error={save.error}
							isRunning={save.isPending}
							isDisabled={!canWrite || isWrong || Object.keys(patch).length === 0}
							calls={[{ method: "PATCH", path: AT.replace("{id}", user.id), body: { claims: patch }, projectId: project.id }]}
						/>
					</Stack>
				</fieldset>
			</form>
		</Section>
	);
}

interface RowProps {
	row: ClaimRow;
	problem: string | null;
	onChange: (by: Partial<ClaimRow>) => void;
	onRemove: () => void;
}

function Row({ row, problem, onChange, onRemove }: RowProps) {
	const takeType = (type: ClaimType) => onChange({ type, text: type === "boolean" ? String(row.text === "true") : row.text });
	return (
		<Group align="flex-start" gap="xs">
			<TextInput
				label="Name"
				placeholder="tier"
				maxLength={64}
				autoComplete="off"
				spellCheck={false}
				flex="1 1 10rem"
				value={row.name}
				onChange={(event) => onChange({ name: event.currentTarget.value })}
			/>
			<Select
				label="Type"
				data={CLAIM_TYPES}
				allowDeselect={false}
				w={150}
				value={row.type}
				onChange={(type) => takeType(type as ClaimType)}
			/>
			<Value row={row} problem={problem} onChange={(text) => onChange({ text })} />
			<ActionIcon variant="default" size="input-sm" mt={25} aria-label={`Remove ${row.name || "this claim"}`} onClick={onRemove}>
				<IconTrash size={16} aria-hidden />
			</ActionIcon>
		</Group>
	);
}

function Value({ row, problem, onChange }: { row: ClaimRow; problem: string | null; onChange: (text: string) => void }) {
	const shared = { label: "Value", flex: "2 1 12rem", error: problem };
	if (row.type === "boolean") {
		return (
			<Select
				{...shared}
				data={[
					{ value: "true", label: "Yes" },
					{ value: "false", label: "No" },
				]}
				allowDeselect={false}
				value={row.text}
				onChange={(text) => onChange(text ?? "false")}
			/>
		);
	}
	if (row.type === "list") {
		return <Textarea {...shared} label="Values, one a line" autosize minRows={2} maxRows={8} value={row.text} onChange={(event) => onChange(event.currentTarget.value)} />;
	}
	return (
		<TextInput
			{...shared}
			inputMode={row.type === "number" ? "decimal" : undefined}
			autoComplete="off"
			value={row.text}
			onChange={(event) => onChange(event.currentTarget.value)}
		/>
	);
}

/** What an app reads next, of the tokens of one of the project's clients. */
function NextToken({ user }: { user: User }) {
	const { project } = useProjectPlace();
	const [chosen, setChosen] = useState<string | null>(null);
	const query = { limit: 100 };
	const clients = useQuery({
		queryKey: ["clients", project.id, "choice"],
		queryFn: () => send(api.GET("/api/v1/clients", { params: { query }, headers: onProject(project.id) })),
	});
	return (
		<Section title="Next token" lead="What a client's tokens would say of them now. Nothing is signed or stored.">
			<Resource query={clients}>
				{({ data }) => {
					const client = data.find(({ id }) => id === chosen) ?? data.find(({ id }) => id.startsWith("proj_")) ?? data[0];
					return client ? (
						<Stack gap="md">
							<Select
								label="Client"
								data={data.map(({ id, name }) => ({ value: id, label: name }))}
								allowDeselect={false}
								value={client.id}
								onChange={setChosen}
							/>
							<Suspense fallback={<Loading />}>
								<TokenClaims client={client} userId={user.id} resource="" scope="" />
							</Suspense>
						</Stack>
					) : (
						<Text size="sm">This project has no client that could ask for one.</Text>
					);
				}}
			</Resource>
		</Section>
	);
}
