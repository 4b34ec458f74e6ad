// Chooses the catalogue by the browser's language and fills in the words.
import { type Catalogue, en, type MessageKey } from "./messages/en";

let catalogue: Catalogue = en;

/** Loads the catalogue that the reader's browser asks for; English where there is none. */
export async function chooseLanguage(): Promise<void> {
	const wanted = navigator.languages
		.map((language) => language.slice(0, 2))
		.find((language) => language === "en" || language === "es");
	if (wanted === "es") {
		catalogue = (await import("./messages/es")).es;
		document.documentElement.lang = "es";
	}
}

export function t(key: MessageKey, values: Record<string, string | number> = {}): string {
	return catalogue[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** The sentence for an error code, or null where the catalogue has none. */
export function errorText(code: string, values: Record<string, string | number>): string | null {
	const key = `error_${code}`;
	return key in catalogue ? t(key as MessageKey, values) : null;
}
