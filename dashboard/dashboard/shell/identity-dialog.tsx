// Asks for the password again before something that needs a fresh sign-in.
import { Button, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { reauthenticate } from "../api/reauthenticate";
import { sessionQuery, useSession } from "../api/queries";
import { Dialog } from "../ui/dialog";
import { answerIdentity } from "../ui/identity";
import { FormProblem } from "../ui/resource";

export default function IdentityDialog() {
	const queries = useQueryClient();
	const { data: session } = useSession();
	const [password, setPassword] = useState("");
	const email = session?.user.email ?? "";
	const confirm = useMutation({
		mutationFn: async () => {
			await reauthenticate(email, password);
			// A fresh sign-in has a new CSRF token.
			await queries.fetchQuery({ ...sessionQuery, staleTime: 0 });
		},
		onSuccess: () => answerIdentity(true),
	});
	return (
		<Dialog onClose={() => answerIdentity(false)} title="Confirm that it's you" size="sm">
			<form
				onSubmit={(event) => {
					event.preventDefault();
					confirm.mutate();
				}}
			>
				<Stack gap="md">
					<Text c="dimmed" size="sm">
						This needs a sign-in from the last five minutes.
					</Text>
					<input type="hidden" name="username" autoComplete="username" value={email} readOnly />
					<PasswordInput
						label={`Password of ${email}`}
						autoComplete="current-password"
						value={password}
						onChange={(event) => setPassword(event.currentTarget.value)}
						required
						data-autofocus
					/>
					<FormProblem error={confirm.error} />
					<Group justify="flex-end">
						<Button variant="default" onClick={() => answerIdentity(false)}>
							Cancel
						</Button>
						<Button type="submit" loading={confirm.isPending} disabled={password === ""}>
							Confirm
						</Button>
					</Group>
				</Stack>
			</form>
		</Dialog>
	);
}
