// Whose pages these are: the console's at the root, a project's under /p/{proj_…}/.

const match = /^\/p\/(proj_[A-Za-z0-9]{24})\//.exec(location.pathname);

/** The project's client id; null for the console, whose host says it. */
export const clientId: string | null = match?.[1] ?? null;

/** The address of another hosted page of the same project; what was asked of this one goes along. */
export function pageUrl(page: string): string {
	return `${clientId ? `/p/${clientId}` : ""}/${page}${location.search}`;
}

/** The secret in the fragment, which never reaches a server's log. */
export function fragmentSecret(prefix: string): string | null {
	const text = decodeURIComponent(location.hash.slice(1));
	return text.startsWith(prefix) ? text : null;
}
