// Forms: labelled fields, one button, problems next to the field they concern.
import { Refusal } from "./api";
import { requestLine, sentence } from "./card";
import { el } from "./dom";
import { t } from "./text";

export interface Field {
	name: string;
	label: string;
	type?: "text" | "email" | "tel" | "password" | "code";
	hint?: string;
	value?: string;
	autocomplete?: string;
	maxlength?: number;
	isOptional?: boolean;
}

interface FormOptions {
	fields: Field[];
	/** Anything between the fields and the button. */
	extra?: Node[];
	submit: string;
	/** What an unexpected failure of the server's rule belongs to, by error code. */
	fieldOf?: Record<string, string>;
	run: (values: Record<string, string>) => Promise<void>;
}

function input(field: Field): HTMLInputElement {
	const isCode = field.type === "code";
	return el("input", {
		id: `field-${field.name}`,
		name: field.name,
		type: isCode ? "text" : (field.type ?? "text"),
		inputmode: isCode ? "numeric" : null,
		class: isCode ? "code" : null,
		value: field.value ?? null,
		autocomplete: field.autocomplete ?? null,
		autocapitalize: field.type && field.type !== "text" ? "none" : null,
		spellcheck: "false",
		maxlength: String(field.maxlength ?? (isCode ? 12 : 255)),
		required: !field.isOptional,
		"aria-describedby": `note-${field.name}`,
	});
}

function reveal(control: HTMLInputElement): HTMLButtonElement {
	const made: HTMLButtonElement = el(
		"button",
		{
			type: "button",
			class: "reveal",
			"aria-pressed": "false",
			onclick: () => {
				const isShown = control.type === "password";
				control.type = isShown ? "text" : "password";
				made.textContent = isShown ? t("hide") : t("show");
				made.setAttribute("aria-pressed", String(isShown));
			},
		},
		t("show"),
	);
	return made;
}

function row(field: Field): HTMLElement {
	const control = input(field);
	return el(
		"div",
		{ class: "field" },
		el("label", { for: control.id }, field.label),
		el("div", { class: "control" }, control, field.type === "password" && reveal(control)),
		el("p", { class: "note", id: `note-${field.name}` }, field.hint ?? ""),
	);
}

/** Marks one field; true when the form has it. */
function mark(form: HTMLFormElement, name: string, message: string): boolean {
	const control = form.querySelector<HTMLInputElement>(`#field-${name}`);
	const note = form.querySelector(`#note-${name}`);
	if (!control || !note) {
		return false;
	}
	control.setAttribute("aria-invalid", "true");
	note.textContent = message;
	note.classList.add("bad");
	return true;
}

function clearMarks(form: HTMLFormElement, fields: Field[]): void {
	for (const { name, hint } of fields) {
		form.querySelector(`#field-${name}`)?.removeAttribute("aria-invalid");
		const note = form.querySelector(`#note-${name}`);
		if (note) {
			note.textContent = hint ?? "";
			note.classList.remove("bad");
		}
	}
}

/** Puts a failure where it belongs: at its fields, else above the button. */
function explain(form: HTMLFormElement, problem: HTMLElement, error: unknown, fieldOf: Record<string, string>): void {
	if (error instanceof Refusal) {
		const marked = error.fields.filter(({ field, message }) => mark(form, field, message));
		const own = fieldOf[error.code];
		const isMarked = marked.length > 0 || (own !== undefined && mark(form, own, sentence(error)));
		if (isMarked) {
			problem.replaceChildren();
			form.querySelector<HTMLElement>("[aria-invalid]")?.focus();
			return;
		}
	}
	const request = error instanceof Refusal && error.status >= 500 ? requestLine(error) : null;
	problem.replaceChildren(el("p", {}, sentence(error)), ...(request ? [request] : []));
}

export function form(options: FormOptions): HTMLFormElement {
	const problem = el("div", { class: "problem", role: "alert" });
	const submit = el("button", { type: "submit", class: "primary" }, options.submit);
	const made: HTMLFormElement = el(
		"form",
		{
			onsubmit: async (event) => {
				event.preventDefault();
				if (submit.disabled) {
					return;
				}
				submit.disabled = true;
				submit.setAttribute("aria-busy", "true");
				clearMarks(made, options.fields);
				problem.replaceChildren();
				try {
					const values = Object.fromEntries(new FormData(made)) as Record<string, string>;
					await options.run(values);
				} catch (error) {
					explain(made, problem, error, options.fieldOf ?? {});
				} finally {
					submit.disabled = false;
					submit.removeAttribute("aria-busy");
				}
			},
		},
		...options.fields.map(row),
		...(options.extra ?? []),
		problem,
		submit,
	);
	return made;
}
