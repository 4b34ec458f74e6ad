// The templates of a project in all their languages, which more than one page reads.
import { queryOptions } from "@tanstack/react-query";
import { api, onProject, send } from "../api/client";

export function templatesQuery(projectId: string) {
	return queryOptions({
		queryKey: ["mail-templates", projectId, "list"],
		queryFn: async () => (await send(api.GET("/api/v1/mail_templates", { headers: onProject(projectId) }))).data,
	});
}
