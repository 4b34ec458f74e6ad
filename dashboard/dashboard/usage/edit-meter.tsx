// The dialog that makes a meter, or renames one.
import { Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { api, onProject, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { METERS, type Meter } from "./meters";

interface EditMeterProps {
	/** null: a new one. */
	meter: Meter | null;
	onClose: () => void;
}

export default function EditMeter({ meter, onClose }: EditMeterProps) {
	const { project } = useProjectPlace();
	const headers = onProject(project.id);
	const form = useForm({
		initialValues: { meter_key: meter?.meter_key ?? "", display_name: meter?.display_name ?? "", unit: meter?.unit ?? "" },
	});
	const save = useAction({
		run: ({ meter_key, ...rest }: typeof form.values) =>
			meter
				? send(api.PATCH("/api/v1/meters/{id}", { params: { path: { id: meter.id } }, body: rest, headers }))
				: send(api.POST(METERS, { body: { meter_key, ...rest }, headers })),
		refresh: [["meters", project.id], ["usage", project.id], ["audit-events", project.id]],
		done: meter ? "The meter is changed" : "The meter is made",
		onDone: onClose,
		hasOwnProblem: true,
	});
	const { meter_key, ...rest } = form.values;
	return (
		<Dialog onClose={onClose} title={meter ? `Change ${meter.display_name}` : "New meter"}>
			<form onSubmit={form.onSubmit((values) => save.mutate(values, { onError: (error) => form.setErrors(fieldErrors(error)) }))}>
				<Stack gap="md">
					<TextInput label="Name" required maxLength={128} autoComplete="off" data-autofocus {...form.getInputProps("display_name")} />
					<TextInput
						label="Key"
						description="What your app calls it: lower-case letters, digits and _. It never changes"
						required
						disabled={meter !== null}
						maxLength={64}
						autoComplete="off"
						spellCheck={false}
						{...form.getInputProps("meter_key")}
					/>
					<TextInput label="Unit" description="What one of it is called" required maxLength={32} autoComplete="off" {...form.getInputProps("unit")} />
					<FormFoot
						submit={meter ? "Save" : "Make meter"}
						error={save.error}
						isRunning={save.isPending}
						onCancel={onClose}
						calls={[
							meter
								? { method: "PATCH", path: `${METERS}/${meter.id}`, body: rest, projectId: project.id }
								: { method: "POST", path: METERS, body: { meter_key, ...rest }, projectId: project.id },
						]}
					/>
				</Stack>
			</form>
		</Dialog>
	);
}
