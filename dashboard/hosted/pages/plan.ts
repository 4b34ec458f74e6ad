// Where somebody who signs in chooses a plan, before they go on; and, of whoever isn't signing in, the project's prices.
import { call, Refusal } from "../api";
import { appName, signInAddress } from "../brand";
import { button, link, show, showProblem } from "../card";
import { el } from "../dom";
import { type Flow, FlowRun } from "../flow";
import { form } from "../form";
import { startPage } from "../page";
import { clientId, fragmentSecret, pageUrl } from "../place";
import { type Plan, planList, priceOf, say } from "../plan-list";
import { t } from "../text";

type Offered = Plan & { current: boolean };
type Offer = NonNullable<Flow["plan_page"]>;

/** What keeps a plan from being paid; whoever chooses can do nothing about it. */
const UNAVAILABLE = ["no_payment_provider", "currency_not_supported"];

async function finish(run: FlowRun): Promise<void> {
	if (run.flow.state === "plan") {
		await run.act("skip");
	}
	location.assign((await run.complete()) || pageUrl("account"));
}

async function choose(run: FlowRun, plan: Offered, more: Record<string, string> = {}): Promise<void> {
	try {
		await run.act("choose", { id: plan.id, ...more });
	} catch (error) {
		if (error instanceof Refusal && UNAVAILABLE.includes(error.code)) {
			return draw(run, say("plan_unavailable"));
		}
		if (error instanceof Refusal && error.code === "flow_state_conflict") {
			return goOn(run);
		}
		throw error;
	}
	if (run.flow.provider_url) {
		return location.assign(run.flow.provider_url);
	}
	return finish(run);
}

/** Of an account that has no address. */
function askEmail(run: FlowRun, plan: Offered): void {
	show({
		title: plan.display_name,
		text: say("plan_email_text", { plan: plan.display_name, price: priceOf(plan) }),
		body: [
			form({
				fields: [{ name: "buyer_email", label: t("email"), type: "email", autocomplete: "email", maxlength: 254 }],
				submit: say("plan_to_payment"),
				run: ({ buyer_email = "" }) => choose(run, plan, { buyer_email }),
			}),
		],
		foot: [button(t("back"), () => draw(run), "link")],
	});
}

function chooser(run: FlowRun, offer: Offer): (plan: Offered) => HTMLElement {
	return (plan) => {
		if (plan.current) {
			return button(say("plan_keep"), () => finish(run), "plain");
		}
		const needsEmail = offer.needs_email && plan.price > 0;
		const made = button(say("plan_choose"), () => (needsEmail ? askEmail(run, plan) : choose(run, plan)));
		made.setAttribute("aria-label", say("plan_choose_of", { plan: plan.display_name }));
		return made;
	};
}

/** What has become of the payment that was begun here. */
function paymentNote({ payment, plans }: Offer): HTMLElement | null {
	if (!payment) {
		return null;
	}
	const plan = plans.find(({ id }) => id === payment.plan_id)?.display_name ?? "";
	return el(
		"div",
		{ class: "notice", role: "status" },
		el("p", {}, say(payment.invoice_url ? "plan_pending" : "plan_unpaid", { plan })),
		payment.invoice_url ? el("p", {}, link(say("plan_to_payment"), payment.invoice_url)) : null,
	);
}

function draw(run: FlowRun, problem?: string): void {
	const offer = run.flow.plan_page;
	if (!offer) {
		throw new Refusal(410, "flow_expired", "");
	}
	show({
		title: say("plan_title"),
		text: say("plan_text"),
		body: [
			problem ? el("div", { class: "problem", role: "alert" }, el("p", {}, problem)) : paymentNote(offer),
			planList(offer.plans, ({ current }) => current, chooser(run, offer)),
		],
		foot: [button(say(offer.payment ? "plan_go_on" : "plan_skip"), () => finish(run), offer.payment ? "plain" : "link")],
	});
}

async function goOn(run: FlowRun): Promise<void> {
	const paid = ["settlement", "capture"].includes(run.flow.plan_page?.payment?.status ?? "");
	if (run.flow.state === "done" || paid) {
		show({ title: say("plan_title"), text: paid ? say("plan_paid") : t("loading") });
		return finish(run);
	}
	// Another step is due, which the sign-in page knows how to draw.
	return run.flow.state === "plan" ? draw(run) : location.replace(pageUrl("sign-in"));
}

/** The prices, for whoever looks before they sign in. */
async function showPrices(): Promise<void> {
	const { data } = await call<{ data: Plan[] }>("GET", `/plans?client_id=${clientId}&limit=100`);
	show({
		title: say("plan_prices", { app: appName() }),
		text: data.length === 0 ? say("plan_no_prices") : undefined,
		body: [data.length > 0 ? planList(data, () => false, () => null) : null],
		foot: [el("p", {}, link(say("plan_sign_in"), signInAddress()))],
	});
}

void startPage(async () => {
	const id = fragmentSecret("flw_");
	if (!id) {
		return showPrices();
	}
	try {
		await goOn(await FlowRun.takeUp(id));
	} catch (error) {
		if (!(error instanceof Refusal) || ![404, 410].includes(error.status)) {
			throw error;
		}
		const again = button(t("start_again"), () => location.assign(pageUrl("sign-in")), "plain");
		showProblem(new Refusal(410, "flow_expired", "", error.requestId), undefined, [again]);
	}
});
