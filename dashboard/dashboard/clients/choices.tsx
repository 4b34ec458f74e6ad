// Several of a few words, as checkboxes with a common label.
import { Checkbox, Group } from "@mantine/core";
import type { ReactNode } from "react";

interface ChoicesProps {
	label: string;
	description?: string;
	choices: { value: string; label: string }[];
	value?: string[];
	onChange?: (value: string[]) => void;
	error?: ReactNode;
}

export function Choices({ choices, ...rest }: ChoicesProps) {
	return (
		<Checkbox.Group {...rest}>
			<Group gap="md" mt={6}>
				{choices.map(({ value, label }) => (
					<Checkbox key={value} value={value} label={label} />
				))}
			</Group>
		</Checkbox.Group>
	);
}
