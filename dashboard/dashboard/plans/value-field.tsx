// A field for a feature's value, kept as text: "true" and "false", digits, "no limit", "" for the default.
import { NativeSelect, TextInput } from "@mantine/core";
import type { ChangeEvent, ReactNode } from "react";
import type { FeatureValue } from "./plan-queries";

interface ValueFieldProps {
	label: string;
	description?: string;
	type: "boolean" | "limit";
	/** Whether nothing at all may be said. */
	hasDefault?: boolean;
	value?: string;
	error?: ReactNode;
	onChange: (value: string) => void;
}

export function ValueField({ type, hasDefault, onChange, ...rest }: ValueFieldProps) {
	const take = (event: ChangeEvent<HTMLInputElement | HTMLSelectElement>) => onChange(event.currentTarget.value);
	if (type === "boolean") {
		const data = [...(hasDefault ? [{ value: "", label: "Default" }] : []), { value: "true", label: "Yes" }, { value: "false", label: "No" }];
		return <NativeSelect data={data} onChange={take} {...rest} />;
	}
	return (
		<TextInput
			{...rest}
			description={rest.description ?? "A number, or “no limit”"}
			placeholder={hasDefault ? "Default" : "no limit"}
			autoComplete="off"
			onChange={take}
		/>
	);
}

export const textOfValue = (value: unknown): string => (value === null ? "no limit" : String(value));

/** undefined: the default. What is no number goes to the server as it is, which names the field. */
export function valueOfText(text: string): FeatureValue | undefined {
	const word = text.trim().toLowerCase();
	if (word === "") {
		return undefined;
	}
	if (word === "true" || word === "false") {
		return word === "true";
	}
	if (word === "no limit") {
		return null;
	}
	return /^\d{1,16}$/.test(word) ? Number(word) : (word as never);
}
