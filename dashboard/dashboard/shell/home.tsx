// The address without a path: leads to the projects of the organization used last.
import { Navigate } from "@tanstack/react-router";
import { usePlace } from "./place";

export function Home() {
	const { org } = usePlace();
	return <Navigate to="/orgs/$orgId/projects" params={{ orgId: org.id }} replace />;
}
