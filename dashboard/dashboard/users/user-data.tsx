// What is kept about a user, as a file: for the person who asked for it.
import { Button } from "@mantine/core";
import { api, onProject, send } from "../api/client";
import type { User } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Section } from "../ui/page";
import { saveJson } from "../ui/save-file";
import { ViewAsApi } from "../ui/view-as-api";

export function UserData({ user }: { user: User }) {
	const { project } = useProjectPlace();
	const download = useAction({
		run: () =>
			send(
				api.GET("/api/v1/users/{id}/export", { params: { path: { id: user.id } }, headers: onProject(project.id) }),
			),
		onDone: (data) => saveJson(data, `${user.id}.json`),
	});
	return (
		<Section
			title="Their data"
			lead="Everything that is kept about them here, as a file; no secrets, nobody else's data."
			action={
				<Button variant="default" size="xs" loading={download.isPending} onClick={() => download.mutate(undefined)}>
					Export
				</Button>
			}
		>
			<ViewAsApi calls={[{ method: "GET", path: `/api/v1/users/${user.id}/export`, projectId: project.id }]} />
		</Section>
	);
}
