// The apps that act for the person, and ending that.
import { call } from "../api";
import { button, show } from "../card";
import { el } from "../dom";
import { form } from "../form";
import { currentLanguage, t } from "../text";
import { type Place, section } from "./parts";

interface App {
	id: string;
	client: { name: string; host: string | null; logo_url: string | null };
	scopes: string[];
	last_used_at: string | null;
}

function ask({ change, redraw }: Place, { id, client }: App): void {
	show({
		title: t("disconnect_title", { name: client.name }),
		text: t("disconnect_text"),
		body: [
			form({
				fields: [],
				submit: t("disconnect"),
				run: async () => {
					await change("DELETE", `/account/grants/${id}`);
					await redraw(t("disconnected"));
				},
			}),
		],
		foot: [el("p", {}, button(t("back"), () => redraw(), "link"))],
	});
}

function line(place: Place, app: App): HTMLElement {
	const used = app.last_used_at ? new Date(app.last_used_at).toLocaleString(currentLanguage()) : null;
	return el(
		"li",
		{},
		el("p", {}, app.client.logo_url ? el("img", { class: "logo", src: app.client.logo_url, alt: "" }) : null, app.client.name),
		el("p", { class: "note" }, [app.client.host, used].filter(Boolean).join(" · ")),
		el("p", { class: "note" }, app.scopes.join(", ")),
		button(t("disconnect"), () => ask(place, app), "link"),
	);
}

export async function apps(place: Place): Promise<HTMLElement> {
	const { data } = await call<{ data: App[] }>("GET", "/account/grants?limit=100");
	return section(
		t("connected_apps"),
		data.length > 0 ? String(data.length) : null,
		data.length > 0
			? el("ul", { class: "lines" }, ...data.map((app) => line(place, app)))
			: el("p", { class: "note" }, t("no_apps")),
	);
}
