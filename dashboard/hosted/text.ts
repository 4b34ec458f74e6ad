// Chooses the catalogue by what was asked for or the browser's language, and fills in the words.
import { type Catalogue, en, type MessageKey } from "./messages/en";

export type { MessageKey };

const NAMES = { en: "English", es: "Español" };
type Language = keyof typeof NAMES;

const STORED = "gatehouse-language";

let catalogue: Catalogue = en;
let language: Language = "en";

/** Every language of the pages, by its own name. */
export function languages(): Record<string, string> {
	return NAMES;
}

export function currentLanguage(): string {
	return language;
}

/** "es-MX" is Spanish enough. */
function known(tag: string | null): Language | undefined {
	const base = tag?.slice(0, 2).toLowerCase();
	return base !== undefined && base in NAMES ? (base as Language) : undefined;
}

function stored(): string | null {
	try {
		return localStorage.getItem(STORED);
	} catch {
		return null;
	}
}

/** What the reader chose here, what the app asked for, what the browser prefers; English where there is none of it. */
export async function chooseLanguage(): Promise<void> {
	const asked = new URLSearchParams(location.search).get("locale");
	await setLanguage([stored(), asked, ...navigator.languages].map(known).find(Boolean) ?? "en");
	document.documentElement.lang = language;
}

export async function setLanguage(wanted: string): Promise<void> {
	language = known(wanted) ?? "en";
	catalogue = language === "es" ? (await import("./messages/es")).es : en;
}

/** The choice is kept for the next visit; the page goes on where it was. */
export function switchLanguage(wanted: string): void {
	try {
		localStorage.setItem(STORED, wanted);
	} catch {
		// Without storage the choice lasts as long as the address that names it.
	}
	const query = new URLSearchParams(location.search);
	query.set("locale", wanted);
	history.replaceState(null, "", `${location.pathname}?${query}${location.hash}`);
	location.reload();
}

export function t(key: MessageKey, values: Record<string, string | number> = {}): string {
	return catalogue[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** The sentence for an error code, or null where the catalogue has none. */
export function errorText(code: string, values: Record<string, string | number>): string | null {
	const key = `error_${code}`;
	return key in catalogue ? t(key as MessageKey, values) : null;
}
