// The dialog that makes a license.
import { NativeSelect, NumberInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "@tanstack/react-router";
import { api, onProject, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { PlanChoice } from "./plan-choice";

const AT = "/api/v1/licenses";

const MODES = [
	{ value: "node_locked", label: "Bound to machines" },
	{ value: "floating", label: "Floating: so many machines at once" },
];

export default function CreateLicense({ onClose }: { onClose: () => void }) {
	const { project } = useProjectPlace();
	const navigate = useNavigate();
	const form = useForm({ initialValues: { product_name: "", mode: "node_locked", max_activations: 1, plan_key: "", ends: "" } });
	const toBody = ({ ends, mode, plan_key, ...rest }: typeof form.values) => ({
		...rest,
		mode: mode as "node_locked" | "floating",
		...(plan_key ? { plan_key } : {}),
		...(ends ? { expires_at: new Date(`${ends}T23:59:59Z`).toISOString() } : {}),
	});
	const create = useAction({
		run: (values: typeof form.values) => send(api.POST(AT, { body: toBody(values), headers: onProject(project.id) })),
		refresh: [["licenses", project.id], ["audit-events", project.id]],
		done: "The license is made",
		onDone: ({ id }) => {
			onClose();
			void navigate({ to: "/projects/$projectId/licenses/$licenseId", params: { projectId: project.id, licenseId: id } });
		},
		hasOwnProblem: true,
	});
	return (
		<Dialog onClose={onClose} title="New license">
			<form
				onSubmit={form.onSubmit((values) =>
					create.mutate(values, {
						onError: (error) => {
							const { expires_at: ends, ...others } = fieldErrors(error);
							form.setErrors(ends ? { ...others, ends } : others);
						},
					}),
				)}
			>
				<Stack gap="md">
					<TextInput
						label="Product"
						description="What the key unlocks; programs are told it"
						required
						maxLength={255}
						autoComplete="off"
						data-autofocus
						{...form.getInputProps("product_name")}
					/>
					<NativeSelect label="Kind" description="It never changes" data={MODES} {...form.getInputProps("mode")} />
					<NumberInput
						label="Machines"
						description="1 to 100"
						min={1}
						max={100}
						clampBehavior="none"
						allowDecimal={false}
						{...form.getInputProps("max_activations")}
					/>
					<PlanChoice {...form.getInputProps("plan_key")} />
					<TextInput type="date" label="Last day" description="Empty: it has no end" {...form.getInputProps("ends")} />
					<FormFoot
						submit="Make license"
						error={create.error}
						isRunning={create.isPending}
						onCancel={onClose}
						calls={[{ method: "POST", path: AT, body: toBody(form.values), projectId: project.id }]}
					/>
				</Stack>
			</form>
		</Dialog>
	);
}
