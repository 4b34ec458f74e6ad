// Asks again who is sitting there before something that needs a fresh sign-in: by password, second factor or passkey.
import { Button, Group, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { hasPasskeys } from "../../hosted/passkey";
import { beginProof, endProof, may, proveCode, provePasskey, provePassword } from "../api/reauthenticate";
import { sessionQuery, useSession } from "../api/queries";
import type { Flow } from "../api/types";
import { Dialog } from "../ui/dialog";
import { answerIdentity } from "../ui/identity";
import { FormProblem } from "../ui/resource";

/** Runs one proof; when nothing is due any more, the session is fresh. */
function useProof() {
	const queries = useQueryClient();
	const [flow, setFlow] = useState<Flow>();
	const begun = useQuery({ queryKey: ["proof"], queryFn: beginProof, gcTime: 0, retry: false });
	const current = flow ?? begun.data;
	const prove = useMutation({
		mutationFn: async (run: (flow: Flow) => Promise<Flow>) => {
			const next = await run(current ?? (await beginProof()));
			setFlow(next);
			if (next.state === "done") {
				await endProof(next);
				// A fresh sign-in has a new CSRF token.
				await queries.fetchQuery({ ...sessionQuery, staleTime: 0 });
				answerIdentity(true);
			}
		},
	});
	return { flow: current, prove, error: begun.error ?? prove.error };
}

export default function IdentityDialog() {
	const { data: session } = useSession();
	const { flow, prove, error } = useProof();
	const [typed, setTyped] = useState("");
	const email = session?.user.email ?? "";
	const isSecond = flow?.state === "second_factor";
	const hasField = !isSecond || may(flow, "totp") || may(flow, "backup_code");
	const submit = () => {
		prove.mutate((current) => (isSecond ? proveCode(current, typed) : provePassword(current, typed)));
		setTyped("");
	};
	return (
		<Dialog onClose={() => answerIdentity(false)} title="Confirm that it's you" size="sm">
			<form
				onSubmit={(event) => {
					event.preventDefault();
					submit();
				}}
			>
				<Stack gap="md">
					<Text c="dimmed" size="sm">
						{isSecond ? "Now your second factor." : "This needs a sign-in from the last five minutes."}
					</Text>
					<input type="hidden" name="username" autoComplete="username" value={email} readOnly />
					{!hasField ? null : isSecond ? (
						<TextInput
							key="code"
							label="Code of your authenticator app, or a backup code"
							autoComplete="one-time-code"
							value={typed}
							onChange={(event) => setTyped(event.currentTarget.value)}
							required
							data-autofocus
						/>
					) : (
						<PasswordInput
							key="password"
							label={`Password of ${email}`}
							autoComplete="current-password"
							value={typed}
							onChange={(event) => setTyped(event.currentTarget.value)}
							required
							data-autofocus
						/>
					)}
					<FormProblem error={error} />
					<Group justify="flex-end">
						<Button variant="default" onClick={() => answerIdentity(false)}>
							Cancel
						</Button>
						{flow && may(flow, "passkey_options") && hasPasskeys() ? (
							<Button variant="default" loading={prove.isPending} onClick={() => prove.mutate(provePasskey)}>
								Use a passkey
							</Button>
						) : null}
						{hasField ? (
							<Button type="submit" loading={prove.isPending} disabled={typed === "" || !flow}>
								Confirm
							</Button>
						) : null}
					</Group>
				</Stack>
			</form>
		</Dialog>
	);
}
