// The dialog that says how people pay by hand.
import { Stack, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { api, onProject, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { type Setup, staleAfter } from "./queries";

const AT = "/api/v1/payment_providers/manual";

export default function ManualProvider({ setup, onClose }: { setup: Setup; onClose: () => void }) {
	const { project } = useProjectPlace();
	const form = useForm({ initialValues: { instructions: setup.provider?.instructions ?? "" } });
	const save = useAction({
		run: (body: typeof form.values) =>
			send(
				api.PUT("/api/v1/payment_providers/{provider}", {
					params: { path: { provider: "manual" } },
					body,
					headers: onProject(project.id),
				}),
			),
		refresh: staleAfter(project.id),
		done: setup.provider ? "Saved" : "The project is paid by hand",
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Dialog onClose={onClose} title="Be paid by hand">
			<form onSubmit={form.onSubmit((values) => save.mutate(values, { onError: (error) => form.setErrors(fieldErrors(error)) }))}>
				<Stack gap="md">
					<Textarea
						label="Instructions"
						description="What people are to do, an account for example. The page adds the amount and the order's id."
						required
						maxLength={4096}
						autosize
						minRows={4}
						data-autofocus
						{...form.getInputProps("instructions")}
					/>
					<FormFoot
						submit="Save"
						error={save.error}
						isRunning={save.isPending}
						onCancel={onClose}
						calls={[{ method: "PUT", path: AT, body: form.values, projectId: project.id }]}
					/>
				</Stack>
			</form>
		</Dialog>
	);
}
