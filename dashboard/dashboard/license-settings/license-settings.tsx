// How programs are answered: when a machine is the same one, what answers hold, the keys that sign, and how a program checks them.
import { Checkbox, Input, NumberInput, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, onProject, sendTagged, type Tagged, unlessChanged } from "../api/client";
import { fieldErrors } from "../api/errors";
import { useRights } from "../api/rights";
import type { LicenseSettings, LicenseSettingsPatch } from "../api/types";
import { Choices } from "../clients/choices";
import { listErrors } from "../clients/client-form";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { useFormDraft } from "../ui/draft";
import { FormFoot } from "../ui/form-foot";
import { Page, Section } from "../ui/page";
import { Resource } from "../ui/resource";
import { LicenseSigningKeys } from "./license-signing-keys";
import { PARTS, type Part } from "./tolerance";
import { ToleranceTester } from "./tolerance-tester";

const AT = "/api/v1/license_settings";

export function LicenseSettingsPage() {
	const { project } = useProjectPlace();
	const mayDo = useRights();
	const canWrite = mayDo(project.role, "license.manage");
	const settings = useQuery({
		queryKey: ["license-settings", project.id],
		queryFn: () => sendTagged(api.GET(AT, { headers: onProject(project.id) })),
	});
	return (
		<Page
			title="License validation"
			lead="When a machine is one that is known already, how long an answer holds, and the keys that sign it."
			calls={[
				{ label: "Get", method: "GET", path: AT, projectId: project.id },
				{ label: "Change", method: "PATCH", path: AT, body: { match_threshold: 70 }, projectId: project.id },
			]}
		>
			<Resource query={settings}>{(tagged) => <SettingsForm tagged={tagged} canWrite={canWrite} />}</Resource>
			<LicenseSigningKeys canWrite={canWrite} />
		</Page>
	);
}

const valuesOf = (settings: LicenseSettings) => ({ ...settings, required_components: settings.required_components as string[] });

type Values = ReturnType<typeof valuesOf>;

function patchOf(settings: LicenseSettings, now: Values): LicenseSettingsPatch {
	const before = valuesOf(settings);
	const changed = Object.entries(now).filter(
		([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof Values]),
	);
	return Object.fromEntries(changed) as LicenseSettingsPatch;
}

function SettingsForm({ tagged, canWrite }: { tagged: Tagged<LicenseSettings>; canWrite: boolean }) {
	const { project } = useProjectPlace();
	const { form, base, start } = useFormDraft({ found: tagged, valuesOf, patchOf });
	const save = useAction({
		run: (now: Values) =>
			sendTagged(api.PATCH(AT, { body: patchOf(base.value, now), headers: { ...onProject(project.id), ...unlessChanged(base.etag) } })),
		refresh: [
			["license-settings", project.id],
			["audit-events", project.id],
		],
		done: "Saved",
		onDone: start,
		hasOwnProblem: true,
	});
	const patch = patchOf(base.value, form.values);
	const number = { clampBehavior: "none", allowDecimal: false } as const;
	return (
		<>
			<Section title="Settings" lead="Machines that have a seat keep it; the next question is judged by these.">
				<form
					onSubmit={form.onSubmit((now) => save.mutate(now, { onError: (error) => form.setErrors(listErrors(fieldErrors(error))) }))}
				>
					<fieldset disabled={!canWrite} className="gh-fieldset">
						<div className="gh-form">
							<NumberInput
								label="Tolerance"
								description="How much of a machine's weight must be the same: 1 to 100 per cent"
								min={1}
								max={100}
								suffix=" %"
								{...number}
								{...form.getInputProps("match_threshold")}
							/>
							<NumberInput
								label="Parts that must be the same at least"
								description="1 to 7"
								min={1}
								max={7}
								{...number}
								{...form.getInputProps("min_matches")}
							/>
							<fieldset className="gh-fieldset">
								<legend className="gh-legend">Weight of each part</legend>
								<div className="gh-columns">
									{PARTS.map(({ value, label }) => (
										<NumberInput
											key={value}
											label={label}
											min={0}
											max={10}
											{...number}
											{...form.getInputProps(`weights.${value satisfies Part}`)}
										/>
									))}
								</div>
								{form.errors.weights ? <Input.Error role="alert">{form.errors.weights}</Input.Error> : null}
							</fieldset>
							<Choices
								label="Parts that each machine must name"
								description="A program on a machine that doesn't is refused with an error"
								choices={PARTS.map(({ value, label }) => ({ value, label }))}
								{...form.getInputProps("required_components")}
							/>
							<NumberInput
								label="An answer holds"
								description="How long a program may run on it without asking again: 0 to 2,592,000 seconds"
								min={0}
								max={2592000}
								suffix=" s"
								{...number}
								{...form.getInputProps("offline_ttl_s")}
							/>
							<NumberInput
								label="A machine is recorded once in"
								description="60 to 3,600 seconds"
								min={60}
								max={3600}
								suffix=" s"
								{...number}
								{...form.getInputProps("record_window_s")}
							/>
							<NumberInput
								label="Machines that users may release themselves"
								description="Of one license in 30 days: 0 to 100"
								min={0}
								max={100}
								{...number}
								{...form.getInputProps("releases_per_30d")}
							/>
							<NumberInput
								label="A license file holds"
								description="Days, when nothing else is asked for; no program gets one for longer: 1 to 3,650"
								min={1}
								max={3650}
								{...number}
								{...form.getInputProps("file_ttl_days")}
							/>
							<Checkbox
								label="Each question must bring a nonce"
								description="Then an old answer can't be played again"
								{...form.getInputProps("require_nonce", { type: "checkbox" })}
							/>
							<Checkbox
								label="Keys may be chosen"
								description="Through the API: 8 to 64 letters and digits instead of a made key"
								{...form.getInputProps("custom_keys", { type: "checkbox" })}
							/>
							{canWrite ? (
								<FormFoot
									submit="Save"
									error={save.error}
									isRunning={save.isPending}
									isDisabled={Object.keys(patch).length === 0}
									calls={[{ method: "PATCH", path: AT, body: patch, projectId: project.id }]}
								/>
							) : (
								<Text c="dimmed" size="sm">
									Your role may look at these settings but not change them.
								</Text>
							)}
						</div>
					</fieldset>
				</form>
			</Section>
			<ToleranceTester rules={form.values} />
		</>
	);
}
