// What a user is called on the page, and where a project's people sign up.
import type { User } from "../api/types";

export function labelOf(user: User): string {
	return user.email ?? user.username ?? user.phone ?? (user.name || (user.external_id ?? user.id));
}

/** The hosted page's host is the dashboard's own, or auth.<host> in development. */
export function signUpAddress(clientId: string): string {
	const host = location.hostname === "localhost" ? `auth.${location.host}` : location.host;
	return `${location.protocol}//${host}/p/${clientId}/sign-up`;
}
