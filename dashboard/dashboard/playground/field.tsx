// One value of a request, with the kind of input that its schema asks for.
import { JsonInput, NativeSelect, TextInput } from "@mantine/core";
import { isJson, typesOf } from "./draft";
import type { Field, Schema } from "./operations";

interface RequestFieldProps {
	field: Field;
	text: string;
	problem?: string;
	onChange: (text: string) => void;
}

function choicesOf(schema: Schema): string[] | undefined {
	if (schema.enum) {
		return schema.enum.map(String);
	}
	return typesOf(schema).includes("boolean") ? ["true", "false"] : undefined;
}

/** What a value may be, in few words: what kind, whether null, between which bounds. */
function kindOf(schema: Schema): string {
	const types = typesOf(schema).map((type) => (type === "integer" ? "whole number" : type));
	const kind = types.length === 0 && isJson(schema) ? "JSON" : schema.format ? `${types.join(" or ")}, ${schema.format}` : types.join(" or ");
	const bounds = schema.minimum === undefined ? "" : `, ${schema.minimum} to ${schema.maximum ?? "any"}`;
	return kind + bounds;
}

export function RequestField({ field, text, problem, onChange }: RequestFieldProps) {
	const { name, schema, description, isRequired } = field;
	const types = typesOf(schema);
	const choices = choicesOf(schema);
	const common = {
		label: <code>{name}</code>,
		"aria-label": name,
		description: [description, kindOf(schema)].filter(Boolean).join(" · "),
		withAsterisk: isRequired,
		error: problem,
		value: text,
	};
	if (choices) {
		return (
			<NativeSelect
				{...common}
				data={[{ value: "", label: "(not sent)" }, ...choices]}
				onChange={(event) => onChange(event.currentTarget.value)}
			/>
		);
	}
	if (isJson(schema)) {
		return (
			<JsonInput
				{...common}
				autosize
				minRows={2}
				maxRows={14}
				validationError={problem}
				placeholder={types.includes("array") ? "[]" : "{}"}
				onChange={onChange}
			/>
		);
	}
	return (
		<TextInput
			{...common}
			autoComplete="off"
			spellCheck={false}
			type={schema.format === "password" || name.includes("password") ? "password" : "text"}
			placeholder={schema.default === undefined ? undefined : String(schema.default)}
			onChange={(event) => onChange(event.currentTarget.value)}
		/>
	);
}
