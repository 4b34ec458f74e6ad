// The dialog that changes what a trusted issuer's tokens are good for; whose they are never changes.
import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, onProject, sendTagged, type Tagged, unlessChanged } from "../api/client";
import { fieldErrors } from "../api/errors";
import type { TrustedIssuer } from "../api/types";
import { listErrors } from "../clients/client-form";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { useFormDraft } from "../ui/draft";
import { FormFoot } from "../ui/form-foot";
import { Resource } from "../ui/resource";
import { BringingClients, JwksUri, ScopeLimit } from "./fields";
import { AT, ONE, wordsOf } from "./kinds";

export default function EditTrustedIssuer({ id, onClose }: { id: string; onClose: () => void }) {
	const { project } = useProjectPlace();
	const issuer = useQuery({
		queryKey: ["trusted-issuers", project.id, id],
		queryFn: () => sendTagged(api.GET(ONE, { params: { path: { id } }, headers: onProject(project.id) })),
	});
	return (
		<Dialog onClose={onClose} title="Edit trusted issuer">
			<Resource query={issuer}>{(tagged) => <EditForm tagged={tagged} onClose={onClose} />}</Resource>
		</Dialog>
	);
}

function valuesOf({ jwks_uri, client_ids, scopes }: TrustedIssuer) {
	return { jwks_uri, client_ids, scopes: scopes.join(" ") };
}

type Values = ReturnType<typeof valuesOf>;

function patchOf(issuer: TrustedIssuer, { jwks_uri, client_ids, scopes }: Values) {
	const now = { jwks_uri, client_ids, scopes: wordsOf(scopes) };
	return Object.fromEntries(
		Object.entries(now).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(issuer[name as keyof typeof now])),
	) as Partial<typeof now>;
}

function EditForm({ tagged, onClose }: { tagged: Tagged<TrustedIssuer>; onClose: () => void }) {
	const { project } = useProjectPlace();
	const { form, base } = useFormDraft({ found: tagged, valuesOf, patchOf });
	const { id, issuer, kind, subject } = tagged.value;
	const save = useAction({
		run: (now: Values) =>
			sendTagged(
				api.PATCH(ONE, {
					params: { path: { id } },
					body: patchOf(base.value, now),
					headers: { ...onProject(project.id), ...unlessChanged(base.etag) },
				}),
			),
		refresh: [["trusted-issuers", project.id], ["audit-events", project.id]],
		done: "Saved",
		onDone: onClose,
		hasOwnProblem: true,
	});
	const patch = patchOf(base.value, form.values);
	return (
		<form
			onSubmit={form.onSubmit((now) =>
				save.mutate(now, { onError: (error) => form.setErrors(listErrors(fieldErrors(error))) }),
			)}
		>
			<Stack gap="md">
				<Text size="sm">
					<code className="gh-break">{subject ? `${issuer} ${subject}` : issuer}</code>
				</Text>
				<JwksUri data-autofocus {...form.getInputProps("jwks_uri")} />
				{kind === "id_jag" ? <BringingClients {...form.getInputProps("client_ids")} /> : null}
				<ScopeLimit {...form.getInputProps("scopes")} />
				<FormFoot
					submit="Save"
					error={save.error}
					isRunning={save.isPending}
					isDisabled={Object.keys(patch).length === 0}
					onCancel={onClose}
					calls={[{ method: "PATCH", path: `${AT}/${id}`, body: patch, projectId: project.id, isSessionOnly: true }]}
				/>
			</Stack>
		</form>
	);
}
