// The dialog that renames a key or tightens its limit.
import { NumberInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { api, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import type { ApiKey } from "../api/types";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";

interface EditValues {
	name: string;
	rate_limit_per_minute: number | "";
}

function toPatch(values: EditValues, apiKey: ApiKey) {
	const limit = values.rate_limit_per_minute === "" ? null : values.rate_limit_per_minute;
	return {
		...(values.name !== apiKey.name ? { name: values.name } : {}),
		...(apiKey.kind === "service" && limit !== apiKey.rate_limit_per_minute ? { rate_limit_per_minute: limit } : {}),
	};
}

export default function EditApiKey({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
	const form = useForm<EditValues>({
		initialValues: { name: apiKey.name, rate_limit_per_minute: apiKey.rate_limit_per_minute ?? "" },
	});
	const patch = toPatch(form.values, apiKey);
	const save = useAction({
		run: (values: EditValues) =>
			send(
				api.PATCH("/api/v1/api_keys/{id}", {
					params: { path: { id: apiKey.id } },
					body: toPatch(values, apiKey),
				}),
			),
		refresh: [["api-keys"], ["audit-events"]],
		done: "Key changed",
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Dialog onClose={onClose} title={`Edit ${apiKey.name}`}>
			<form
				onSubmit={form.onSubmit((values) =>
					save.mutate(values, { onError: (error) => form.setErrors(fieldErrors(error)) }),
				)}
			>
				<Stack gap="md">
					<TextInput label="Name" required maxLength={128} data-autofocus {...form.getInputProps("name")} />
					{apiKey.kind === "service" ? (
						<NumberInput
							label="Requests a minute"
							description="Empty: 600"
							min={1}
							max={60_000}
							allowDecimal={false}
							hideControls
							{...form.getInputProps("rate_limit_per_minute")}
						/>
					) : null}
					<FormFoot
						submit="Save changes"
						error={save.error}
						isRunning={save.isPending}
						isDisabled={Object.keys(patch).length === 0}
						onCancel={onClose}
						calls={[{ method: "PATCH", path: `/api/v1/api_keys/${apiKey.id}`, body: patch, isSessionOnly: true }]}
					/>
				</Stack>
			</form>
		</Dialog>
	);
}
