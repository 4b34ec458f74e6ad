// What every hosted page does first: language, whose page it is, then its own part.
import { call, Refusal } from "./api";
import { appName, applyBrand, type SignInConfig, supportEmail } from "./brand";
import { button, link, show, showProblem } from "./card";
import { el } from "./dom";
import { clientId } from "./place";
import { chooseLanguage, t } from "./text";

/** Nobody signs in while the organization behind the app is suspended; what to make of that, and whom to ask. */
export function showSuspended(): void {
	const email = supportEmail();
	const whom = email ? [`${t("suspended_write")} `, link(email, `mailto:${email}`)] : [t("suspended_ask", { app: appName() })];
	show({
		title: t("suspended_title", { app: appName() }),
		text: t("suspended_text", { app: appName() }),
		foot: [el("p", {}, ...whom)],
	});
}

/** isForSuspended: what people may do there that doesn't need the app. */
export async function startPage(run: () => Promise<void>, { isForSuspended = false } = {}): Promise<void> {
	// A second link, opened where the first one is shown, differs in its fragment alone.
	window.addEventListener("hashchange", () => location.reload());
	await chooseLanguage();
	try {
		const query = clientId ? `?client_id=${clientId}` : "";
		const config = await call<SignInConfig>("GET", `/public/sign_in_config${query}`);
		applyBrand(config);
		if (config.suspended && !isForSuspended) {
			return showSuspended();
		}
		await run();
	} catch (error) {
		if (error instanceof Refusal && error.code === "org_suspended") {
			return showSuspended();
		}
		if (error instanceof Refusal && error.status === 404 && clientId) {
			showProblem(
				new Refusal(404, "unknown_project", t("unknown_project_text"), error.requestId),
				t("unknown_project_title"),
			);
			return;
		}
		showProblem(error, undefined, [button(t("try_again"), () => location.reload(), "plain")]);
	}
}

/** The console's pages before anybody owns the installation: nobody can sign in, and the way in is elsewhere. */
export async function startOwnedPage(run: () => Promise<void>): Promise<void> {
	await startPage(async () => {
		if (!clientId && (await call<{ needed: boolean }>("GET", "/setup")).needed) {
			return show({ title: t("unowned_title"), text: t("setup_missing") });
		}
		return run();
	});
}

/** A page that has to be opened with a whole link. */
export function showMissing(text: string): void {
	show({ title: t("error_title"), text });
}
