// What can be changed about the organization; leaving and deleting it.
import { Button, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { api, sendTagged, type Tagged, unlessChanged } from "../api/client";
import { fieldErrors } from "../api/errors";
import { orgQuery } from "../api/queries";
import { useRights } from "../api/rights";
import { isConsole, type Org } from "../api/types";
import { usePlace } from "../shell/place";
import { useAction } from "../ui/action";
import { CopyId } from "../ui/copy";
import { useFormDraft } from "../ui/draft";
import { FormFoot } from "../ui/form-foot";
import { Page, Section } from "../ui/page";
import { Resource } from "../ui/resource";
import { OrgFields, type OrgValues } from "./org-fields";

const LeaveOrg = lazy(() => import("./leave-org"));
const DeleteOrg = lazy(() => import("./delete-org"));

export function OrgSettings() {
	const { org: place } = usePlace();
	const mayDo = useRights();
	const org = useQuery(orgQuery(place.id));
	const [dialog, setDialog] = useState<"leave" | "delete" | null>(null);
	// Who deleted the organization that runs Gatehouse would delete Gatehouse.
	const canDelete = mayDo(place.role, "org.delete") && !place.projects.some(isConsole);
	return (
		<Page
			title="Organization settings"
			lead="How the organization is called, who finds it, and how to leave it."
			calls={[{ method: "GET", path: `/api/v1/orgs/${place.id}` }]}
		>
			<Resource query={org}>
				{(found) => (
					<>
						<SettingsForm
							key={found.value.id}
							found={found}
							canWrite={mayDo(place.role, "org.write")}
						/>
						<DangerZone canDelete={canDelete} onLeave={() => setDialog("leave")} onDelete={() => setDialog("delete")} />
						<Suspense>
							{dialog === "leave" ? <LeaveOrg onClose={() => setDialog(null)} /> : null}
							{dialog === "delete" ? <DeleteOrg org={found.value} onClose={() => setDialog(null)} /> : null}
						</Suspense>
					</>
				)}
			</Resource>
		</Page>
	);
}

function toValues(org: Org): OrgValues {
	return {
		name: org.name,
		slug: org.slug,
		description: org.description ?? "",
		logo_url: org.logo_url ?? "",
		discoverable: org.discoverable,
	};
}

function toPatch(values: OrgValues, org: Org) {
	const before = toValues(org);
	return {
		...(values.name !== before.name ? { name: values.name } : {}),
		...(values.slug !== before.slug ? { slug: values.slug } : {}),
		...(values.description !== before.description ? { description: values.description || null } : {}),
		...(values.logo_url !== before.logo_url ? { logo_url: values.logo_url || null } : {}),
		...(values.discoverable !== before.discoverable ? { discoverable: values.discoverable } : {}),
	};
}

function SettingsForm({ found, canWrite }: { found: Tagged<Org>; canWrite: boolean }) {
	const { form, base, start } = useFormDraft({
		found,
		valuesOf: toValues,
		patchOf: (before, now: OrgValues) => toPatch(now, before),
	});
	const org = base.value;
	const patch = toPatch(form.values, org);
	const save = useAction({
		run: (values: OrgValues) =>
			sendTagged(
				api.PATCH("/api/v1/orgs/{org_id}", {
					params: { path: { org_id: org.id } },
					headers: unlessChanged(base.etag),
					body: toPatch(values, org),
				}),
			),
		refresh: [
			["orgs", org.id],
			["me", "orgs"],
			["audit-events", org.id],
		],
		done: "Settings saved",
		onDone: start,
		hasOwnProblem: true,
	});
	return (
		<Section title="General">
			<dl className="gh-facts">
				<dt>Organization id</dt>
				<dd>
					<CopyId id={org.id} label="Copy organization id" />
				</dd>
				<dt>Plan</dt>
				<dd>{org.plan ?? "no limits"}</dd>
			</dl>
			<form
				className="gh-form"
				onSubmit={form.onSubmit((values) =>
					save.mutate(values, { onError: (error) => form.setErrors(fieldErrors(error)) }),
				)}
			>
				<OrgFields form={form} isSlugRequired isDisabled={!canWrite} />
				{canWrite ? (
					<FormFoot
						submit="Save changes"
						error={save.error}
						isRunning={save.isPending}
						isDisabled={Object.keys(patch).length === 0}
						calls={[{ method: "PATCH", path: `/api/v1/orgs/${org.id}`, body: patch }]}
					/>
				) : (
					<Text c="dimmed" size="sm">
						Your role may look at these settings but not change them.
					</Text>
				)}
			</form>
		</Section>
	);
}

interface DangerZoneProps {
	canDelete: boolean;
	onLeave: () => void;
	onDelete: () => void;
}

function DangerZone({ canDelete, onLeave, onDelete }: DangerZoneProps) {
	return (
		<Section title="Danger zone" isDanger>
			<Stack gap="lg">
				<div className="gh-danger-row">
					<div>
						<Text fw={500}>Leave the organization</Text>
						<Text size="sm" c="dimmed">
							Your tokens here end. Somebody has to invite you to come back.
						</Text>
					</div>
					<Button variant="default" onClick={onLeave}>
						Leave
					</Button>
				</div>
				{canDelete ? (
					<div className="gh-danger-row">
						<div>
							<Text fw={500}>Delete the organization</Text>
							<Text size="sm" c="dimmed">
								All its projects, keys, users and sessions stop at once. There is no undo.
							</Text>
						</div>
						<Button className="gh-danger-button" variant="default" onClick={onDelete}>
							Delete organization
						</Button>
					</div>
				) : null}
			</Stack>
		</Section>
	);
}
