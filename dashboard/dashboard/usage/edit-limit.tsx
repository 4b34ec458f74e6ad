// The dialog that says how much of a meter a project may use in a month.
import { NumberInput, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { api, onProject, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { LIMITS, type Limits } from "./meters";

interface EditLimitProps {
	meter: string;
	name: string;
	limits: Limits;
	onClose: () => void;
}

export default function EditLimit({ meter, name, limits, onClose }: EditLimitProps) {
	const { project } = useProjectPlace();
	const form = useForm<{ limit: number | string }>({ initialValues: { limit: limits[meter] ?? "" } });
	const body = { limits: { ...limits, [meter]: form.values.limit === "" ? null : form.values.limit } };
	const save = useAction({
		run: () => send(api.PUT(LIMITS, { body: body as never, headers: onProject(project.id) })),
		refresh: [["usage", project.id], ["project-limits", project.id], ["audit-events", project.id]],
		done: "The limit is set",
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Dialog onClose={onClose} title={`Limit of ${name}`}>
			<form
				onSubmit={form.onSubmit(() =>
					save.mutate(undefined, { onError: (error) => form.setErrors({ limit: fieldErrors(error)[`limits.${meter}`] }) }),
				)}
			>
				<Stack gap="md">
					<NumberInput
						label="In a month, all people together"
						description="Empty: as much as the organization's plan allows"
						min={0}
						allowDecimal={false}
						clampBehavior="none"
						thousandSeparator=","
						data-autofocus
						{...form.getInputProps("limit")}
					/>
					<FormFoot
						submit="Set limit"
						error={save.error}
						isRunning={save.isPending}
						onCancel={onClose}
						calls={[{ method: "PUT", path: LIMITS, body, projectId: project.id }]}
					/>
				</Stack>
			</form>
		</Dialog>
	);
}
