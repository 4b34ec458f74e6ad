// Where a browser waits while the document of the app that sent it here is fetched (a client_id that is an address).
import { call, Refusal } from "../api";
import { show, showProblem } from "../card";
import { startPage } from "../page";
import { pageUrl } from "../place";
import { t } from "../text";

interface Asked {
	status: string;
	error: string | null;
}

const EVERY_MS = 500;
const AT_MOST_MS = 10_000;

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, EVERY_MS));

/** The first answer that isn't "still fetching"; null when there was none in time. */
async function settled(id: string): Promise<Asked | null> {
	for (const until = Date.now() + AT_MOST_MS; Date.now() < until; await pause()) {
		const asked = await call<Asked>("GET", `/oauth_requests/${id}`);
		if (asked.status !== "fetching") {
			return asked;
		}
	}
	return null;
}

void startPage(async () => {
	const id = new URLSearchParams(location.search).get("request") ?? "";
	if (!/^ort_[a-z0-9]{16}$/.test(id)) {
		return showProblem(new Refusal(410, "request_expired", ""));
	}
	show({ title: t("waiting_title"), text: t("app_waiting") });
	const asked = await settled(id);
	if (asked === null || asked.status === "failed") {
		return show({ title: t("error_title"), text: t(asked === null ? "app_silent" : "app_unreadable") });
	}
	location.replace(pageUrl("oauth/continue"));
});
