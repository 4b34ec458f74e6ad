// Everything that can be changed about a project, and what can't be undone.
import { Button, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { api, type Tagged, sendTagged, unlessChanged } from "../api/client";
import { fieldErrors } from "../api/errors";
import { projectQuery } from "../api/queries";
import { useRights } from "../api/rights";
import { isConsole, type Project } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { CopyId } from "../ui/copy";
import { useFormDraft } from "../ui/draft";
import { FormFoot } from "../ui/form-foot";
import { Page, Section } from "../ui/page";
import { EnvironmentPill } from "../ui/pill";
import { Resource } from "../ui/resource";
import { useKeyUse } from "./key-use";
import { NameAndSlug, type ProjectType, type ProjectValues, TypeAndTexts } from "./project-fields";

const RotateSecret = lazy(() => import("../clients/rotate-client-secret"));
const PromoteProject = lazy(() => import("./promote-project"));
const ResetProject = lazy(() => import("./reset-project"));
const DeleteProject = lazy(() => import("./delete-project"));

type OpenDialog = "secret" | "promote" | "reset" | "delete" | null;

export function ProjectSettings() {
	const { org, project: place } = useProjectPlace();
	const navigate = useNavigate();
	const mayDo = useRights();
	const project = useQuery(projectQuery(place.id));
	const [dialog, setDialog] = useState<OpenDialog>(null);
	const close = () => setDialog(null);
	return (
		<Page title="Project settings" lead={`How ${place.name} looks and where its sign-in leads back to.`}>
			<Resource query={project}>
				{(found) => (
					<>
						<SettingsForm
							key={found.value.id}
							found={found}
							canWrite={mayDo(place.role, "project.write")}
						/>
						<Credentials
							project={found.value}
							canWrite={mayDo(place.role, "client.write")}
							onRotate={() => setDialog("secret")}
						/>
						{!isConsole(place) && (mayDo(org.role, "project.write") || mayDo(org.role, "project.delete")) ? (
							<DangerZone
								project={found.value}
								canDelete={mayDo(org.role, "project.delete")}
								onPromote={() => setDialog("promote")}
								onReset={() => setDialog("reset")}
								onDelete={() => setDialog("delete")}
							/>
						) : null}
						<Suspense>
							{dialog === "secret" ? (
								<RotateSecret
									projectId={found.value.id}
									clientId={found.value.client_id}
									name={found.value.name}
									onClose={close}
								/>
							) : null}
							{dialog === "promote" ? <PromoteProject project={found.value} onClose={close} /> : null}
							{dialog === "reset" ? <ResetProject project={found.value} onClose={close} /> : null}
							{dialog === "delete" ? (
								<DeleteProject
									project={found.value}
									onClose={close}
									onDeleted={() => navigate({ to: "/orgs/$orgId/projects", params: { orgId: org.id }, replace: true })}
								/>
							) : null}
						</Suspense>
					</>
				)}
			</Resource>
		</Page>
	);
}

function toValues(project: Project): ProjectValues {
	return {
		name: project.name,
		slug: project.slug,
		type: project.type as ProjectType,
		description: project.description ?? "",
		logo_url: project.logo_url ?? "",
		redirect_uris: [...project.redirect_uris],
	};
}

/** Only what differs: an unchanged field isn't sent, an emptied one is cleared. */
function toPatch(values: ProjectValues, project: Project) {
	const before = toValues(project);
	const uris = values.redirect_uris.filter(Boolean);
	return {
		...(values.name !== before.name ? { name: values.name } : {}),
		...(values.slug !== before.slug ? { slug: values.slug } : {}),
		...(values.type !== before.type ? { type: values.type } : {}),
		...(values.description !== before.description ? { description: values.description || null } : {}),
		...(values.logo_url !== before.logo_url ? { logo_url: values.logo_url || null } : {}),
		...(JSON.stringify(uris) !== JSON.stringify(before.redirect_uris) ? { redirect_uris: uris } : {}),
	};
}

function SettingsForm({ found, canWrite }: { found: Tagged<Project>; canWrite: boolean }) {
	const { form, base, start } = useFormDraft({
		found,
		valuesOf: toValues,
		patchOf: (before, now: ProjectValues) => toPatch(now, before),
	});
	const project = base.value;
	const patch = toPatch(form.values, project);
	const save = useAction({
		run: (values: ProjectValues) =>
			sendTagged(
				api.PATCH("/api/v1/projects/{project_id}", {
					params: { path: { project_id: project.id } },
					headers: unlessChanged(base.etag),
					body: toPatch(values, project),
				}),
			),
		refresh: [["project", project.id], ["projects"], ["me", "orgs"], ["audit-events", project.id]],
		done: "Settings saved",
		onDone: start,
		hasOwnProblem: true,
	});
	return (
		<Section title="General">
			<form
				className="gh-form"
				onSubmit={form.onSubmit((values) =>
					save.mutate(values, { onError: (error) => form.setErrors(fieldErrors(error)) }),
				)}
			>
				<NameAndSlug form={form} isSlugRequired isSlugFixed={isConsole(project)} isDisabled={!canWrite} />
				<TypeAndTexts form={form} isDisabled={!canWrite} />
				{canWrite ? (
					<FormFoot
						submit="Save changes"
						error={save.error}
						isRunning={save.isPending}
						isDisabled={Object.keys(patch).length === 0}
						calls={[{ method: "PATCH", path: `/api/v1/projects/${project.id}`, body: patch }]}
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

interface CredentialsProps {
	project: Project;
	canWrite: boolean;
	onRotate: () => void;
}

function Credentials({ project, canWrite, onRotate }: CredentialsProps) {
	return (
		<Section title="Ids and client secret">
			<dl className="gh-facts">
				<dt>Project id</dt>
				<dd>
					<CopyId id={project.id} label="Copy project id" />
				</dd>
				<dt>Client id</dt>
				<dd>
					<CopyId id={project.client_id} label="Copy client id" />
				</dd>
				<dt>Environment</dt>
				<dd>
					<EnvironmentPill environment={project.environment} /> <span className="gh-dim">fixed since it was made</span>
				</dd>
			</dl>
			{canWrite ? (
				<div className="gh-danger-row">
					<Text size="sm" c="dimmed">
						The client secret isn't readable any more. A new one replaces it, at once or after a time in which both work.
					</Text>
					<Button variant="default" onClick={onRotate}>
						New client secret
					</Button>
				</div>
			) : null}
		</Section>
	);
}

interface DangerZoneProps {
	project: Project;
	canDelete: boolean;
	onPromote: () => void;
	onReset: () => void;
	onDelete: () => void;
}

function DangerZone({ project, canDelete, onPromote, onReset, onDelete }: DangerZoneProps) {
	const use = useKeyUse(project.id);
	return (
		<Section title="Danger zone" isDanger>
			<Stack gap="lg">
				<div className="gh-danger-row">
					<div>
						<Text fw={500}>Default project</Text>
						<Text size="sm" c="dimmed">
							{project.is_default
								? "Requests that name no project work on this one. To change that, make another project the default."
								: "Requests that name no project work on the default. Making this the default moves them here."}
						</Text>
					</div>
					{project.is_default ? null : (
						<Button variant="default" onClick={onPromote}>
							Make default
						</Button>
					)}
				</div>
				{canDelete ? (
					<div className="gh-danger-row">
						<div>
							<Text fw={500}>Reset the settings</Text>
							<Text size="sm" c="dimmed">
								Sign-in, providers, branding, mail templates and redirect URIs go back to the first day. Users, keys and the
								audit log stay.
							</Text>
						</div>
						<Button className="gh-danger-button" variant="default" onClick={onReset}>
							Reset settings
						</Button>
					</div>
				) : null}
				{canDelete ? (
					<div className="gh-danger-row">
						<div>
							<Text fw={500}>Delete this project</Text>
							<Text size="sm" c="dimmed">
								{project.is_default
									? "The default project can't be deleted. Make another one the default first."
									: `Its keys, clients, users and sessions stop at once${use ? `: ${use}` : ""}. There is no undo.`}
							</Text>
						</div>
						<Button className="gh-danger-button" variant="default" disabled={project.is_default} onClick={onDelete}>
							Delete project
						</Button>
					</div>
				) : null}
			</Stack>
		</Section>
	);
}
