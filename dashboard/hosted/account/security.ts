// Password and sessions.
import { call, Refusal } from "../api";
import { button } from "../card";
import { el } from "../dom";
import { form } from "../form";
import { currentLanguage, t } from "../text";
import { type Place, section } from "./parts";

export function password({ account, change, redraw }: Place): HTMLElement {
	return section(
		t("password"),
		account.has_password ? "••••••••" : null,
		form({
			fields: [
				...(account.has_password
					? [
							{
								name: "current_password",
								label: t("current_password"),
								type: "password" as const,
								autocomplete: "current-password",
								maxlength: 1024,
							},
						]
					: []),
				{
					name: "new_password",
					label: t("new_password"),
					type: "password",
					autocomplete: "new-password",
					hint: t("password_hint"),
					maxlength: 256,
				},
			],
			submit: t("password_save"),
			fieldOf: { wrong_password: "current_password", weak_password: "new_password" },
			run: async (values) => {
				await change("POST", "/account/password", values).catch(sayWhich);
				await redraw(t("password_saved"));
			},
		}),
	);
}

/** Here only the password can be wrong. */
function sayWhich(error: unknown): never {
	throw error instanceof Refusal && error.code === "invalid_credentials"
		? new Refusal(error.status, "wrong_password", "", error.requestId)
		: error;
}

/** "Firefox, Linux", as far as the browser says it. */
function device(userAgent: string | null): string {
	const text = userAgent ?? "";
	const names = [/Edg|OPR|Firefox|Chrome|Safari/, /Android|iPhone|iPad|Windows|Mac OS X|Linux/].map(
		(pattern) => pattern.exec(text)?.[0],
	);
	return names.filter(Boolean).join(", ") || text || t("unknown_device");
}

interface Session {
	id: string;
	user_agent: string | null;
	ip: string | null;
	last_seen_at: string;
	current: boolean;
}

function line(place: Place, one: Session): HTMLElement {
	const seen = new Date(one.last_seen_at).toLocaleString(currentLanguage());
	return el(
		"li",
		{},
		el("p", {}, device(one.user_agent)),
		el("p", { class: "note" }, [one.current ? t("this_browser") : seen, one.ip].filter(Boolean).join(" · ")),
		!one.current &&
			button(
				t("end_session"),
				async () => {
					await place.change("DELETE", `/account/sessions/${one.id}`);
					await place.redraw(t("session_ended"));
				},
				"link",
			),
	);
}

export async function sessions(place: Place): Promise<HTMLElement> {
	const { data } = await call<{ data: Session[] }>("GET", "/account/sessions");
	return section(
		t("sessions"),
		String(data.length),
		el("ul", { class: "lines" }, ...data.map((one) => line(place, one))),
		data.length > 1
			? button(
					t("end_others"),
					async () => {
						await place.change("DELETE", "/account/sessions");
						await place.redraw(t("session_ended"));
					},
					"plain",
				)
			: null,
	);
}
