// License files: what was handed out for machines without a network, and the dialog that makes one.
import { Alert, Button, NativeSelect, NumberInput, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconFileCertificate } from "@tabler/icons-react";
import { useState } from "react";
import { api, onProject, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import type { License, LicenseFile, LicenseFileInput } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { useList } from "../ui/lists";
import { More } from "../ui/more";
import { Section } from "../ui/page";
import { Empty, Resource } from "../ui/resource";
import { saveFile } from "../ui/save-file";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { labelOf, licenseKeys, useMachines } from "./license-machines";

const AT = "/api/v1/licenses/{id}/files";
const EXAMPLE = '{"uuid": "4c4c4544-0042", "disk": "WD-WX11A2345678"}';

export function LicenseFiles({ license, canWrite }: { license: License; canWrite: boolean }) {
	const { project } = useProjectPlace();
	const [isMaking, setMaking] = useState(false);
	const { data: machines = [] } = useMachines(project.id, license.id);
	const files = useList({
		key: ["license-files", project.id, license.id],
		fetch: (cursor) => send(api.GET(AT, { params: { path: { id: license.id }, query: { cursor } }, headers: onProject(project.id) })),
	});
	const machineOf = ({ activation_id: id }: LicenseFile) => {
		const machine = machines.find((one) => one.id === id);
		return id === null ? "Any machine" : machine ? labelOf(machine) : "A machine that has no seat now";
	};
	return (
		<Section
			title="Files"
			lead="For machines without a network: a program checks a file by itself. Twenty in thirty days."
			action={
				canWrite ? (
					<Button variant="default" onClick={() => setMaking(true)}>
						New file
					</Button>
				) : null
			}
		>
			<Resource
				query={files}
				isEmpty={(rows) => rows.length === 0}
				empty={
					<Empty title="No file yet" icon={<IconFileCertificate size={26} stroke={1.5} />}>
						Hand one out to whoever runs the program offline; programs with a network need none.
					</Empty>
				}
			>
				{(rows) => (
					<Table
						label="Files"
						rows={rows}
						rowKey={({ id }) => id}
						columns={[
							{ key: "machine", label: "Holds on", cell: machineOf },
							{ key: "ends", label: "Until", cell: (row) => <Time at={row.expires_at} /> },
							{ key: "made", label: "Handed out", cell: (row) => <Time at={row.created_at} /> },
							{ key: "id", label: "File", cell: ({ id }) => <code>{id}</code> },
						]}
					/>
				)}
			</Resource>
			<More query={files} />
			{isMaking ? <NewFile license={license} onClose={() => setMaking(false)} /> : null}
		</Section>
	);
}

/** What a machine says of itself, as it was pasted; null when that can't be read. */
function fingerprintOf(text: string): LicenseFileInput["fingerprint"] | null {
	try {
		const said: unknown = JSON.parse(text);
		return said !== null && typeof said === "object" && !Array.isArray(said) ? said : null;
	} catch {
		return null;
	}
}

interface Values {
	holds: string;
	fingerprint: string;
	label: string;
	ttl_days: number | string;
}

function bodyOf({ holds, fingerprint, label, ttl_days }: Values): LicenseFileInput {
	return {
		...(holds === "one" ? { fingerprint: fingerprintOf(fingerprint) ?? {}, ...(label ? { label } : {}) } : {}),
		...(ttl_days === "" ? {} : { ttl_days: Number(ttl_days) }),
	};
}

/** Whatever is wrong with a part of it is wrong with what was pasted. */
function problemsOf(error: unknown): Record<string, string> {
	return Object.fromEntries(Object.entries(fieldErrors(error)).map(([field, message]) => [field.split(".")[0], message]));
}

function NewFile({ license, onClose }: { license: License; onClose: () => void }) {
	const { project } = useProjectPlace();
	const form = useForm<Values>({
		initialValues: { holds: "one", fingerprint: "", label: "", ttl_days: "" },
		validate: {
			fingerprint: (text, { holds }) => (holds === "one" && !fingerprintOf(text) ? `It must be JSON such as ${EXAMPLE}.` : null),
		},
	});
	const create = useAction({
		run: (values: Values) => send(api.POST(AT, { params: { path: { id: license.id } }, body: bodyOf(values), headers: onProject(project.id) })),
		refresh: [["license-files", project.id, license.id], ...licenseKeys(project.id, license.id)],
		done: "The file is saved",
		onDone: ({ id, file }) => {
			saveFile(new Blob([JSON.stringify(file)], { type: "application/json" }), `${id}.lic`);
			onClose();
		},
		hasOwnProblem: true,
	});
	return (
		<Dialog onClose={onClose} title="New license file">
			<form onSubmit={form.onSubmit((values) => create.mutate(values, { onError: (error) => form.setErrors(problemsOf(error)) }))}>
				<Stack gap="md">
					<Alert color="yellow" title="Nobody can take a file back">
						It holds until it ends, even when the license is suspended, revoked or deleted. Short ones are the better ones.
					</Alert>
					<NativeSelect
						label="Holds on"
						data={[
							{ value: "one", label: "One machine, which takes a seat" },
							{ value: "any", label: "Any machine" },
						]}
						{...form.getInputProps("holds")}
					/>
					{form.values.holds === "one" ? (
						<>
							<Textarea
								label="What the machine says of itself"
								description="The fingerprint that your program would send, as JSON"
								placeholder={EXAMPLE}
								autosize
								minRows={3}
								data-autofocus
								{...form.getInputProps("fingerprint")}
							/>
							<TextInput label="Name of the machine" maxLength={128} autoComplete="off" {...form.getInputProps("label")} />
						</>
					) : null}
					<NumberInput
						label="Days"
						description="1 to 3,650, but never beyond the license; empty: as the project's settings say"
						min={1}
						max={3650}
						clampBehavior="none"
						allowDecimal={false}
						{...form.getInputProps("ttl_days")}
					/>
					<FormFoot
						submit="Make and save"
						error={create.error}
						isRunning={create.isPending}
						onCancel={onClose}
						calls={[{ method: "POST", path: `/api/v1/licenses/${license.id}/files`, body: bodyOf(form.values), projectId: project.id }]}
					/>
				</Stack>
			</form>
		</Dialog>
	);
}
