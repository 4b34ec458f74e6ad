// The dialog that makes or changes a plan, and says what it gives.
import { Checkbox, Fieldset, NativeSelect, NumberInput, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { api, onProject, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import type { Feature, Plan } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { money } from "../ui/money";
import { meterField, meterRowsOf, metersOf, PlanMeters } from "./plan-meters";
import type { FeatureValue } from "./plan-queries";
import { textOfValue, ValueField, valueOfText } from "./value-field";

const AT = "/api/v1/plans";

const PERIODS = [
	{ value: "monthly", label: "A month" },
	{ value: "yearly", label: "A year" },
	{ value: "one_time", label: "Once" },
];

function valuesOf(plan: Plan | undefined, features: Feature[]) {
	const given = (plan?.features ?? {}) as Record<string, FeatureValue>;
	return {
		plan_key: plan?.plan_key ?? "",
		display_name: plan?.display_name ?? "",
		price: plan?.price ?? 0,
		currency: plan?.currency ?? "USD",
		period: plan?.period ?? ("monthly" as Plan["period"]),
		description: plan?.description ?? "",
		trial_days: plan?.trial_days ?? 0,
		sort: plan?.sort ?? 0,
		is_public: plan?.is_public ?? true,
		is_default: plan?.is_default ?? false,
		archived: plan?.archived ?? false,
		meters: meterRowsOf(plan),
		given: Object.fromEntries(
			features.map(({ feature_key: key }) => [key, key in given ? textOfValue(given[key]) : ""]),
		) as Record<string, string>,
	};
}

type Values = ReturnType<typeof valuesOf>;

function settingsOf({ plan_key: _key, archived: _archived, given, meters, description, ...rest }: Values) {
	const said = Object.entries(given).map(([key, text]) => [key, valueOfText(text)] as const);
	return {
		...rest,
		description: description === "" ? null : description,
		meters: metersOf(meters),
		features: Object.fromEntries(said.filter(([, value]) => value !== undefined)) as Record<string, never>,
	};
}

/** The server names a value features.export; the form has it under given. */
const ownErrors = (error: unknown) =>
	Object.fromEntries(Object.entries(fieldErrors(error)).map(([field, text]) => [meterField(field.replace(/^features\./, "given.")), text]));

export default function PlanForm({ plan, features, onClose }: { plan?: Plan; features: Feature[]; onClose: () => void }) {
	const { project } = useProjectPlace();
	const form = useForm({ initialValues: valuesOf(plan, features) });
	const toBody = (values: Values) => ({ plan_key: values.plan_key, ...settingsOf(values) });
	const toPatch = (values: Values) => ({ ...settingsOf(values), archived: values.archived });
	const save = useAction({
		run: (values: Values) =>
			plan
				? send(api.PATCH("/api/v1/plans/{id}", { params: { path: { id: plan.id } }, body: toPatch(values), headers: onProject(project.id) }))
				: send(api.POST(AT, { body: toBody(values), headers: onProject(project.id) })),
		refresh: [["plans", project.id], ["audit-events", project.id]],
		done: plan ? "Saved" : "The plan is made",
		onDone: onClose,
		hasOwnProblem: true,
	});
	const number = { clampBehavior: "none", allowDecimal: false, min: 0 } as const;
	const { price, currency } = form.values;
	return (
		<Dialog onClose={onClose} title={plan ? `Plan ${plan.plan_key}` : "New plan"} size="lg">
			<form onSubmit={form.onSubmit((values) => save.mutate(values, { onError: (error) => form.setErrors(ownErrors(error)) }))}>
				<Stack gap="md">
					<TextInput
						label="Name"
						description="Shown to people"
						required
						maxLength={128}
						autoComplete="off"
						data-autofocus
						{...form.getInputProps("display_name")}
					/>
					<TextInput
						label="Key"
						description="In tokens and calls: small letters, digits, hyphens and underscores. It never changes."
						required
						maxLength={64}
						autoComplete="off"
						spellCheck={false}
						disabled={plan !== undefined}
						{...form.getInputProps("plan_key")}
					/>
					<NumberInput
						label="Price"
						description={`In the currency's least unit: ${price} is ${money(Number(price) || 0, currency)}`}
						{...number}
						{...form.getInputProps("price")}
					/>
					<TextInput label="Currency" description="ISO 4217, as USD or IDR" maxLength={3} {...form.getInputProps("currency")} />
					<NativeSelect label="For" data={PERIODS} {...form.getInputProps("period")} />
					<Textarea label="Description" maxLength={512} autosize minRows={2} {...form.getInputProps("description")} />
					<NumberInput label="Trial" description="Days, up to 365; 0: none" max={365} {...number} {...form.getInputProps("trial_days")} />
					<NumberInput label="Place" description="The lowest comes first" {...number} {...form.getInputProps("sort")} />
					<Checkbox
						label="Public"
						description="Everybody may see it, and choose it on the plan page"
						{...form.getInputProps("is_public", { type: "checkbox" })}
					/>
					<Checkbox
						label="Default"
						description="What people are on who were given nothing; the plan that was it before is it no longer"
						{...form.getInputProps("is_default", { type: "checkbox" })}
					/>
					{plan ? (
						<Checkbox
							label="Archived"
							description="Nobody new gets it; who is on it stays"
							{...form.getInputProps("archived", { type: "checkbox" })}
						/>
					) : null}
					{features.length > 0 ? (
						<Fieldset legend="What it gives">
							<Stack gap="sm">
								{features.map(({ feature_key, type }) => (
									<ValueField
										key={feature_key}
										label={feature_key}
										type={type}
										hasDefault
										{...form.getInputProps(`given.${feature_key}`)}
									/>
								))}
							</Stack>
						</Fieldset>
					) : null}
					<PlanMeters
						rows={form.values.meters}
						inputOf={form.getInputProps}
						onAdd={(row) => form.insertListItem("meters", row)}
						onRemove={(index) => form.removeListItem("meters", index)}
					/>
					<FormFoot
						submit={plan ? "Save" : "Make plan"}
						error={save.error}
						isRunning={save.isPending}
						onCancel={onClose}
						calls={[
							plan
								? { method: "PATCH", path: `${AT}/${plan.id}`, body: toPatch(form.values), projectId: project.id }
								: { method: "POST", path: AT, body: toBody(form.values), projectId: project.id },
						]}
					/>
				</Stack>
			</form>
		</Dialog>
	);
}
