// A new e-mail address or phone number: asked for, then proven by the code that went there.
import { el } from "../dom";
import { type Field, form } from "../form";
import { type MessageKey, t } from "../text";
import { type Place, section } from "./parts";

interface Kind {
	path: string;
	field: Field;
	title: MessageKey;
	now: string | null;
	pending: string | null;
}

function ask({ change, redraw }: Place, { path, field }: Kind): HTMLElement {
	return form({
		fields: [field],
		submit: t("send_code"),
		fieldOf: { phone_not_supported: field.name },
		run: async (values) => {
			await change("POST", path, { [field.name]: values[field.name].trim() });
			await redraw(t("code_sent"));
		},
	});
}

function prove({ change, redraw }: Place, { path, field, pending }: Kind): HTMLElement {
	return form({
		fields: [
			{
				name: `${field.name}-code`,
				label: t("code_for", { who: pending ?? "" }),
				type: "code",
				autocomplete: "one-time-code",
			},
		],
		submit: t("verify_button"),
		fieldOf: { invalid_code: `${field.name}-code` },
		run: async (values) => {
			await change("POST", `${path}/verify`, { code: values[`${field.name}-code`] });
			await redraw(t("saved"));
		},
	});
}

function contact(place: Place, kind: Kind): HTMLElement {
	const made = section(
		t(kind.title),
		kind.now,
		kind.pending ? prove(place, kind) : null,
		kind.pending ? el("p", { class: "lead" }, t("or_another")) : null,
		ask(place, kind),
	);
	made.toggleAttribute("open", kind.pending !== null);
	return made;
}

export function email(place: Place): HTMLElement {
	return contact(place, {
		path: "/account/email",
		field: { name: "email", label: t("new_email"), type: "email", autocomplete: "email", maxlength: 254 },
		title: "email",
		now: place.account.email,
		pending: place.account.pending_email,
	});
}

/** Where no text can be sent, a number can't be proven: what is there is shown, and nothing asked. */
export function phone(place: Place): HTMLElement | null {
	const { takes_phone, phone: now } = place.account;
	if (!takes_phone) {
		return now ? section(t("phone"), now) : null;
	}
	return contact(place, {
		path: "/account/phone",
		field: { name: "phone", label: t("new_phone"), hint: t("phone_hint"), type: "tel", autocomplete: "tel", maxlength: 16 },
		title: "phone",
		now: place.account.phone,
		pending: place.account.pending_phone,
	});
}
