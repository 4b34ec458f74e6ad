// A secret that the server keeps and never shows: what is set, and a field for another one.
import { PasswordInput, Textarea } from "@mantine/core";

export interface StoredSecret {
	set: boolean;
	last4: string | null;
}

interface SecretInputProps {
	label: string;
	stored: StoredSecret;
	value: string;
	error?: string;
	isDisabled?: boolean;
	/** A key of many lines. */
	isLong?: boolean;
	onChange: (value: string) => void;
}

function aboutIt({ set, last4 }: StoredSecret): string {
	if (!set) {
		return "None is set.";
	}
	return last4 ? `One is set, ending in ${last4}. Leave this empty to keep it.` : "One is set. Leave this empty to keep it.";
}

export function SecretInput({ label, stored, value, error, isDisabled, isLong, onChange }: SecretInputProps) {
	const common = {
		label,
		description: aboutIt(stored),
		value,
		error,
		disabled: isDisabled,
		autoComplete: "off",
		spellCheck: false,
		onChange: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
	};
	return isLong ? (
		<Textarea {...common} classNames={{ input: "gh-code-input" }} rows={5} placeholder="-----BEGIN PRIVATE KEY-----" />
	) : (
		<PasswordInput {...common} />
	);
}
