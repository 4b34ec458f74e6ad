// The end of every form: what went wrong, cancel, submit, "View as API".
import { Button, Group } from "@mantine/core";
import { FormProblem } from "./resource";
import { type ApiCall, ViewAsApi } from "./view-as-api";

interface FormFootProps {
	submit: string;
	error: unknown;
	isRunning: boolean;
	isDisabled?: boolean;
	onCancel?: () => void;
	/** Left out where the form says itself how a program does it. */
	calls?: ApiCall[];
}

export function FormFoot({ submit, error, isRunning, isDisabled, onCancel, calls }: FormFootProps) {
	return (
		<>
			<FormProblem error={error} />
			<Group justify="space-between" gap="xs">
				{calls ? <ViewAsApi calls={calls} /> : null}
				<Group gap="xs" ml="auto">
					{onCancel ? (
						<Button variant="default" onClick={onCancel}>
							Cancel
						</Button>
					) : null}
					<Button type="submit" loading={isRunning} disabled={isDisabled}>
						{submit}
					</Button>
				</Group>
			</Group>
		</>
	);
}
