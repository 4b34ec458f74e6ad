// Accounts at sign-in providers: linked and unlinked.
import { call } from "../api";
import { hasMethod } from "../brand";
import { button } from "../card";
import { el } from "../dom";
import { FlowRun } from "../flow";
import { providerName, runFlow } from "../flow-view";
import { t } from "../text";
import { confirmRemoval, type Place, section } from "./parts";

interface Identity {
	id: string;
	provider: string;
	subject: string;
	email: string | null;
}

function line(place: Place, one: Identity): HTMLElement {
	const name = providerName(one.provider);
	return el(
		"li",
		{},
		el("p", {}, name),
		el("p", { class: "note" }, one.email ?? one.subject),
		button(t("unlink"), () => confirmRemoval(place, name, t("unlink_text"), `/account/identities/${one.id}`), "link"),
	);
}

/** To a provider and back here. */
function linkOne({ proven }: Place): HTMLElement {
	const target = `${location.origin}${location.pathname}`;
	return button(
		t("link_title"),
		async () => runFlow(await proven(() => FlowRun.open("link", { redirect_uri: target }))),
		"plain",
	);
}

/** Null where there are no providers. */
export async function identities(place: Place): Promise<HTMLElement | null> {
	const { data } = await call<{ data: Identity[] }>("GET", "/account/identities");
	if (data.length === 0 && !hasMethod("social")) {
		return null;
	}
	return section(
		t("linked_accounts"),
		data.map(({ provider }) => providerName(provider)).join(", ") || t("none"),
		el("ul", { class: "lines" }, ...data.map((one) => line(place, one))),
		hasMethod("social") ? linkOne(place) : null,
	);
}
