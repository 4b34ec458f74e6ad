// The dialogs for many licenses at once: in bulk from one description, and from a file, with a look at what would become of it first.
import { Button, FileInput, Group, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { api, onProject, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { FormProblem } from "../ui/resource";
import { saveFile } from "../ui/save-file";
import { Table } from "../ui/table";
import { ViewAsApi } from "../ui/view-as-api";
import { PlanChoice } from "./plan-choice";

const BULK = "/api/v1/licenses/bulk";
const IMPORT = "/api/v1/licenses/import";
const COLUMNS = "key, product_name, status, mode, max_activations, expires_at, grace_days, ip_locked, plan_key, notes, metadata";

const keysOf = (projectId: string) => [
	["licenses", projectId],
	["audit-events", projectId],
];

const licenses = (count: number) => (count === 1 ? "1 license" : `${count.toLocaleString("en")} licenses`);

/** Their keys go into a text file: nobody copies a thousand by hand. */
export function BulkLicenses({ onClose }: { onClose: () => void }) {
	const { project } = useProjectPlace();
	const [keys, setKeys] = useState<string[] | null>(null);
	const form = useForm({ initialValues: { count: 10, product_name: "", max_activations: 1, plan_key: "", ends: "" } });
	const toBody = ({ count, ends, plan_key, ...template }: typeof form.values) => ({
		count,
		template: { ...template, ...(plan_key ? { plan_key } : {}), ...(ends ? { expires_at: new Date(`${ends}T23:59:59Z`).toISOString() } : {}) },
	});
	const make = useAction({
		run: (values: typeof form.values) => send(api.POST(BULK, { body: toBody(values), headers: onProject(project.id) })),
		refresh: keysOf(project.id),
		onDone: ({ data }) => setKeys(data.flatMap(({ key }) => key ?? [])),
		hasOwnProblem: true,
	});
	const show = (error: unknown) =>
		form.setErrors(
			Object.fromEntries(
				Object.entries(fieldErrors(error)).map(([field, text]) => [field.replace("template.", "").replace("expires_at", "ends"), text]),
			),
		);
	if (keys) {
		return <BulkDone keys={keys} onClose={onClose} />;
	}
	return (
		<Dialog onClose={onClose} title="Make many licenses">
			<form onSubmit={form.onSubmit((values) => make.mutate(values, { onError: show }))}>
				<Stack gap="md">
					<NumberInput
						label="How many"
						description="1 to 1,000; they differ in their keys alone"
						min={1}
						max={1000}
						clampBehavior="none"
						allowDecimal={false}
						data-autofocus
						{...form.getInputProps("count")}
					/>
					<TextInput label="Product" required maxLength={255} autoComplete="off" {...form.getInputProps("product_name")} />
					<NumberInput
						label="Machines"
						description="Of each: 1 to 100"
						min={1}
						max={100}
						clampBehavior="none"
						allowDecimal={false}
						{...form.getInputProps("max_activations")}
					/>
					<PlanChoice {...form.getInputProps("plan_key")} />
					<TextInput type="date" label="Last day" description="Empty: they have no end" {...form.getInputProps("ends")} />
					<FormFoot
						submit="Make licenses"
						error={make.error}
						isRunning={make.isPending}
						onCancel={onClose}
						calls={[{ method: "POST", path: BULK, body: toBody(form.values), projectId: project.id }]}
					/>
				</Stack>
			</form>
		</Dialog>
	);
}

function BulkDone({ keys, onClose }: { keys: string[]; onClose: () => void }) {
	const save = () => saveFile(new Blob([`${keys.join("\n")}\n`], { type: "text/plain" }), "license-keys.txt");
	return (
		<Dialog onClose={onClose} title={`${licenses(keys.length)} made`}>
			<Text mb="md">Each is in the list below with its key; the file has the keys alone, one on a line.</Text>
			<Group justify="flex-end">
				<Button variant="default" onClick={save}>
					Save the keys
				</Button>
				<Button onClick={onClose}>Done</Button>
			</Group>
		</Dialog>
	);
}

function sendCsv(csv: string, isDryRun: boolean, projectId: string) {
	return send(api.POST(IMPORT, { body: { csv, dry_run: isDryRun }, headers: onProject(projectId) }));
}

type Outcome = Awaited<ReturnType<typeof sendCsv>>;

/** A file is tried as soon as it is chosen; only one without a bad row can be imported. */
export function ImportLicenses({ onClose }: { onClose: () => void }) {
	const { project } = useProjectPlace();
	const [csv, setCsv] = useState<string | null>(null);
	const dryRun = useAction({ run: (text: string) => sendCsv(text, true, project.id), hasOwnProblem: true });
	const run = useAction({
		run: (text: string) => sendCsv(text, false, project.id),
		refresh: keysOf(project.id),
		done: ({ created, errors }) => (errors.length > 0 ? "Nothing was imported" : `${licenses(created)} imported`),
		onDone: ({ errors }) => {
			if (errors.length === 0) {
				onClose();
			}
		},
		hasOwnProblem: true,
	});
	const choose = async (file: File | null) => {
		const text = file ? await file.text() : null;
		setCsv(text);
		dryRun.reset();
		run.reset();
		if (text) {
			dryRun.mutate(text);
		}
	};
	const outcome = run.data ?? dryRun.data;
	return (
		<Dialog onClose={onClose} title="Import licenses" size="lg">
			<Stack gap="md">
				<FileInput
					label="File"
					description={`CSV with a first row of these names, of which product_name alone is needed: ${COLUMNS}. A row without a key gets one.`}
					placeholder="Choose a file"
					accept=".csv,text/csv"
					onChange={choose}
					clearable
				/>
				{outcome ? <Preview outcome={outcome} /> : null}
				<FormProblem error={run.error ?? dryRun.error} />
				<Group justify="flex-end">
					<Button variant="default" onClick={onClose}>
						Cancel
					</Button>
					<Button
						loading={dryRun.isPending || run.isPending}
						disabled={!csv || !dryRun.data || dryRun.data.created === 0}
						onClick={() => csv && run.mutate(csv)}
					>
						{dryRun.data?.created ? `Import ${licenses(dryRun.data.created)}` : "Import"}
					</Button>
				</Group>
				<ViewAsApi
					calls={[{ method: "POST", path: IMPORT, body: { csv: "product_name,max_activations\nMy app,3\n", dry_run: true }, projectId: project.id }]}
				/>
			</Stack>
		</Dialog>
	);
}

function Preview({ outcome: { created, errors } }: { outcome: Outcome }) {
	if (errors.length === 0) {
		return <Text role="status">{created > 0 ? `All is well: ${licenses(created)}.` : "There is no row in it."}</Text>;
	}
	return (
		<>
			<Text role="status">
				Nothing can be imported before {errors.length === 100 ? "these and maybe more" : "these"} are put right:
			</Text>
			<Table
				label="What is wrong"
				rows={errors}
				rowKey={({ line, field, message }) => `${line} ${field} ${message}`}
				columns={[
					{ key: "line", label: "Line", cell: ({ line }) => line },
					{ key: "field", label: "Column", cell: ({ field }) => (field ? <code>{field}</code> : "–") },
					{ key: "message", label: "What is wrong", cell: ({ message }) => message },
				]}
			/>
		</>
	);
}
