// Sends a test to an address or number, and shows what became of it.
import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { fieldErrors } from "../api/errors";
import type { Message } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { FormProblem } from "../ui/resource";
import { MessageOutcome } from "./message-status";

interface TestSendProps {
	label: string;
	placeholder: string;
	type: "email" | "tel";
	/** What is typed at first. */
	to?: string;
	/** Why it can't be sent now. */
	hint?: string;
	run: (to: string) => Promise<Message>;
}

export function TestSend({ label, placeholder, type, to: initial = "", hint, run }: TestSendProps) {
	const { project } = useProjectPlace();
	const [to, setTo] = useState(initial);
	const test = useAction({
		run,
		refresh: [
			["messages", project.id],
			["audit-events", project.id],
		],
		hasOwnProblem: true,
	});
	const submit = (event: FormEvent) => {
		event.preventDefault();
		test.mutate(to.trim());
	};
	const said = fieldErrors(test.error);
	return (
		<form className="gh-form" onSubmit={submit} noValidate>
			<div className="gh-toolbar">
				<TextInput
					className="gh-toolbar-grow"
					label={label}
					description={hint}
					placeholder={placeholder}
					type={type}
					value={to}
					error={said.to}
					onChange={(event) => setTo(event.currentTarget.value)}
				/>
				<Button type="submit" variant="default" loading={test.isPending} disabled={to.trim() === "" || hint !== undefined}>
					Send a test
				</Button>
			</div>
			{said.to ? null : <FormProblem error={test.error} />}
			{test.data ? <MessageOutcome key={test.data.id} id={test.data.id} /> : null}
		</form>
	);
}
