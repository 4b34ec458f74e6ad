// The dialog that gives a user a feature whatever their plan says, or takes that back.
import { Button, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { api, onProject, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import type { User, UserFeature } from "../api/types";
import { textOfValue, ValueField, valueOfText } from "../plans/value-field";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { usePlanKeys } from "./user-plan";

const AT = "/api/v1/users/{id}/features/{feature_key}";

export default function OverrideFeature({ user, feature, onClose }: { user: User; feature: UserFeature; onClose: () => void }) {
	const { project } = useProjectPlace();
	const form = useForm({ initialValues: { value: textOfValue(feature.value), ends: "" } });
	type Values = typeof form.values;
	const params = { path: { id: user.id, feature_key: feature.feature_key } };
	const toBody = ({ value, ends }: Values) => ({
		value: (valueOfText(value) ?? null) as never,
		...(ends ? { expires_at: new Date(`${ends}T23:59:59Z`).toISOString() } : {}),
	});
	const common = { refresh: usePlanKeys(user), onDone: onClose, hasOwnProblem: true };
	const put = useAction({
		...common,
		run: (values: Values) => send(api.PUT(AT, { params, body: toBody(values), headers: onProject(project.id) })),
		done: "The override holds",
	});
	const remove = useAction({
		...common,
		run: () => send(api.DELETE(AT, { params, headers: onProject(project.id) })),
		done: "Their plan counts again",
	});
	const path = `/api/v1/users/${user.id}/features/${feature.feature_key}`;
	return (
		<Dialog onClose={onClose} title={`Override ${feature.feature_key}`}>
			<form
				onSubmit={form.onSubmit((values) =>
					put.mutate(values, {
						onError: (error) => {
							const { expires_at: ends, ...others } = fieldErrors(error);
							form.setErrors(ends ? { ...others, ends } : others);
						},
					}),
				)}
			>
				<Stack gap="md">
					<ValueField label="Value" type={feature.type} {...form.getInputProps("value")} />
					<TextInput type="date" label="Last day" description="Empty: it has no end" {...form.getInputProps("ends")} />
					{feature.source === "override" ? (
						<Button variant="default" loading={remove.isPending} onClick={() => remove.mutate(undefined)}>
							Take the override away
						</Button>
					) : null}
					<FormFoot
						submit="Override"
						error={put.error ?? remove.error}
						isRunning={put.isPending}
						onCancel={onClose}
						calls={[{ method: "PUT", path, body: toBody(form.values), projectId: project.id }]}
					/>
				</Stack>
			</form>
		</Dialog>
	);
}
