// The apps that act for a user.
import { IconPlugConnected } from "@tabler/icons-react";
import { api, onProject, send } from "../api/client";
import type { User } from "../api/types";
import { GrantTable } from "../grants/grant-table";
import { useProjectPlace } from "../shell/place";
import { useList } from "../ui/lists";
import { More } from "../ui/more";
import { Section } from "../ui/page";
import { Empty, Resource } from "../ui/resource";

export function UserApps({ user, canWrite }: { user: User; canWrite: boolean }) {
	const { project } = useProjectPlace();
	const grants = useList({
		key: ["grants", project.id, user.id],
		fetch: (cursor) =>
			send(
				api.GET("/api/v1/grants", {
					params: { query: { user_id: user.id, cursor } },
					headers: onProject(project.id),
				}),
			),
	});
	return (
		<Section title="Connected apps" lead="What they allow applications to do.">
			<Resource
				query={grants}
				isEmpty={(rows) => rows.length === 0}
				empty={<Empty title="No app is connected yet" icon={<IconPlugConnected size={26} stroke={1.5} />} />}
			>
				{(rows) => <GrantTable rows={rows} projectId={project.id} canWrite={canWrite} isOfOneUser />}
			</Resource>
			<More query={grants} />
		</Section>
	);
}
