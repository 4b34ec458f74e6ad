// The dialog that imports users: read a file, say which column is what, look at the outcome of a dry run, send.
import { Button, FileInput, Group, NativeSelect, Progress, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { api, onProject, send } from "../api/client";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormProblem } from "../ui/resource";
import { saveFile } from "../ui/save-file";
import { ViewAsApi } from "../ui/view-as-api";
import {
	columnsOf,
	FIELDS,
	guessMapping,
	type Mapping,
	parseFile,
	problemOf,
	type Source,
	toCsv,
	toUser,
} from "./import-rows";

const AT_ONCE = 500;

type Conflict = "skip" | "update";

interface Failure {
	row: number;
	user: Record<string, unknown>;
	reason: string;
}

interface Outcome {
	created: number;
	updated: number;
	skipped: number;
	failures: Failure[];
}

const NOTHING: Outcome = { created: 0, updated: 0, skipped: 0, failures: [] };

export default function ImportUsers({ onClose }: { onClose: () => void }) {
	const [rows, setRows] = useState<Source[] | null>(null);
	const [mapping, setMapping] = useState<Mapping>({});
	const [problem, setProblem] = useState<string | null>(null);
	const read = async (file: File | null) => {
		setProblem(null);
		setRows(null);
		try {
			const found = file ? parseFile(await file.text()) : null;
			setRows(found);
			setMapping(found ? guessMapping(found) : {});
		} catch (error) {
			setProblem(error instanceof Error ? error.message : String(error));
		}
	};
	return (
		<Dialog onClose={onClose} title="Import users" size="lg">
			<Stack gap="md">
				<FileInput
					label="File"
					description="CSV with a head line, or JSON. It is read here in the browser; only users are sent."
					placeholder="Choose a file"
					accept=".csv,.json,.jsonl,.ndjson,text/csv,application/json"
					error={problem}
					onChange={read}
					clearable
				/>
				{rows ? <Rows key={rows.length} rows={rows} mapping={mapping} onMap={setMapping} onClose={onClose} /> : <Hint />}
			</Stack>
		</Dialog>
	);
}

function Hint() {
	return (
		<Text size="sm" c="dimmed">
			Passwords come along as hashes: bcrypt, crypt(3), phpass, Drupal, WordPress, PBKDF2, scrypt, Argon2 and SSHA. They
			are replaced by Gatehouse's own at the next sign-in.
		</Text>
	);
}

interface RowsProps {
	rows: Source[];
	mapping: Mapping;
	onMap: (mapping: Mapping) => void;
	onClose: () => void;
}

function Rows({ rows, mapping, onMap, onClose }: RowsProps) {
	const { project } = useProjectPlace();
	const [conflict, setConflict] = useState<Conflict>("skip");
	const [sent, setSent] = useState(0);
	const [outcome, setOutcome] = useState<Outcome | null>(null);
	const users = rows.map((row) => toUser(row, mapping));
	const bad = users.flatMap((user, i): Failure[] => {
		const reason = problemOf(user);
		return reason ? [{ row: i + 1, user, reason }] : [];
	});
	const run = useAction({
		run: () => sendAll(users, conflict, project.id, setSent),
		refresh: [
			["users", project.id],
			["audit-events", project.id],
		],
		onDone: setOutcome,
		hasOwnProblem: true,
	});
	if (outcome) {
		return <Done outcome={outcome} onClose={onClose} />;
	}
	return (
		<>
			<Columns rows={rows} mapping={mapping} onMap={onMap} />
			<NativeSelect
				label="When somebody is there already"
				data={[
					{ value: "skip", label: "Leave them as they are" },
					{ value: "update", label: "Update them" },
				]}
				value={conflict}
				onChange={(event) => setConflict(event.currentTarget.value as Conflict)}
			/>
			<Text role="status">
				{rows.length} rows, {rows.length - bad.length} look good
				{bad.length > 0 ? `; row ${bad[0].row}: ${bad[0].reason}` : ""}.
			</Text>
			{run.isPending ? <Progress value={(100 * sent) / rows.length} aria-label="Sent" /> : null}
			<FormProblem error={run.error} />
			<Group justify="flex-end">
				<Button variant="default" onClick={onClose}>
					Cancel
				</Button>
				<Button loading={run.isPending} disabled={bad.length === rows.length} onClick={() => run.mutate(undefined)}>
					Import {rows.length - bad.length} users
				</Button>
			</Group>
			<ViewAsApi
				calls={[
					{
						method: "POST",
						path: "/api/v1/users/import",
						body: { on_conflict: conflict, users: users.slice(0, 1) },
						projectId: project.id,
					},
				]}
			/>
		</>
	);
}

function Columns({ rows, mapping, onMap }: Pick<RowsProps, "rows" | "mapping" | "onMap">) {
	const columns = columnsOf(rows);
	return (
		<fieldset className="gh-fieldset">
			<legend>Which column is what</legend>
			<Stack gap="xs">
				{FIELDS.map((field) => (
					<NativeSelect
						key={field}
						size="xs"
						label={field}
						data={[{ value: "", label: "—" }, ...columns.map((name) => ({ value: name, label: name }))]}
						value={mapping[field] ?? ""}
						onChange={(event) => onMap({ ...mapping, [field]: event.currentTarget.value || undefined })}
					/>
				))}
			</Stack>
		</fieldset>
	);
}

/** In the order of the file, 500 at a time; rows that are plainly wrong aren't sent. */
async function sendAll(
	users: Record<string, unknown>[],
	conflict: Conflict,
	projectId: string,
	onSent: (count: number) => void,
): Promise<Outcome> {
	const outcome: Outcome = { ...NOTHING, failures: [] };
	for (let from = 0; from < users.length; from += AT_ONCE) {
		const part = users.slice(from, from + AT_ONCE).map((user, i) => ({ user, row: from + i + 1 }));
		const good = part.filter(({ user }) => problemOf(user) === null);
		for (const { user, row } of part) {
			const reason = problemOf(user);
			if (reason) {
				outcome.failures.push({ row, user, reason });
			}
		}
		if (good.length > 0) {
			const answer = await send(
				api.POST("/api/v1/users/import", {
					body: { on_conflict: conflict, users: good.map(({ user }) => user) },
					headers: onProject(projectId),
				}),
			);
			outcome.created += answer.created;
			outcome.updated += answer.updated;
			outcome.skipped += answer.skipped;
			for (const { index, code, field } of answer.results.filter(({ status }) => status === "failed")) {
				outcome.failures.push({ ...good[index], reason: field ? `${code}: ${field}` : String(code) });
			}
		}
		onSent(from + part.length);
	}
	return outcome;
}

function download(failures: Failure[]): void {
	const lines = failures.map(({ row, reason, user }) => [
		String(row),
		reason,
		...FIELDS.filter((field) => field !== "password_hash").map((field) => String(user[field] ?? "")),
	]);
	const head = ["row", "reason", ...FIELDS.filter((field) => field !== "password_hash")];
	saveFile(new Blob([toCsv([head, ...lines])], { type: "text/csv" }), "refused-users.csv");
}

function Done({ outcome, onClose }: { outcome: Outcome; onClose: () => void }) {
	const { created, updated, skipped, failures } = outcome;
	return (
		<>
			<Text role="status">
				{created} created, {updated} updated, {skipped} skipped, {failures.length} refused.
			</Text>
			<Group justify="flex-end">
				{failures.length > 0 ? (
					<Button variant="default" onClick={() => download(failures)}>
						Download what was refused
					</Button>
				) : null}
				<Button onClick={onClose}>Done</Button>
			</Group>
		</>
	);
}
