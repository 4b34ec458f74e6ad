// The dialog before a client goes: says what stops, and has its name typed.
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api, onProject, send } from "../api/client";
import type { Client } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";

function plural(count: number, one: string): string {
	return `${count} ${one}${count === 1 ? "" : "s"}`;
}

/** How many people's leave it has. */
export function useGrantCount(clientId: string): number | undefined {
	const { project } = useProjectPlace();
	return useQuery({
		queryKey: ["grants", project.id, "count", clientId],
		queryFn: async () => {
			const query = { client_id: clientId, limit: 1, include_total: true };
			return (await send(api.GET("/api/v1/grants", { params: { query }, headers: onProject(project.id) }))).total ?? 0;
		},
	}).data;
}

export default function DeleteClient({ client, onClose }: { client: Client; onClose: () => void }) {
	const { project } = useProjectPlace();
	const navigate = useNavigate();
	const grants = useGrantCount(client.id);
	const remove = useAction({
		run: () =>
			send(
				api.DELETE("/api/v1/clients/{id}", { params: { path: { id: client.id } }, headers: onProject(project.id) }),
			),
		refresh: [
			["clients", project.id],
			["audit-events", project.id],
		],
		done: "The client is deleted",
		onDone: () => {
			onClose();
			void navigate({ to: "/projects/$projectId/clients", params: { projectId: project.id } });
		},
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title={`Delete ${client.name}?`}
			typed={client.name}
			button="Delete client"
			isRunning={remove.isPending}
			error={remove.error}
			calls={[
				{ method: "DELETE", path: `/api/v1/clients/${client.id}`, projectId: project.id, isSessionOnly: true },
			]}
			onConfirm={() => remove.mutate(undefined)}
			onClose={onClose}
		>
			What stops at once:
			<ul>
				<li>{plural(client.secrets.length, "secret")}, and every token it has got</li>
				{grants === undefined ? null : <li>{plural(grants, "active grant")} of its users</li>}
				<li>sign-in that leads back to its {plural(client.redirect_uris.length, "redirect URI")}</li>
			</ul>
			There is no way back; the audit log keeps what it was.
		</Confirm>
	);
}
