// Where a payment is made: waits for the provider's page and leads there, or says how to pay by hand, and then how it went.
import { call, Refusal } from "../api";
import { appName } from "../brand";
import { link, show } from "../card";
import { el } from "../dom";
import { type PayKey, payWord } from "../pay-words";
import { money } from "../money";
import { startPage } from "../page";
import { currentLanguage } from "../text";

interface Checkout {
	status: "pending" | "settlement" | "capture" | "deny" | "cancel" | "expire" | "refund";
	provider: string;
	amount: number;
	currency: string;
	order_id: string;
	item_name: string | null;
	provider_url: string | null;
	instructions: string | null;
	return_url: string | null;
	expires_at: string;
}

const WAITS_MS = 2000;
const WATCHES_MS = 10_000;

const say = (key: PayKey, values?: Record<string, string>) => payWord(currentLanguage(), key, values);

/** Came back from the provider, whose word may take a moment to arrive: not led there again. */
const isBack = () => new URLSearchParams(location.search).has("back");

function backTo({ return_url }: Checkout): Node | null {
	return return_url ? link(say("pay_back", { host: new URL(return_url).host }), return_url) : null;
}

function showEnd(checkout: Checkout): void {
	const status = checkout.status === "capture" ? "settlement" : (checkout.status as Exclude<Checkout["status"], "pending" | "capture">);
	show({
		title: say(`pay_${status}_title`),
		text: say(`pay_${status}`, { amount: amountOf(checkout) }),
		foot: [backTo(checkout)],
	});
}

const amountOf = ({ amount, currency }: Checkout) => money(amount, currency, currentLanguage());

function showPending(checkout: Checkout): void {
	const day = new Date(checkout.expires_at).toLocaleDateString(currentLanguage(), { dateStyle: "long" });
	const { instructions, provider_url } = checkout;
	show({
		title: say("pay_title", { amount: amountOf(checkout) }),
		text: say("pay_for", { item: checkout.item_name ?? checkout.order_id, app: appName() }),
		body: [
			...(instructions
				? [
						el("p", { class: "lead" }, say("pay_how")),
						...instructions.split("\n").map((line) => el("p", {}, line)),
						el("p", { class: "lead" }, say("pay_order", { order: checkout.order_id, day }), " ", say("pay_hand")),
					]
				: [provider_url ? el("p", {}, link(say("pay_to_provider"), provider_url)) : el("p", { role: "status" }, say("pay_wait"))]),
		],
		foot: [backTo(checkout)],
	});
}

/** Again and again while it is pending; what is shown changes only when something did. */
async function watch(ask: () => Promise<Checkout>): Promise<void> {
	let shown = "";
	for (;;) {
		const checkout = await ask();
		if (checkout.status !== "pending") {
			return showEnd(checkout);
		}
		if (checkout.provider_url && !isBack()) {
			return location.replace(checkout.provider_url);
		}
		const now = JSON.stringify(checkout);
		if (now !== shown) {
			showPending(checkout);
			shown = now;
		}
		await new Promise((resolve) => setTimeout(resolve, checkout.instructions ? WATCHES_MS : WAITS_MS));
	}
}

void startPage(async () => {
	const id = location.pathname.split("/").at(-1) ?? "";
	const token = new URLSearchParams(location.search).get("t") ?? "";
	try {
		await watch(() => call<Checkout>("GET", `/checkout/${id}?t=${encodeURIComponent(token)}`));
	} catch (error) {
		if (error instanceof Refusal && [400, 404, 422].includes(error.status)) {
			return show({ title: say("pay_missing_title"), text: say("pay_missing") });
		}
		throw error;
	}
});
