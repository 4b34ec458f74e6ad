// The apps that act for a project's users.
import { IconPlugConnected } from "@tabler/icons-react";
import { api, onProject, send } from "../api/client";
import { useRights } from "../api/rights";
import { useProjectPlace } from "../shell/place";
import { useList } from "../ui/lists";
import { More } from "../ui/more";
import { Page } from "../ui/page";
import { Empty, Resource } from "../ui/resource";
import { GrantTable } from "./grant-table";

const AT = "/api/v1/grants";

export function Grants() {
	const { project } = useProjectPlace();
	const mayDo = useRights();
	const grants = useList({
		key: ["grants", project.id],
		fetch: (cursor) => send(api.GET(AT, { params: { query: { cursor } }, headers: onProject(project.id) })),
	});
	return (
		<Page
			title="Connected apps"
			lead={`What the users of ${project.name} allow applications to do. Revoking ends the tokens at once.`}
			calls={[
				{ label: "List", method: "GET", path: AT, projectId: project.id },
				{ label: "Of a client", method: "GET", path: `${AT}?client_id=cli_…`, projectId: project.id },
				{ label: "Revoke", method: "DELETE", path: `${AT}/grt_…`, projectId: project.id, isSessionOnly: true },
			]}
		>
			<Resource
				query={grants}
				isEmpty={(rows) => rows.length === 0}
				empty={
					<Empty title="No app is connected yet" icon={<IconPlugConnected size={26} stroke={1.5} />}>
						Once somebody signs in to an app by this project, it appears here.
					</Empty>
				}
			>
				{(rows) => <GrantTable rows={rows} projectId={project.id} canWrite={mayDo(project.role, "user.write")} />}
			</Resource>
			<More query={grants} />
		</Page>
	);
}
