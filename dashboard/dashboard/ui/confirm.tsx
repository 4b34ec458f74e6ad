// The dialog before something that can't be undone; it may ask to type a word.
import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { Dialog } from "./dialog";
import { FormProblem } from "./resource";
import { type ApiCall, ViewAsApi } from "./view-as-api";

interface ConfirmProps {
	title: string;
	children: ReactNode;
	/** What has to be typed before the button works. */
	typed?: string;
	button: string;
	calls: ApiCall[];
	isRunning: boolean;
	error: unknown;
	onConfirm: () => void;
	onClose: () => void;
}

export function Confirm({ title, children, typed, button, calls, isRunning, error, onConfirm, onClose }: ConfirmProps) {
	const [text, setText] = useState("");
	const isReady = typed === undefined || text === typed;
	return (
		<Dialog onClose={onClose} title={title}>
			<form
				onSubmit={(event) => {
					event.preventDefault();
					if (isReady) {
						onConfirm();
					}
				}}
			>
				<Stack gap="md">
					<Text component="div">{children}</Text>
					{typed === undefined ? null : (
						<TextInput
							label={
								<>
									Type <code>{typed}</code> to confirm
								</>
							}
							value={text}
							onChange={(event) => setText(event.currentTarget.value)}
							autoComplete="off"
							spellCheck={false}
							data-autofocus
						/>
					)}
					<FormProblem error={error} />
					<Group justify="flex-end">
						<Button variant="default" onClick={onClose}>
							Cancel
						</Button>
						<Button type="submit" color="red.8" loading={isRunning} disabled={!isReady}>
							{button}
						</Button>
					</Group>
					<ViewAsApi calls={calls} />
				</Stack>
			</form>
		</Dialog>
	);
}
