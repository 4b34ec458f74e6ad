// A project's mail: through whom it goes, whether it arrives, which mails go at all.
import { queryOptions, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, onProject, send, sendTagged, type Tagged } from "../api/client";
import { sessionQuery } from "../api/queries";
import { useRights } from "../api/rights";
import type { MailSettings, MyProject } from "../api/types";
import { TestSend } from "../messages/test-send";
import { useProjectPlace } from "../shell/place";
import { Page, Section } from "../ui/page";
import { Resource } from "../ui/resource";
import { MAIL_COMMON, MAIL_PROVIDERS } from "./mail-providers";
import { ProviderForm } from "./provider-form";
import { Switches } from "./switches";

const AT = "/api/v1/mail_settings";

export function MailSettingsPage() {
	const { org, project } = useProjectPlace();
	const mayDo = useRights();
	const canWrite = mayDo(project.role ?? org.role, "mail.write");
	const settings = useQuery(
		queryOptions({
			queryKey: ["mail-settings", project.id],
			queryFn: () => sendTagged(api.GET(AT, { headers: onProject(project.id) })),
		}),
	);
	return (
		<Page
			title="Mail"
			lead={
				<>
					How {project.name} mails its people. What the mails say is under{" "}
					<Link to="/projects/$projectId/mail-templates" params={{ projectId: project.id }}>
						Templates
					</Link>
					.
				</>
			}
			calls={[{ method: "GET", path: AT, projectId: project.id }]}
		>
			<Resource query={settings}>
				{(found) => <Parts project={project} found={found} canWrite={canWrite} />}
			</Resource>
		</Page>
	);
}

interface PartsProps {
	project: MyProject;
	found: Tagged<MailSettings>;
	canWrite: boolean;
}

function Parts({ project, found, canWrite }: PartsProps) {
	const { data: session } = useQuery(sessionQuery);
	const keys = [
		["mail-settings", project.id],
		["audit-events", project.id],
	];
	return (
		<>
			<ProviderForm
				key={project.id}
				project={project}
				title="Sending"
				path={AT}
				providers={MAIL_PROVIDERS}
				common={MAIL_COMMON}
				found={found}
				canWrite={canWrite}
				refresh={keys}
				patch={(body, headers) => api.PATCH(AT, { headers, body: body as never })}
			/>
			{canWrite ? (
				<Section title="Test" lead="Goes by the saved settings; what the provider answers is shown here.">
					<TestSend
						label="Send it to"
						placeholder="you@example.com"
						type="email"
						to={session?.user.email ?? ""}
						run={(to) => send(api.POST(`${AT}/test`, { headers: onProject(project.id), body: { to } }))}
					/>
				</Section>
			) : null}
			<Switches project={project} switches={found.value.switches as Record<string, boolean>} canWrite={canWrite} refresh={keys} />
		</>
	);
}
