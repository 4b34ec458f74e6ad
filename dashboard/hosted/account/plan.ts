// The person's plan: which one it is, choosing another one, ending it; and what they have paid.
import { call, Refusal } from "../api";
import { button, link, show } from "../card";
import { el } from "../dom";
import { form } from "../form";
import { money } from "../money";
import { clientId } from "../place";
import { dayOf, type Plan, planList, priceOf, say } from "../plan-list";
import { currentLanguage, t } from "../text";
import { type Place, section } from "./parts";

interface Assignment {
	plan_key: string | null;
	plan_display_name: string | null;
	status: "trialing" | "active" | "past_due" | "canceled" | "expired" | null;
	source: string | null;
	trial_ends_at: string | null;
	current_period_end: string | null;
	expires_at: string | null;
	cancel_at_period_end: boolean;
	payment_id: string | null;
	effective_plan_key: string | null;
}

interface Payment {
	id: string;
	order_id: string;
	provider: string;
	item_name: string | null;
	amount: number;
	currency: string;
	status: "pending" | "settlement" | "capture" | "deny" | "cancel" | "expire" | "refund";
	invoice_url: string | null;
	created_at: string;
}

/** An assignment that is over is no more theirs than none. */
const counts = ({ status }: Assignment) => status === "trialing" || status === "active" || status === "past_due";

/** When it ends by itself, or needs to be paid again. */
const endOf = ({ expires_at, current_period_end }: Assignment) => [expires_at, current_period_end].filter((time) => time !== null).sort()[0];

function statusOf(mine: Assignment): string | null {
	const end = endOf(mine);
	if (!counts(mine) || !end) {
		return null;
	}
	if (mine.status === "past_due") {
		return say("plan_past_due", { day: dayOf(end) });
	}
	const key = mine.status === "trialing" ? "plan_trial" : mine.cancel_at_period_end || mine.expires_at ? "plan_ends" : "plan_counts_until";
	return say(key, { day: dayOf(end) });
}

async function choose({ change, redraw }: Place, plan: Plan, more: Record<string, string> = {}): Promise<void> {
	const chosen = await change<{ invoice_url?: string | null }>("PUT", "/account/plan", { plan_key: plan.plan_key, ...more });
	if (chosen.invoice_url) {
		return location.assign(chosen.invoice_url);
	}
	return redraw(say("plan_chosen", { plan: plan.display_name }));
}

/** Of an account without an address the payment needs one. */
function askToPay(place: Place, plan: Plan): void {
	const needsEmail = place.account.email === null;
	show({
		title: plan.display_name,
		text: needsEmail ? say("plan_email_text", { plan: plan.display_name, price: priceOf(plan) }) : priceOf(plan),
		body: [
			form({
				fields: needsEmail ? [{ name: "buyer_email", label: t("email"), type: "email", autocomplete: "email", maxlength: 254 }] : [],
				submit: say("plan_to_payment"),
				run: async (values) => {
					try {
						await choose(place, plan, values);
					} catch (error) {
						const code = error instanceof Refusal ? error.code : "";
						throw ["no_payment_provider", "currency_not_supported"].includes(code) ? new Refusal(409, "", say("plan_unavailable")) : error;
					}
				},
			}),
		],
		foot: [el("p", {}, button(t("back"), () => place.redraw(), "link"))],
	});
}

/** Whoever has paid for some time keeps it. */
function askEnd({ change, redraw }: Place, mine: Assignment): void {
	const end = endOf(mine);
	const day = end ? dayOf(end) : "";
	show({
		title: say("plan_end"),
		text: end ? say("plan_end_later", { day }) : say("plan_end_now"),
		body: [
			form({
				fields: [],
				submit: say("plan_end"),
				run: async () => {
					await change("DELETE", `/account/plan${end ? "?at_period_end=true" : ""}`);
					await redraw(end ? say("plan_ending", { day }) : say("plan_ended"));
				},
			}),
		],
		foot: [el("p", {}, button(t("back"), () => redraw(), "link"))],
	});
}

/** Whoever is on it for as long as they like needs no more of it, and Stripe charges for the next period by itself. */
function isRenewable(mine: Assignment, paid: Payment[]): boolean {
	const isCharged = paid.find(({ id }) => id === mine.payment_id)?.provider === "stripe";
	return mine.source === "payment" && mine.current_period_end !== null && (!isCharged || mine.cancel_at_period_end || mine.status === "past_due");
}

function chooser(place: Place, mine: Assignment, paid: Payment[]): (plan: Plan) => HTMLElement | null {
	return (plan) => {
		const isMine = plan.plan_key === mine.effective_plan_key;
		if (isMine && (plan.price === 0 || !isRenewable(mine, paid))) {
			return null;
		}
		const made = button(
			isMine ? say("plan_renew") : say("plan_choose"),
			() => (plan.price > 0 ? askToPay(place, plan) : choose(place, plan)),
			"plain",
		);
		made.setAttribute("aria-label", isMine ? say("plan_renew") : say("plan_choose_of", { plan: plan.display_name }));
		return made;
	};
}

function planSection(place: Place, mine: Assignment, plans: Plan[], paid: Payment[]): HTMLElement | null {
	const assigned = counts(mine) ? mine.plan_display_name : null;
	const name = assigned ?? plans.find(({ plan_key }) => plan_key === mine.effective_plan_key)?.display_name ?? mine.effective_plan_key;
	if (!name && plans.length === 0) {
		return null;
	}
	const status = statusOf(mine);
	const mayEnd = counts(mine) && !mine.cancel_at_period_end;
	return section(
		say("plan_mine"),
		name ?? say("plan_none"),
		status ? el("p", { class: "note" }, status) : null,
		plans.length > 0 ? planList(plans, ({ plan_key }) => plan_key === mine.effective_plan_key, chooser(place, mine, paid)) : null,
		mayEnd ? button(say("plan_end"), () => askEnd(place, mine), "link") : null,
	);
}

function line({ item_name, order_id, amount, currency, status, created_at, invoice_url }: Payment): HTMLElement {
	const how = say(`payment_${status === "capture" ? "settlement" : status}`);
	return el(
		"li",
		{},
		el("p", {}, `${item_name ?? order_id}: ${money(amount, currency, currentLanguage())}`),
		el("p", { class: "note" }, [dayOf(created_at), how].join(" · ")),
		invoice_url ? link(say("payment_pay"), invoice_url) : null,
	);
}

/** Nothing of plans where the project has none, nothing of payments for whoever never began one. */
export async function planAndPayments(place: Place): Promise<(HTMLElement | null)[]> {
	const [mine, { data: plans }, { data: paid }] = await Promise.all([
		call<Assignment>("GET", "/account/plan"),
		call<{ data: Plan[] }>("GET", `/plans?client_id=${clientId}&limit=100`),
		call<{ data: Payment[] }>("GET", "/account/payments?limit=100"),
	]);
	return [
		planSection(place, mine, plans, paid),
		paid.length > 0 ? section(say("payments"), String(paid.length), el("ul", { class: "lines" }, ...paid.map(line))) : null,
	];
}
