// Which actions the signed-in person sees: the server's role table, read once.
import { useQuery } from "@tanstack/react-query";
import { orgRolesQuery } from "./queries";
import { type Role, ROLES } from "./types";

/** A function that says whether a role carries a permission; everything is refused until the table is there. */
export function useRights(): (role: string | null | undefined, permission: string) => boolean {
	const { data } = useQuery(orgRolesQuery);
	return (role, permission) => {
		const least = data?.data.find((row) => row.permission === permission)?.least_role;
		if (!least || !role) {
			return false;
		}
		const held = ROLES.indexOf(role as Role);
		const needed = ROLES.indexOf(least as Role);
		return held >= 0 && needed >= 0 && held <= needed;
	};
}
