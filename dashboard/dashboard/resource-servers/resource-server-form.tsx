// A resource server's settings and scopes.
import { Checkbox, NativeSelect, NumberInput, Text, Textarea, TextInput } from "@mantine/core";
import { api, onProject, sendTagged, type Tagged, unlessChanged } from "../api/client";
import { fieldErrors } from "../api/errors";
import type { ResourceServer, ResourceServerPatch } from "../api/types";
import { Choices } from "../clients/choices";
import { listErrors } from "../clients/client-form";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { useFormDraft } from "../ui/draft";
import { FormFoot } from "../ui/form-foot";
import { Section } from "../ui/page";
import { linesOfScopes, scopesOf } from "./scope-lines";

const AT = "/api/v1/resource_servers/{id}";
const CLAIMS = ["email", "plan", "role", "features", "custom_claims", "workspace"];

function valuesOf(server: ResourceServer) {
	const { name, token_claims, access_token_ttl_s, signing_alg, allow_third_party, is_active } = server;
	return { name, scopes: linesOfScopes(server.scopes), token_claims, access_token_ttl_s, signing_alg, allow_third_party, is_active };
}

type Values = ReturnType<typeof valuesOf>;

function patchOf(server: ResourceServer, now: Values): ResourceServerPatch {
	const before = valuesOf(server);
	const changed = Object.entries(now).filter(
		([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof Values]),
	);
	return Object.fromEntries(
		changed.map(([name, value]) => [name, name === "scopes" ? scopesOf(value as string) : value]),
	) as ResourceServerPatch;
}

export function ResourceServerForm({ tagged, canWrite }: { tagged: Tagged<ResourceServer>; canWrite: boolean }) {
	const { project } = useProjectPlace();
	const { form, base, start } = useFormDraft({ found: tagged, valuesOf, patchOf });
	const id = tagged.value.id;
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
			["resource-server", project.id, id],
			["resource-servers", project.id],
			["audit-events", project.id],
		],
		done: "Saved",
		onDone: start,
		hasOwnProblem: true,
	});
	const patch = patchOf(base.value, form.values);
	return (
		<Section title="Settings" lead="Tokens that are out already stay as they are.">
			<form
				onSubmit={form.onSubmit((now) =>
					save.mutate(now, { onError: (error) => form.setErrors(listErrors(fieldErrors(error))) }),
				)}
			>
				<fieldset disabled={!canWrite} className="gh-fieldset">
					<div className="gh-form">
						<TextInput label="Name" required maxLength={120} {...form.getInputProps("name")} />
						<Textarea
							label="Scopes"
							description="One a line: its name, what people are told of it, and perhaps | and the plans whose people may have it"
							placeholder="orders:write Change your orders | pro team"
							autosize
							minRows={3}
							maxRows={16}
							spellCheck={false}
							{...form.getInputProps("scopes")}
						/>
						<NumberInput
							label="Lifetime of its tokens"
							description="300 to 86,400 seconds"
							min={300}
							max={86400}
							clampBehavior="none"
							allowDecimal={false}
							suffix=" s"
							{...form.getInputProps("access_token_ttl_s")}
						/>
						<NativeSelect
							label="Its tokens are signed with"
							data={["ES256", "RS256", "EdDSA"]}
							{...form.getInputProps("signing_alg")}
						/>
						<Choices
							label="Claims"
							description="What its tokens say of a person"
							choices={CLAIMS.map((value) => ({ value, label: value }))}
							{...form.getInputProps("token_claims")}
						/>
						<Checkbox
							label="Let third parties in"
							description="Clients that aren't the project's own, and those that registered themselves"
							{...form.getInputProps("allow_third_party", { type: "checkbox" })}
						/>
						<Checkbox
							label="Active"
							description="Off: nobody gets tokens for it"
							{...form.getInputProps("is_active", { type: "checkbox" })}
						/>
						{canWrite ? (
							<FormFoot
								submit="Save"
								error={save.error}
								isRunning={save.isPending}
								isDisabled={Object.keys(patch).length === 0}
								calls={[{ method: "PATCH", path: `/api/v1/resource_servers/${id}`, body: patch, projectId: project.id }]}
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
