// The dialog that adds a passkey of this browser or of a key that is plugged in.
import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { type CreationOptions, isGivenUp, makePasskey } from "../../hosted/passkey";
import { api, send } from "../api/client";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormProblem } from "../ui/resource";
import { FACTORS } from "./factors";

async function addPasskey(name: string) {
	const { passkey_options } = await send(api.POST("/api/v1/account/passkeys/options"));
	const credential = await makePasskey(passkey_options as unknown as CreationOptions);
	return send(api.POST("/api/v1/account/passkeys", { body: { credential: credential as never, name } }));
}

export default function AddPasskey({ onClose }: { onClose: () => void }) {
	const [name, setName] = useState("Passkey");
	const add = useAction({
		run: addPasskey,
		refresh: [FACTORS],
		done: "Passkey added",
		onDone: onClose,
		hasOwnProblem: true,
	});
	return (
		<Dialog onClose={onClose} title="Add a passkey" size="sm">
			<form
				onSubmit={(event) => {
					event.preventDefault();
					add.mutate(name);
				}}
			>
				<Stack gap="md">
					<Text c="dimmed" size="sm">
						Your browser will ask where to keep it.
					</Text>
					<TextInput
						label="Name"
						description="So that you know it again"
						maxLength={120}
						value={name}
						onChange={(event) => setName(event.currentTarget.value)}
						required
						data-autofocus
					/>
					{isGivenUp(add.error) ? (
						<Text role="alert" size="sm">
							No passkey was made: the browser gave up, or you have one here already.
						</Text>
					) : (
						<FormProblem error={add.error} />
					)}
					<Group justify="flex-end">
						<Button type="submit" loading={add.isPending} disabled={name === ""}>
							Add it
						</Button>
					</Group>
				</Stack>
			</form>
		</Dialog>
	);
}
