// A license's settings.
import { Checkbox, NumberInput, Text, Textarea, TextInput } from "@mantine/core";
import { api, onProject, sendTagged, type Tagged, unlessChanged } from "../api/client";
import { fieldErrors } from "../api/errors";
import type { License, LicensePatch } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { useFormDraft } from "../ui/draft";
import { FormFoot } from "../ui/form-foot";
import { Section } from "../ui/page";
import { PlanChoice } from "./plan-choice";

const AT = "/api/v1/licenses/{id}";

function valuesOf({ product_name, max_activations, expires_at, grace_days, ip_locked, lease_ttl_s, plan_key, user_id, notes }: License) {
	return {
		product_name,
		max_activations,
		expires_at: expires_at ?? "",
		grace_days,
		ip_locked,
		lease_ttl_s,
		plan_key: plan_key ?? "",
		user_id: user_id ?? "",
		notes: notes ?? "",
	};
}

type Values = ReturnType<typeof valuesOf>;

/** An empty text takes its member away. */
function patchOf(license: License, now: Values): LicensePatch {
	const before = valuesOf(license);
	const changed = Object.entries(now).filter(([name, value]) => value !== before[name as keyof Values]);
	return Object.fromEntries(changed.map(([name, value]) => [name, value === "" && name !== "product_name" ? null : value])) as LicensePatch;
}

export function LicenseForm({ tagged, canWrite }: { tagged: Tagged<License>; canWrite: boolean }) {
	const { project } = useProjectPlace();
	const { form, base, start } = useFormDraft({ found: tagged, valuesOf, patchOf });
	const { id, mode } = tagged.value;
	const save = useAction({
		run: (now: Values) =>
			sendTagged(
				api.PATCH(AT, {
					params: { path: { id } },
					body: patchOf(base.value, now),
					headers: { ...onProject(project.id), ...unlessChanged(base.etag) },
				}),
			),
		refresh: [
			["license", project.id, id],
			["licenses", project.id],
			["audit-events", project.id],
		],
		done: "Saved",
		onDone: start,
		hasOwnProblem: true,
	});
	const patch = patchOf(base.value, form.values);
	const number = { clampBehavior: "none", allowDecimal: false } as const;
	return (
		<Section title="Settings" lead="Programs see a change with their next question.">
			<form onSubmit={form.onSubmit((now) => save.mutate(now, { onError: (error) => form.setErrors(fieldErrors(error)) }))}>
				<fieldset disabled={!canWrite} className="gh-fieldset">
					<div className="gh-form">
						<TextInput label="Product" required maxLength={255} {...form.getInputProps("product_name")} />
						<NumberInput label="Machines" description="1 to 100" min={1} max={100} {...number} {...form.getInputProps("max_activations")} />
						<TextInput
							label="Ends"
							description="Date and time as 2031-01-31T23:59:59Z; empty: never"
							placeholder="2031-01-31T23:59:59Z"
							{...form.getInputProps("expires_at")}
						/>
						<NumberInput
							label="Days of grace"
							description="So long it still counts after its end: 0 to 365"
							min={0}
							max={365}
							{...number}
							{...form.getInputProps("grace_days")}
						/>
						{mode === "floating" ? (
							<NumberInput
								label="Lease"
								description="How long a machine keeps its seat without a heartbeat: 60 to 86,400 seconds"
								min={60}
								max={86400}
								suffix=" s"
								{...number}
								{...form.getInputProps("lease_ttl_s")}
							/>
						) : null}
						<Checkbox
							label="Bound to an address"
							description="The first machine that asks closes the lock; turning this off opens it"
							{...form.getInputProps("ip_locked", { type: "checkbox" })}
						/>
						<PlanChoice {...form.getInputProps("plan_key")} />
						<TextInput label="Holder" description="A user's id; empty: nobody" placeholder="usr_…" {...form.getInputProps("user_id")} />
						<Textarea label="Notes" description="For you; programs never see them" maxLength={1000} autosize minRows={2} {...form.getInputProps("notes")} />
						{canWrite ? (
							<FormFoot
								submit="Save"
								error={save.error}
								isRunning={save.isPending}
								isDisabled={Object.keys(patch).length === 0}
								calls={[{ method: "PATCH", path: `/api/v1/licenses/${id}`, body: patch, projectId: project.id }]}
							/>
						) : (
							<Text c="dimmed" size="sm">
								Your role may look at this license but not change it.
							</Text>
						)}
					</div>
				</fieldset>
			</form>
		</Section>
	);
}
