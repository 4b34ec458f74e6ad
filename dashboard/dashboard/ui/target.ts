// The object that the address points to in its page, as links of the palette do: /dashboard/orgs/org_…/members#mem_…
import { useRouterState } from "@tanstack/react-router";

/** Its id; "" when the address points to nothing. */
export function useTarget(): string {
	const hash = useRouterState({ select: (state) => state.location.hash });
	return /^[a-z]+_[A-Za-z0-9]+$/.test(hash) ? hash : "";
}

/** The ref of what is pointed to: brings it into sight, as far below the top as .gh-target says. */
export function land(element: HTMLElement | null): void {
	element?.scrollIntoView({ block: "start" });
}
