// The form about some of a project's sign-in settings: what was read, a draft of it, saving, and what happens when others save too.
import { Button, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { api, onProject, sendTagged, type Tagged, unlessChanged } from "../api/client";
import { ApiError, fieldErrors } from "../api/errors";
import { useRights } from "../api/rights";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { useDraft } from "../ui/draft";
import { FormFoot } from "../ui/form-foot";
import { Resource } from "../ui/resource";
import { type ApiCall, ViewAsApi } from "../ui/view-as-api";
import { AT, type Draft, draftOf, patchOf, type Settings, settingsKey, settingsQuery, withoutSecret } from "./settings";

/** What a field needs to show itself and to be changed. */
export interface Fields {
	draft: Draft;
	saved: Settings;
	change: (changes: Partial<Draft>) => void;
	/** The server's word about a field, or about one of its items. */
	problemOf: (name: keyof Draft) => string | undefined;
	isDisabled: boolean;
}

interface SettingsFormProps {
	done: string;
	/** What the page reads besides, for "View as API". */
	reads?: ApiCall[];
	children: (fields: Fields) => ReactNode;
}

export function SettingsForm(props: SettingsFormProps) {
	const { project } = useProjectPlace();
	const settings = useQuery(settingsQuery(project.id));
	return <Resource query={settings}>{(found) => <Editor key={project.id} found={found} {...props} />}</Resource>;
}

function problemIn(problems: Record<string, string>, name: string): string | undefined {
	return Object.entries(problems).find(([field]) => field === name || field.startsWith(`${name}.`))?.[1];
}

function useSave(base: Tagged<Settings>, done: string, onSaved: (saved: Tagged<Settings>) => void) {
	const { project } = useProjectPlace();
	return useAction({
		run: (body: object) =>
			sendTagged(
				api.PATCH(AT, {
					headers: { ...onProject(project.id), ...unlessChanged(base.etag) },
					body: body as never,
				}),
			),
		refresh: [settingsKey(project.id), ["audit-events", project.id]],
		done,
		onDone: onSaved,
		hasOwnProblem: true,
	});
}

function Editor({ found, done, reads = [], children }: SettingsFormProps & { found: Tagged<Settings> }) {
	const { project } = useProjectPlace();
	const canWrite = useRights()(project.role, "sign_in.write");
	const queries = useQueryClient();
	const [draft, setDraft] = useState(() => draftOf(found.value));
	const changesOf = (settings: Settings) => patchOf(draft, draftOf(settings));
	const { base, start, isOld } = useDraft({
		found,
		isChanged: (settings) => Object.keys(changesOf(settings)).length > 0,
		startFrom: (settings) => setDraft(draftOf(settings)),
	});
	const save = useSave(base, done, start);
	const patch = changesOf(base.value);
	const isChanged = Object.keys(patch).length > 0;
	const isRefused = save.error instanceof ApiError && save.error.code === "precondition_failed";
	const takeNewest = async () => {
		start(await queries.fetchQuery({ ...settingsQuery(project.id), staleTime: 0 }));
		save.reset();
	};
	const problems = fieldErrors(save.error);
	const calls: ApiCall[] = [{ label: "Read the settings", method: "GET", path: AT, projectId: project.id }, ...reads];
	const submit = (event: FormEvent) => {
		event.preventDefault();
		save.mutate(patch);
	};
	return (
		<form className="gh-stack" onSubmit={submit} noValidate>
			{children({
				draft,
				saved: base.value,
				change: (changes) => setDraft((before) => ({ ...before, ...changes })),
				problemOf: (name) => problemIn(problems, name),
				isDisabled: !canWrite,
			})}
			{isChanged && (isOld || isRefused) ? <Conflict onTakeNewest={takeNewest} /> : null}
			{canWrite ? (
				<FormFoot
					submit="Save changes"
					error={save.error}
					isRunning={save.isPending}
					isDisabled={!isChanged}
					calls={[
						...calls,
						{ label: "Change them", method: "PATCH", path: AT, body: withoutSecret(patch), projectId: project.id },
					]}
				/>
			) : (
				<>
					<Text c="dimmed" size="sm">
						Your role may look at these settings but not change them.
					</Text>
					<ViewAsApi calls={calls} />
				</>
			)}
		</form>
	);
}

function Conflict({ onTakeNewest }: { onTakeNewest: () => void }) {
	return (
		<div className="gh-banner gh-banner-test gh-between" role="status">
			<p>Somebody saved other settings meanwhile. What you changed here isn't saved.</p>
			<Button variant="default" size="xs" onClick={onTakeNewest}>
				Drop my changes and load theirs
			</Button>
		</div>
	);
}
