// Where the person who has a license key sees the machines that use it, and releases one. The key stays in this page's memory.
import { call, Refusal } from "../api";
import { appName } from "../brand";
import { button, show } from "../card";
import { el } from "../dom";
import { form } from "../form";
import { type LicenseKey, licenseWord } from "../license-words";
import { startPage } from "../page";
import { clientId } from "../place";
import { currentLanguage } from "../text";

interface Machine {
	id: string;
	label: string | null;
	last_seen_at: string;
	country: string;
}

const say = (key: LicenseKey, values?: Record<string, string>) => licenseWord(currentLanguage(), key, values);
const nameOf = ({ label }: Machine) => label ?? say("license_unnamed");
const title = () => say("license_title", { app: appName() });

function machinesOf(key: string): Promise<{ data: Machine[] }> {
	return call("POST", "/validate/activations", { body: { client_id: clientId, license_key: key } });
}

function askKey(): void {
	show({
		title: title(),
		text: say("license_text"),
		body: [
			form({
				fields: [{ name: "license_key", label: say("license_key"), maxlength: 128, autocomplete: "off" }],
				submit: say("license_show"),
				run: async ({ license_key: key }) => {
					try {
						await showMachines(key);
					} catch (error) {
						throw error instanceof Refusal && error.status === 404
							? new Refusal(422, "validation_failed", "", null, [{ field: "license_key", rule: "unknown", message: say("license_unknown") }])
							: error;
					}
				},
			}),
		],
	});
}

function row(machine: Machine, key: string): HTMLElement {
	const day = new Date(machine.last_seen_at).toLocaleDateString(currentLanguage(), { dateStyle: "long" });
	const where = machine.country === "ZZ" ? "" : ` (${machine.country})`;
	const release = button(say("license_release"), () => askWhether(machine, key), "plain");
	release.setAttribute("aria-label", say("license_release_of", { machine: nameOf(machine) }));
	return el("li", {}, el("strong", {}, nameOf(machine)), el("p", { class: "lead" }, say("license_seen", { day }) + where), release);
}

async function showMachines(key: string, note?: string): Promise<void> {
	const { data } = await machinesOf(key);
	show({
		title: title(),
		text: data.length === 0 ? say("license_none") : say("license_machines"),
		body: [
			note ? el("p", { role: "status" }, note) : null,
			data.length === 0 ? null : el("ul", { class: "machines" }, ...data.map((machine) => row(machine, key))),
		],
		foot: [button(say("license_other"), askKey, "link")],
	});
}

function askWhether(machine: Machine, key: string): void {
	show({
		title: say("license_sure_title", { machine: nameOf(machine) }),
		text: say("license_sure"),
		body: [
			button(say("license_release"), () => release(machine, key)),
			button(say("license_keep"), () => showMachines(key), "plain"),
		],
	});
}

async function release(machine: Machine, key: string): Promise<void> {
	const { code } = await call<{ code: string }>("POST", "/validate/release", {
		body: { client_id: clientId, license_key: key, activation_id: machine.id, nonce: crypto.randomUUID() },
	});
	const known: Record<string, LicenseKey> = {
		released: "license_released",
		not_activated: "license_not_activated",
		release_limit: "license_release_limit",
	};
	await showMachines(key, say(known[code] ?? "license_stopped", { machine: nameOf(machine) }));
}

void startPage(async () => askKey());
