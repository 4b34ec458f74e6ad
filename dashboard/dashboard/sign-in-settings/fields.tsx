// Fields of the sign-in settings' forms, each bound to a name of the draft.
import { Checkbox, Group, Input, NativeSelect, NumberInput, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Draft } from "./settings";
import type { Fields } from "./settings-form";

type NameOf<Value> = { [Name in keyof Draft]: Draft[Name] extends Value ? Name : never }[keyof Draft];

interface FieldProps<Name> {
	fields: Fields;
	name: Name;
	label: string;
	description?: string;
}

export interface Choice {
	value: string;
	label: string;
}

export function SwitchField({ fields, name, label, description }: FieldProps<NameOf<boolean>>) {
	return (
		<Switch
			label={label}
			description={description}
			checked={fields.draft[name]}
			error={fields.problemOf(name)}
			disabled={fields.isDisabled}
			onChange={(event) => fields.change({ [name]: event.currentTarget.checked })}
		/>
	);
}

export function NumberField({
	fields,
	name,
	label,
	description,
}: FieldProps<NameOf<number | "">>) {
	return (
		<NumberInput
			label={label}
			description={description}
			allowDecimal={false}
			hideControls
			maxLength={12}
			value={fields.draft[name]}
			error={fields.problemOf(name)}
			disabled={fields.isDisabled}
			onChange={(value) => fields.change({ [name]: value === "" ? "" : Number(value) })}
		/>
	);
}

export function TextField({
	fields,
	name,
	label,
	description,
	placeholder,
	type,
}: FieldProps<"passkey.rp_id" | "passkey.rp_name" | "bot_check.site_key" | "bot_check.url"> & {
	placeholder?: string;
	type?: "url";
}) {
	return (
		<TextInput
			label={label}
			description={description}
			placeholder={placeholder}
			type={type}
			autoComplete="off"
			spellCheck={false}
			value={fields.draft[name]}
			error={fields.problemOf(name)}
			disabled={fields.isDisabled}
			onChange={(event) => fields.change({ [name]: event.currentTarget.value })}
		/>
	);
}

export function ChoiceField({
	fields,
	name,
	label,
	description,
	choices,
}: FieldProps<"sign_up" | "mfa" | "plan_page" | "bot_check.provider"> & { choices: readonly Choice[] }) {
	return (
		<NativeSelect
			label={label}
			description={description}
			data={[...choices]}
			value={fields.draft[name]}
			error={fields.problemOf(name)}
			disabled={fields.isDisabled}
			onChange={(event) => fields.change({ [name]: event.currentTarget.value })}
		/>
	);
}

/** The list with one more or one less, in the order in which the choices stand. */
export function toggled(list: readonly string[], value: string, isIn: boolean, order: readonly string[]): string[] {
	return order.filter((one) => (one === value ? isIn : list.includes(one)));
}

export function SetField({
	fields,
	name,
	label,
	description,
	choices,
}: FieldProps<NameOf<string[]>> & { choices: readonly Choice[] }) {
	const order = choices.map(({ value }) => value);
	const chosen = fields.draft[name];
	return (
		<Stack gap={6} role="group" aria-label={label}>
			<Input.Label component="div">{label}</Input.Label>
			{description ? <Input.Description>{description}</Input.Description> : null}
			<Group gap="md" mt={2}>
				{choices.map((choice) => (
					<Checkbox
						key={choice.value}
						label={choice.label}
						checked={chosen.includes(choice.value)}
						disabled={fields.isDisabled}
						onChange={(event) =>
							fields.change({ [name]: toggled(chosen, choice.value, event.currentTarget.checked, order) })
						}
					/>
				))}
			</Group>
			{fields.problemOf(name) ? <Input.Error role="alert">{fields.problemOf(name)}</Input.Error> : null}
		</Stack>
	);
}

function linesOf(text: string): string[] {
	return text
		.split(/[\s,]+/)
		.map((line) => line.trim())
		.filter(Boolean);
}

/** Words, each on a line; what is being typed stays as it's typed. */
export function LinesField({
	fields,
	name,
	label,
	description,
	placeholder,
}: FieldProps<"passkey.origins" | "phone.calling_codes"> & { placeholder?: string }) {
	const saved = fields.draft[name];
	const [text, setText] = useState(saved.join("\n"));
	const shown = JSON.stringify(linesOf(text)) === JSON.stringify(saved) ? text : saved.join("\n");
	return (
		<Textarea
			label={label}
			description={description}
			placeholder={placeholder}
			autosize
			minRows={2}
			maxRows={8}
			spellCheck={false}
			value={shown}
			error={fields.problemOf(name)}
			disabled={fields.isDisabled}
			onChange={(event) => {
				setText(event.currentTarget.value);
				fields.change({ [name]: linesOf(event.currentTarget.value) });
			}}
		/>
	);
}

const UNITS = [
	{ value: "1", label: "seconds" },
	{ value: "60", label: "minutes" },
	{ value: "3600", label: "hours" },
	{ value: "86400", label: "days" },
];

/** The largest unit that says it in whole numbers. */
function unitOf(seconds: number | ""): number {
	const whole = UNITS.map(({ value }) => Number(value)).filter((unit) => seconds !== "" && seconds % unit === 0);
	return whole.at(-1) ?? 1;
}

/** A time in seconds, shown in the unit that suits it or was chosen for it. */
export function DurationField({
	fields,
	name,
	label,
	description,
}: FieldProps<"session_max_lifetime_s" | "session_inactivity_s">) {
	const seconds = fields.draft[name];
	const [unit, setUnit] = useState(() => unitOf(seconds));
	const suits = seconds === "" || seconds % unit === 0 ? unit : unitOf(seconds);
	return (
		<Input.Wrapper label={label} description={description} error={fields.problemOf(name)} labelElement="div">
			<Group gap="xs" mt={6} wrap="nowrap" align="flex-start">
				<NumberInput
					flex={1}
					aria-label={label}
					allowDecimal={false}
					hideControls
					maxLength={9}
					value={seconds === "" ? "" : seconds / suits}
					error={fields.problemOf(name) !== undefined}
					disabled={fields.isDisabled}
					onChange={(value) => fields.change({ [name]: value === "" ? "" : Number(value) * suits })}
				/>
				<NativeSelect
					aria-label={`Unit of: ${label}`}
					data={UNITS}
					value={String(suits)}
					disabled={fields.isDisabled}
					onChange={(event) => {
						const next = Number(event.currentTarget.value);
						setUnit(next);
						fields.change({ [name]: seconds === "" ? "" : (seconds / suits) * next });
					}}
				/>
			</Group>
		</Input.Wrapper>
	);
}
