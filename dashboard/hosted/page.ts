// What every hosted page does first: language, whose page it is, then its own part.
import { call, Refusal } from "./api";
import { applyBrand, type SignInConfig } from "./brand";
import { button, show, showProblem } from "./card";
import { clientId } from "./place";
import { chooseLanguage, t } from "./text";

export async function startPage(run: () => Promise<void>): Promise<void> {
	// A second link, opened where the first one is shown, differs in its fragment alone.
	window.addEventListener("hashchange", () => location.reload());
	await chooseLanguage();
	try {
		const query = clientId ? `?client_id=${clientId}` : "";
		applyBrand(await call<SignInConfig>("GET", `/public/sign_in_config${query}`));
		await run();
	} catch (error) {
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
