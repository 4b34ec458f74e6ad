// What a user is called on the page.
import type { User } from "../api/types";

export function labelOf(user: User): string {
	return user.email ?? user.username ?? user.phone ?? (user.name || (user.external_id ?? user.id));
}
