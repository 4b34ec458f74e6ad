// Registration, and what is demanded of clients and tokens.
import { Checkbox, NativeSelect, NumberInput, Text, Textarea } from "@mantine/core";
import { api, onProject, sendTagged, type Tagged, unlessChanged } from "../api/client";
import { fieldErrors } from "../api/errors";
import type { OauthSettings, OauthSettingsPatch } from "../api/types";
import { listErrors } from "../clients/client-form";
import { linesOf } from "../clients/client-types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { useFormDraft } from "../ui/draft";
import { FormFoot } from "../ui/form-foot";
import { Section } from "../ui/page";

const AT = "/api/v1/oauth_settings";

const DCR = [
	{ value: "open", label: "Anybody" },
	{ value: "token", label: "Who has an initial token" },
	{ value: "off", label: "Nobody" },
];
const CIMD = [
	{ value: "on", label: "At any address" },
	{ value: "trusted", label: "On trusted domains" },
	{ value: "off", label: "Nowhere" },
];

function valuesOf({ issuer: _, cimd_trusted_domains, ...rest }: OauthSettings) {
	return { ...rest, cimd_trusted_domains: cimd_trusted_domains.join("\n") };
}

type Values = ReturnType<typeof valuesOf>;

function patchOf(settings: OauthSettings, now: Values): OauthSettingsPatch {
	const before = valuesOf(settings);
	const changed = Object.entries(now).filter(([name, value]) => value !== before[name as keyof Values]);
	return Object.fromEntries(
		changed.map(([name, value]) => [name, name === "cimd_trusted_domains" ? linesOf(value as string) : value]),
	) as OauthSettingsPatch;
}

export function OauthSettingsForm({ tagged, canWrite }: { tagged: Tagged<OauthSettings>; canWrite: boolean }) {
	const { project } = useProjectPlace();
	const { form, base, start } = useFormDraft({ found: tagged, valuesOf, patchOf });
	const patch = patchOf(base.value, form.values);
	const save = useAction({
		run: (now: Values) =>
			sendTagged(
				api.PATCH(AT, {
					body: patchOf(base.value, now),
					headers: { ...onProject(project.id), ...unlessChanged(base.etag) },
				}),
			),
		refresh: [["oauth-settings", project.id], ["audit-events", project.id]],
		done: "Saved",
		onDone: start,
		hasOwnProblem: true,
	});
	const submit = form.onSubmit((now) =>
		save.mutate(now, { onError: (error) => form.setErrors(listErrors(fieldErrors(error))) }),
	);
	return (
		<Section title="Clients and tokens" lead="Tokens that are out already stay as they are.">
			<form onSubmit={submit}>
				<fieldset disabled={!canWrite} className="gh-fieldset">
					<div className="gh-form">
						<NativeSelect
							label="Who may register a client by itself"
							description="By RFC 7591; in a project of type mcp nobody"
							data={DCR}
							{...form.getInputProps("dcr")}
						/>
						<NativeSelect
							label="Whose metadata document is a client"
							description="A client's id is then the address of its document; in a project of type mcp nobody's"
							data={CIMD}
							{...form.getInputProps("cimd")}
						/>
						{form.values.cimd === "trusted" ? (
							<Textarea
								label="Trusted domains"
								description="One a line; those below them are trusted too"
								placeholder="example.com"
								autosize
								minRows={2}
								maxRows={12}
								spellCheck={false}
								{...form.getInputProps("cimd_trusted_domains")}
							/>
						) : null}
						<NativeSelect
							label="Access tokens are signed with"
							description="Those for a client itself; a resource server says its own"
							data={["ES256", "RS256", "EdDSA"]}
							{...form.getInputProps("signing_alg")}
						/>
						<NumberInput
							label="Lifetime to begin with"
							description="Of access tokens, for clients and resource servers registered from now on: 300 to 86,400 seconds"
							min={300}
							max={86400}
							clampBehavior="none"
							allowDecimal={false}
							suffix=" s"
							{...form.getInputProps("access_token_ttl_s")}
						/>
						<NumberInput
							label="Least token version"
							description="It only rises: people's access tokens below it are void at once, refresh tokens give new ones"
							min={0}
							clampBehavior="none"
							allowDecimal={false}
							{...form.getInputProps("min_token_version")}
						/>
						<Checkbox
							label="Pushed requests only"
							description="Apps push what they ask for before they send somebody here (RFC 9126)"
							{...form.getInputProps("require_par", { type: "checkbox" })}
						/>
						<Checkbox
							label="Proofs of possession need a nonce"
							description="For clients that bind their tokens to a key (RFC 9449)"
							{...form.getInputProps("dpop_require_nonce", { type: "checkbox" })}
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
	);
}
