// A credential that is never shown again: empty keeps the one that is stored.
import { Button, Group, PasswordInput, Text, Textarea } from "@mantine/core";

export interface StoredSecret {
	set: boolean;
	last4: string | null;
}

/** undefined: it stays; null: it is taken away. */
export type SecretDraft = string | null | undefined;

interface SecretFieldProps {
	label: string;
	stored: StoredSecret;
	draft: SecretDraft;
	error?: string;
	isDisabled?: boolean;
	/** A key of many lines. */
	isLong?: boolean;
	/** It can be replaced, but not be taken away. */
	isNeeded?: boolean;
	onChange: (draft: SecretDraft) => void;
}

function placeholder({ set, last4 }: StoredSecret): string {
	if (!set) {
		return "";
	}
	return last4 ? `Stored: ••••${last4}` : "Stored";
}

export function SecretField({ label, stored, draft, error, isDisabled, isLong, isNeeded, onChange }: SecretFieldProps) {
	const common = {
		label,
		description: stored.set ? "Never shown again. Left empty, the stored one stays." : "Never shown again.",
		placeholder: draft === null ? "" : placeholder(stored),
		disabled: isDisabled,
		value: draft ?? "",
		error,
		onChange: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value || undefined),
	};
	return (
		<div className="gh-secret">
			{isLong ? (
				<Textarea
					{...common}
					classNames={{ input: "gh-code-input" }}
					rows={5}
					placeholder={common.placeholder || "-----BEGIN PRIVATE KEY-----"}
					autoComplete="off"
					spellCheck={false}
				/>
			) : (
				<PasswordInput {...common} autoComplete="new-password" maxLength={2048} />
			)}
			{stored.set && !isDisabled && !isNeeded ? (
				<Group gap="xs" mt={4}>
					{draft === null ? (
						<>
							<Text size="sm">Saving takes it away.</Text>
							<Button variant="subtle" size="compact-xs" onClick={() => onChange(undefined)}>
								Keep it
							</Button>
						</>
					) : (
						<Button variant="subtle" color="gray" size="compact-xs" onClick={() => onChange(null)}>
							Take it away
						</Button>
					)}
				</Group>
			) : null}
		</div>
	);
}
