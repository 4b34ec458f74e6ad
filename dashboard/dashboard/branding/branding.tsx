// How a project's sign-in pages look: a draft beside its preview, public once it's saved.
import { Button, Group, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { type FormEvent, useMemo, useState } from "react";
import { api, onProject, send, sendTagged, type Tagged, unlessChanged } from "../api/client";
import { fieldErrors } from "../api/errors";
import { useRights } from "../api/rights";
import type { MyProject } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { useDraft } from "../ui/draft";
import { FormFoot } from "../ui/form-foot";
import { Page, Section } from "../ui/page";
import { Resource } from "../ui/resource";
import { type Branding, brandingOf, type Draft, draftOf, logoAddress, patchOf } from "./draft";
import { Colors, Links, Names, Shape, StyleSheet } from "./fields";
import { Preview } from "./preview";

const AT = "/api/v1/branding";

function brandingQuery(projectId: string) {
	return queryOptions({
		queryKey: ["branding", projectId],
		queryFn: () => sendTagged(api.GET(AT, { headers: onProject(projectId) })),
	});
}

export function BrandingPage() {
	const { project } = useProjectPlace();
	const mayDo = useRights();
	const branding = useQuery(brandingQuery(project.id));
	return (
		<Page title="Branding" lead={`How the pages look on which people sign in to ${project.name}.`}>
			<Resource query={branding}>
				{(found) => (
					<Editor
						key={project.id}
						project={project}
						found={found}
						canWrite={mayDo(project.role, "branding.write")}
					/>
				)}
			</Resource>
		</Page>
	);
}

/** The style sheet as the server would keep it, a moment after it was typed. */
function useCleaned(draft: Draft, saved: Branding, projectId: string) {
	const [custom_css] = useDebouncedValue(draft.custom_css, 300);
	return useQuery({
		queryKey: ["branding", projectId, "check", custom_css],
		queryFn: () => send(api.POST(`${AT}/check`, { headers: onProject(projectId), body: { custom_css } })),
		enabled: custom_css !== saved.custom_css,
		placeholderData: keepPreviousData,
		retry: false,
	});
}

const USUAL_METHODS = ["password"];

/** The ways to sign in that the pages offer. */
function useMethods(projectId: string): string[] {
	const { data } = useQuery({
		queryKey: ["sign-in-settings", projectId, "methods"],
		queryFn: () => send(api.GET("/api/v1/sign_in_settings", { headers: onProject(projectId) })),
	});
	return data?.methods ?? USUAL_METHODS;
}

function useSave(project: MyProject, { value: saved, etag }: Tagged<Branding>, onSaved: (now: Tagged<Branding>) => void) {
	return useAction({
		run: async (draft: Draft) => {
			const headers = onProject(project.id);
			const body = patchOf(draft, saved);
			if (Object.keys(body).length > 0) {
				await send(api.PATCH(AT, { headers: { ...headers, ...unlessChanged(etag) }, body: body as never }));
			}
			if (draft.logo) {
				await send(api.PUT(`${AT}/logo`, { headers, body: draft.logo }));
			} else if (draft.logo === null && saved.logo_url) {
				await send(api.DELETE(`${AT}/logo`, { headers }));
			}
			return sendTagged(api.GET(AT, { headers }));
		},
		refresh: [["branding", project.id], ["audit-events", project.id]],
		done: "Saved: the pages look like this now",
		onDone: onSaved,
		hasOwnProblem: true,
	});
}

interface EditorProps {
	project: MyProject;
	found: Tagged<Branding>;
	canWrite: boolean;
}

function Editor({ project, found, canWrite }: EditorProps) {
	const [draft, setDraft] = useState(() => draftOf(found.value));
	const differs = (before: Branding) => Object.keys(patchOf(draft, before)).length > 0 || draft.logo !== undefined;
	const { base, start } = useDraft({ found, isChanged: differs, startFrom: (value) => setDraft(draftOf(value)) });
	const saved = base.value;
	const cleaned = useCleaned(draft, saved, project.id);
	const save = useSave(project, base, start);
	const patch = patchOf(draft, saved);
	const isChanged = differs(saved);
	const isOwnCss = draft.custom_css !== saved.custom_css;
	const methods = useMethods(project.id);
	const config = useMemo(
		() => ({ name: project.name, methods, sign_up: "open" as const, branding: brandingOf(draft, saved) }),
		[draft, saved, project.name, methods],
	);
	const fields = {
		draft,
		change: (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes })),
		problems: { ...fieldErrors(cleaned.error), ...fieldErrors(save.error) },
		isDisabled: !canWrite,
	};
	const submit = (event: FormEvent) => {
		event.preventDefault();
		save.mutate(draft);
	};
	return (
		<div className="gh-beside">
			<form className="gh-form" onSubmit={submit} noValidate>
				<Section title="Name and logo">
					<Names {...fields} projectName={project.name} hasLogo={logoAddress(draft, saved) !== null} />
				</Section>
				<Section title="Colours">
					<Colors {...fields} />
				</Section>
				<Section title="Shape">
					<Shape {...fields} />
				</Section>
				<Section title="Below the card">
					<Links {...fields} />
				</Section>
				<Section title="Details">
					<StyleSheet {...fields} removed={isOwnCss ? (cleaned.data?.css_removed ?? []) : []} />
				</Section>
				{canWrite ? (
					<>
						<FormFoot
							submit="Save"
							error={save.error}
							isRunning={save.isPending}
							isDisabled={!isChanged}
							calls={[{ method: "PATCH", path: AT, body: patch, projectId: project.id }]}
						/>
						<Group justify="flex-end">
							<Button
								variant="subtle"
								color="gray"
								size="compact-sm"
								disabled={!isChanged}
								onClick={() => setDraft(draftOf(saved))}
							>
								Back to what is saved
							</Button>
						</Group>
					</>
				) : (
					<Text c="dimmed" size="sm">
						Your role may look at these settings but not change them.
					</Text>
				)}
			</form>
			<Preview config={config} css={isOwnCss ? (cleaned.data?.custom_css ?? saved.custom_css) : saved.custom_css} />
		</div>
	);
}
