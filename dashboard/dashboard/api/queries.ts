// The queries that more than one page reads: session, organizations, role table, projects.
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, context, onProject, send, sendTagged } from "./client";
import type { MyOrg } from "./types";

export const sessionQuery = queryOptions({
	queryKey: ["session"],
	queryFn: async () => {
		const session = await send(api.GET("/api/v1/session"));
		context.csrfToken = session.csrf_token;
		return session;
	},
	staleTime: 5 * 60_000,
});

export const myOrgsQuery = queryOptions({
	queryKey: ["me", "orgs"],
	queryFn: async () => {
		const found: MyOrg[] = [];
		let cursor: string | undefined;
		do {
			const page = await send(api.GET("/api/v1/me/orgs", { params: { query: { limit: 100, cursor } } }));
			found.push(...page.data);
			cursor = page.next_cursor ?? undefined;
		} while (cursor);
		return found;
	},
	staleTime: 60_000,
});

export const orgRolesQuery = queryOptions({
	queryKey: ["org-roles"],
	queryFn: () => send(api.GET("/api/v1/org_roles")),
	staleTime: Number.POSITIVE_INFINITY,
});

export function orgQuery(orgId: string) {
	return queryOptions({
		queryKey: ["orgs", orgId],
		queryFn: () => sendTagged(api.GET("/api/v1/orgs/{org_id}", { params: { path: { org_id: orgId } } })),
	});
}

export function projectQuery(projectId: string) {
	return queryOptions({
		queryKey: ["project", projectId],
		queryFn: () =>
			sendTagged(api.GET("/api/v1/projects/{project_id}", { params: { path: { project_id: projectId } } })),
	});
}

/** What its OAuth server is called, and below which its hosted pages stand: at the host of those pages, which is seldom the dashboard's. */
export function issuerQuery(projectId: string) {
	return queryOptions({
		queryKey: ["oauth-settings", projectId, "issuer"],
		queryFn: async () => (await send(api.GET("/api/v1/oauth_settings", { headers: onProject(projectId) }))).issuer,
	});
}

export function useSession() {
	return useQuery(sessionQuery);
}
