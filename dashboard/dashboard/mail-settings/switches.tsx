// Which mails go at all: a switch for each template, saved as it is thrown.
import { Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, onProject, send } from "../api/client";
import { fieldErrors, sentence } from "../api/errors";
import type { MyProject } from "../api/types";
import { templatesQuery } from "../mail-templates/templates-query";
import { useAction } from "../ui/action";
import { Section } from "../ui/page";

interface SwitchesProps {
	project: MyProject;
	switches: Record<string, boolean>;
	canWrite: boolean;
	refresh: readonly (readonly unknown[])[];
}

/** English names where there are any, of templates of the project's own too. */
function useNames(projectId: string): Map<string, string> {
	const { data = [] } = useQuery(templatesQuery(projectId));
	return new Map([...data].sort((a) => (a.locale === "en" ? 1 : -1)).map(({ slug, name }) => [slug, name]));
}

export function Switches({ project, switches, canWrite, refresh }: SwitchesProps) {
	const names = useNames(project.id);
	const change = useAction({
		run: (body: { switches: Record<string, boolean> }) =>
			send(api.PATCH("/api/v1/mail_settings", { headers: onProject(project.id), body: body as never })),
		refresh,
		done: "Saved",
		hasOwnProblem: true,
	});
	const tried = Object.keys(change.variables?.switches ?? {})[0];
	const problem = change.error ? (fieldErrors(change.error)[`switches.${tried}`] ?? sentence(change.error)) : undefined;
	const slugs = [...new Set([...names.keys(), ...Object.keys(switches)])].sort();
	return (
		<Section title="Which mails go" lead="One that is off is called off when its turn comes. Those that a way of signing in needs stay on.">
			<ul className="gh-switches">
				{slugs.map((slug) => (
					<li key={slug}>
						<Switch
							label={names.get(slug) ?? slug}
							description={slug}
							checked={switches[slug] ?? true}
							disabled={!canWrite || (change.isPending && tried === slug)}
							error={tried === slug ? problem : undefined}
							onChange={(event) => change.mutate({ switches: { [slug]: event.currentTarget.checked } })}
						/>
					</li>
				))}
			</ul>
		</Section>
	);
}
