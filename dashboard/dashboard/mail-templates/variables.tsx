// The names that a template may use: given ones of a built-in, one's own of any other.
import { ActionIcon, Button, Checkbox, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { Section } from "../ui/page";
import { type Draft, newVariable, type Variable } from "./draft";

interface VariablesProps {
	draft: Draft;
	isBuiltin: boolean;
	isDisabled: boolean;
	problems: Record<string, string>;
	onChange: (variables: Variable[]) => void;
	/** What the preview shows for each. */
	values: Record<string, string>;
	onValue: (name: string, value: string) => void;
}

export function Variables({ draft, isBuiltin, isDisabled, problems, onChange, values, onValue }: VariablesProps) {
	const { variables } = draft;
	const change = (index: number, changes: Partial<Variable>) => onChange(variables.with(index, { ...variables[index], ...changes }));
	const names = ["user_name", ...variables.map(({ name }) => name).filter(Boolean)];
	return (
		<Section
			title="Variables"
			lead={
				<>
					Write <code>{"{{name}}"}</code> in any text or address; <code>{"{{app_name}}"}</code> and <code>{"{{user_name}}"}</code> are
					always there.
				</>
			}
		>
			{isBuiltin ? null : (
				<ul className="gh-variables">
					{variables.map((variable, index) => (
						<li key={variable.key}>
							<TextInput
								label="Name"
								placeholder="order_id"
								value={variable.name}
								error={problems[`variables.${index}.name`]}
								disabled={isDisabled}
								onChange={(event) => change(index, { name: event.currentTarget.value })}
							/>
							<TextInput
								label="Default"
								maxLength={500}
								value={variable.fallback}
								error={problems[`variables.${index}.default`]}
								disabled={isDisabled}
								onChange={(event) => change(index, { fallback: event.currentTarget.value })}
							/>
							<Checkbox
								label="Required"
								checked={variable.isRequired}
								disabled={isDisabled}
								onChange={(event) => change(index, { isRequired: event.currentTarget.checked })}
							/>
							<ActionIcon
								variant="subtle"
								color="gray"
								disabled={isDisabled}
								aria-label={`Remove the variable ${variable.name || index + 1}`}
								onClick={() => onChange(variables.toSpliced(index, 1))}
							>
								<IconTrash size={16} />
							</ActionIcon>
						</li>
					))}
				</ul>
			)}
			{isBuiltin || isDisabled ? null : (
				<div>
					<Button variant="default" size="xs" leftSection={<IconPlus size={14} />} onClick={() => onChange([...variables, newVariable()])}>
						Add a variable
					</Button>
				</div>
			)}
			<details className="gh-details">
				<summary>Values of the preview</summary>
				<div className="gh-pair">
					{names.map((name) => (
						<TextInput
							key={name}
							label={name}
							size="sm"
							error={problems[`data.${name}`]}
							value={values[name] ?? ""}
							onChange={(event) => onValue(name, event.currentTarget.value)}
						/>
					))}
				</div>
			</details>
		</Section>
	);
}
