// Words for the types and sources of clients.
import type { Client } from "../api/types";

export const CLIENT_TYPES: { value: Client["type"]; label: string; hint: string }[] = [
	{ value: "web", label: "Web app", hint: "Runs on a server, which keeps a secret" },
	{ value: "spa", label: "Single-page app", hint: "Runs in the browser, without a secret" },
	{ value: "mobile", label: "Mobile app", hint: "On a phone, without a secret" },
	{ value: "desktop", label: "Desktop app", hint: "On a computer, without a secret" },
	{ value: "pos", label: "Point of sale", hint: "A device without a keyboard" },
	{ value: "service", label: "Service", hint: "A program that acts for itself" },
	{ value: "agent", label: "Agent", hint: "An AI agent that acts for itself" },
];

export const SOURCES: Record<Client["source"], string> = {
	dashboard: "Dashboard",
	dcr: "Registered itself",
	cimd: "By its metadata document",
};

export function typeLabel(type: string): string {
	return CLIENT_TYPES.find(({ value }) => value === type)?.label ?? type;
}

/** One line each; empty lines don't count. */
export function linesOf(text: string): string[] {
	return text
		.split("\n")
		.map((line) => line.trim())
		.filter(Boolean);
}
