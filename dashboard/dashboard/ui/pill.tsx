// Small coloured words: environment, role, state.
import type { ReactNode } from "react";

export type Tone = "accent" | "test" | "danger" | "quiet";

export function Pill({ tone = "quiet", children }: { tone?: Tone; children: ReactNode }) {
	return <span className={`gh-pill gh-pill-${tone}`}>{children}</span>;
}

/** Live or test; test is coloured so that nobody mistakes one for the other. */
export function EnvironmentPill({ environment }: { environment: string | null | undefined }) {
	if (!environment) {
		return null;
	}
	return environment === "test" ? <Pill tone="test">Test</Pill> : <Pill tone="accent">Live</Pill>;
}
