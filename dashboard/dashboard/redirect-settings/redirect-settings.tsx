// Where a project's people are led; each address is looked at as it is typed, and by the server when it's saved.
import { Text, Textarea, TextInput } from "@mantine/core";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, onProject, sendTagged, type Tagged, unlessChanged } from "../api/client";
import { fieldErrors } from "../api/errors";
import { useRights } from "../api/rights";
import type { MyProject, Reply } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { useDraft } from "../ui/draft";
import { FormFoot } from "../ui/form-foot";
import { Page, Section } from "../ui/page";
import { Resource } from "../ui/resource";
import { targetProblem } from "./target-problem";

const AT = "/api/v1/redirect_settings";

type RedirectSettings = Reply<"/api/v1/redirect_settings", "get", 200>;
type Target = Exclude<keyof RedirectSettings, "sign_out_redirects">;

const TARGETS: { name: Target; label: string; description: string }[] = [
	{
		name: "app_homepage_url",
		label: "Homepage of the app",
		description: "Where a sign-in ends when the app named no address to lead back to.",
	},
	{
		name: "sign_in_url",
		label: "Sign-in",
		description: "The app's own page: links of mails and hosted pages lead there instead of to the hosted one.",
	},
	{ name: "sign_up_url", label: "Sign-up", description: "The same for new accounts." },
	{
		name: "invitation_url",
		label: "Invitation",
		description: "Where an invitation's link leads, its secret behind the #.",
	},
	{
		name: "password_reset_url",
		label: "Password reset",
		description: "Where a reset mail's link leads, its token behind the #.",
	},
];

type Values = Record<Target | "sign_out_redirects", string>;

function valuesOf(settings: RedirectSettings): Values {
	const targets = TARGETS.map(({ name }) => [name, settings[name] ?? ""]);
	return { ...Object.fromEntries(targets), sign_out_redirects: settings.sign_out_redirects.join("\n") } as Values;
}

function lines(text: string): string[] {
	return text
		.split("\n")
		.map((line) => line.trim())
		.filter(Boolean);
}

/** Only what differs; an emptied address is taken away. */
function patchOf(values: Values, before: Values) {
	const changed = TARGETS.filter(({ name }) => values[name] !== before[name]);
	return {
		...Object.fromEntries(changed.map(({ name }) => [name, values[name] || null])),
		...(values.sign_out_redirects !== before.sign_out_redirects
			? { sign_out_redirects: lines(values.sign_out_redirects) }
			: {}),
	};
}

export function RedirectSettingsPage() {
	const { project } = useProjectPlace();
	const mayDo = useRights();
	const settings = useQuery(
		queryOptions({
			queryKey: ["redirect-settings", project.id],
			queryFn: () => sendTagged(api.GET(AT, { headers: onProject(project.id) })),
		}),
	);
	return (
		<Page
			title="Redirects"
			lead="Where people are led when a sign-in or a sign-out is over. Addresses that aren't here or registered for a client are never followed."
		>
			<Resource query={settings}>
				{(found) => (
					<RedirectForm
						key={project.id}
						project={project}
						found={found}
						canWrite={mayDo(project.role, "sign_in.write")}
					/>
				)}
			</Resource>
		</Page>
	);
}

interface FormProps {
	project: MyProject;
	found: Tagged<RedirectSettings>;
	canWrite: boolean;
}

function RedirectForm({ project, found, canWrite }: FormProps) {
	const [values, setValues] = useState(() => valuesOf(found.value));
	const changesOf = (settings: RedirectSettings) => patchOf(values, valuesOf(settings));
	const { base, start } = useDraft({
		found,
		isChanged: (before) => Object.keys(changesOf(before)).length > 0,
		startFrom: (value) => setValues(valuesOf(value)),
	});
	const patch = changesOf(base.value);
	const save = useAction({
		run: () =>
			sendTagged(
				api.PATCH(AT, { headers: { ...onProject(project.id), ...unlessChanged(base.etag) }, body: patch as never }),
			),
		refresh: [
			["redirect-settings", project.id],
			["audit-events", project.id],
		],
		done: "Redirects saved",
		onDone: start,
		hasOwnProblem: true,
	});
	const said: Record<string, string | undefined> = fieldErrors(save.error);
	const change = (name: keyof Values, value: string) => setValues((all) => ({ ...all, [name]: value }));
	const badLine = lines(values.sign_out_redirects).map(targetProblem).find(Boolean);
	const isBad = badLine !== undefined || TARGETS.some(({ name }) => targetProblem(values[name]));
	const saidOfLines = Object.entries(said).find(([field]) => field.startsWith("sign_out_redirects"))?.[1];
	const submit = (event: FormEvent) => {
		event.preventDefault();
		save.mutate(undefined);
	};
	return (
		<Section title="Addresses">
			<form className="gh-form" onSubmit={submit} noValidate>
				{TARGETS.map(({ name, label, description }) => (
					<TextInput
						key={name}
						label={label}
						description={description}
						type="url"
						placeholder="https://…"
						maxLength={2000}
						disabled={!canWrite}
						value={values[name]}
						error={targetProblem(values[name]) ?? said[name]}
						onChange={(event) => change(name, event.currentTarget.value)}
					/>
				))}
				<Textarea
					label="After signing out"
					description="Where the hosted sign-out page may lead people: one address a line, 50 at most."
					placeholder="https://…"
					rows={3}
					disabled={!canWrite}
					value={values.sign_out_redirects}
					error={badLine ?? saidOfLines}
					onChange={(event) => change("sign_out_redirects", event.currentTarget.value)}
				/>
				{canWrite ? (
					<FormFoot
						submit="Save changes"
						error={save.error}
						isRunning={save.isPending}
						isDisabled={isBad || Object.keys(patch).length === 0}
						calls={[{ method: "PATCH", path: AT, body: patch, projectId: project.id }]}
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
