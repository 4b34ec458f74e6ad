// The dialog that makes or changes a feature.
import { NativeSelect, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { api, onProject, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import type { Feature } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { ValueField, valueOfText, textOfValue } from "./value-field";

const AT = "/api/v1/features";

const TYPES = [
	{ value: "boolean", label: "Switch: yes or no" },
	{ value: "limit", label: "Limit: a number, or none" },
];

export default function FeatureForm({ feature, onClose }: { feature?: Feature; onClose: () => void }) {
	const { project } = useProjectPlace();
	const form = useForm({
		initialValues: {
			feature_key: feature?.feature_key ?? "",
			type: feature?.type ?? ("boolean" as "boolean" | "limit"),
			value: feature ? textOfValue(feature.default) : "false",
			meter_key: feature?.meter_key ?? "",
			description: feature?.description ?? "",
		},
	});
	type Values = typeof form.values;
	const settingsOf = ({ type, value, meter_key, description }: Values) => ({
		default: valueOfText(value) ?? (type === "boolean" ? false : 0),
		meter_key: type === "limit" && meter_key !== "" ? meter_key : null,
		description: description === "" ? null : description,
	});
	const toBody = (values: Values) => ({ feature_key: values.feature_key, type: values.type, ...settingsOf(values) });
	const save = useAction({
		run: (values: Values) =>
			feature
				? send(api.PATCH("/api/v1/features/{id}", { params: { path: { id: feature.id } }, body: settingsOf(values), headers: onProject(project.id) }))
				: send(api.POST(AT, { body: toBody(values), headers: onProject(project.id) })),
		refresh: [["features", project.id], ["audit-events", project.id]],
		done: feature ? "Saved" : "The feature is made",
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Dialog onClose={onClose} title={feature ? `Feature ${feature.feature_key}` : "New feature"}>
			<form
				onSubmit={form.onSubmit((values) =>
					save.mutate(values, {
						onError: (error) => {
							const { default: value, ...others } = fieldErrors(error);
							form.setErrors(value ? { ...others, value } : others);
						},
					}),
				)}
			>
				<Stack gap="md">
					<TextInput
						label="Key"
						description="As your code asks for it: small letters, digits and underscores. It never changes."
						required
						maxLength={64}
						autoComplete="off"
						spellCheck={false}
						disabled={feature !== undefined}
						data-autofocus={feature ? undefined : true}
						{...form.getInputProps("feature_key")}
					/>
					<NativeSelect
						label="Kind"
						description="It never changes"
						data={TYPES}
						disabled={feature !== undefined}
						{...form.getInputProps("type")}
						onChange={(event) => {
							const type = event.currentTarget.value as "boolean" | "limit";
							form.setValues({ type, value: type === "boolean" ? "false" : "0" });
						}}
					/>
					<ValueField
						label="Default"
						description="For who has it neither by plan nor by an override"
						type={form.values.type}
						{...form.getInputProps("value")}
					/>
					{form.values.type === "limit" ? (
						<TextInput
							label="Meter"
							description="What it is the limit of, as “requests” or a meter of your own; empty: nothing that is counted"
							maxLength={64}
							spellCheck={false}
							{...form.getInputProps("meter_key")}
						/>
					) : null}
					<TextInput label="Description" description="For your own people" maxLength={512} {...form.getInputProps("description")} />
					<FormFoot
						submit={feature ? "Save" : "Make feature"}
						error={save.error}
						isRunning={save.isPending}
						onCancel={onClose}
						calls={[
							feature
								? { method: "PATCH", path: `${AT}/${feature.id}`, body: settingsOf(form.values), projectId: project.id }
								: { method: "POST", path: AT, body: toBody(form.values), projectId: project.id },
						]}
					/>
				</Stack>
			</form>
		</Dialog>
	);
}
