// What the page of a license says; its own, so that no other page loads it.
const en = {
	license_title: "Your license for {app}",
	license_text: "Type your license key to see where it is in use, and to free a place for another machine.",
	license_key: "License key",
	license_show: "Show machines",
	license_unknown: "There is no such license. Check each group of the key.",
	license_none: "No machine uses this license. The next one that asks takes a place.",
	license_machines: "It is in use here:",
	license_unnamed: "A machine without a name",
	license_seen: "Last seen {day}",
	license_release: "Release",
	license_release_of: "Release {machine}",
	license_sure_title: "Release {machine}?",
	license_sure: "The program stops there with its next question, and its place is free for another machine. You can do this only so often in 30 days.",
	license_keep: "Keep it",
	license_other: "Another key",
	license_released: "{machine} is released.",
	license_not_activated: "That machine has no place any more.",
	license_release_limit: "As many machines as may be in 30 days were released already. Ask whoever sold you the license.",
	license_stopped: "This license doesn't count any more, so nothing can be released. Ask whoever sold it to you.",
};

type Words = typeof en;

const es: Words = {
	license_title: "Tu licencia de {app}",
	license_text: "Escribe tu clave de licencia para ver dónde se usa y dejar un sitio libre para otro equipo.",
	license_key: "Clave de licencia",
	license_show: "Ver los equipos",
	license_unknown: "No existe esa licencia. Comprueba cada grupo de la clave.",
	license_none: "Ningún equipo usa esta licencia. El próximo que pregunte ocupará un sitio.",
	license_machines: "Se usa aquí:",
	license_unnamed: "Un equipo sin nombre",
	license_seen: "Visto por última vez el {day}",
	license_release: "Liberar",
	license_release_of: "Liberar {machine}",
	license_sure_title: "¿Liberar {machine}?",
	license_sure: "El programa se detendrá allí la próxima vez que pregunte y su sitio quedará libre. Solo puedes hacerlo unas pocas veces en 30 días.",
	license_keep: "No liberar",
	license_other: "Otra clave",
	license_released: "{machine} queda liberado.",
	license_not_activated: "Ese equipo ya no ocupa ningún sitio.",
	license_release_limit: "Ya se liberaron tantos equipos como se puede en 30 días. Pregunta a quien te vendió la licencia.",
	license_stopped: "Esta licencia ya no vale, así que no se puede liberar nada. Pregunta a quien te la vendió.",
};

export type LicenseKey = keyof Words;

export function licenseWord(language: string, key: LicenseKey, values: Record<string, string> = {}): string {
	return (language === "es" ? es : en)[key].replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
}
