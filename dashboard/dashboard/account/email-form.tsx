// A new e-mail address of one's own: asked for, then proven by the code or the link that went there.
import { Button, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { api, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import { useAction } from "../ui/action";
import { FormFoot } from "../ui/form-foot";
import { Section } from "../ui/page";
import { FormProblem } from "../ui/resource";

const PATH = "/api/v1/account/email";
const REFRESH = [["session"], ["account"]] as const;

function takeLink(): string | null {
	const token = window.location.hash.slice(1);
	return token.startsWith("mlt_") ? token : null;
}

/** The link of the mail was opened here: nothing happens until the button is pressed. */
function ByLink({ token, onDone }: { token: string; onDone: () => void }) {
	const prove = useAction({
		run: () => send(api.POST("/api/v1/account/email/verify", { body: { token } })),
		refresh: REFRESH,
		done: "Your e-mail address is changed",
		onDone: () => {
			window.history.replaceState(null, "", window.location.pathname);
			onDone();
		},
		hasOwnProblem: true,
	});
	return (
		<Stack gap="sm" align="flex-start">
			<Text>Press the button to confirm that the new address is yours.</Text>
			<FormProblem error={prove.error} />
			<Button loading={prove.isPending} onClick={() => prove.mutate(undefined)}>
				Confirm my address
			</Button>
		</Stack>
	);
}

function ByCode({ email, onDone }: { email: string; onDone: () => void }) {
	const form = useForm({ initialValues: { code: "" } });
	const prove = useAction({
		run: ({ code }: { code: string }) => send(api.POST("/api/v1/account/email/verify", { body: { code } })),
		refresh: REFRESH,
		done: "Your e-mail address is changed",
		onDone,
		hasOwnProblem: true,
	});
	return (
		<form className="gh-form" onSubmit={form.onSubmit((values) => prove.mutate(values))}>
			<TextInput
				label={`Code that went to ${email}`}
				inputMode="numeric"
				autoComplete="one-time-code"
				maxLength={12}
				required
				{...form.getInputProps("code")}
			/>
			<FormFoot
				submit="Confirm"
				error={prove.error}
				isRunning={prove.isPending}
				onCancel={onDone}
				calls={[
					{ method: "POST", path: `${PATH}/verify`, body: { code: "…" }, isSessionOnly: true, isPersonal: true },
				]}
			/>
		</form>
	);
}

function Ask({ onAsked }: { onAsked: (email: string) => void }) {
	const form = useForm({ initialValues: { email: "" } });
	const ask = useAction({
		run: ({ email }: { email: string }) => send(api.POST(PATH, { body: { email } })),
		done: "A code is on its way",
		onDone: (_, { email }) => onAsked(email),
		hasOwnProblem: true,
	});
	return (
		<form
			className="gh-form"
			onSubmit={form.onSubmit((values) => ask.mutate(values, { onError: (error) => form.setErrors(fieldErrors(error)) }))}
		>
			<TextInput
				label="New e-mail address"
				type="email"
				autoComplete="email"
				maxLength={254}
				required
				{...form.getInputProps("email")}
			/>
			<FormFoot
				submit="Send a code"
				error={ask.error}
				isRunning={ask.isPending}
				isDisabled={!form.values.email}
				calls={[
					{ method: "POST", path: PATH, body: { email: form.values.email }, isSessionOnly: true, isPersonal: true },
				]}
			/>
		</form>
	);
}

export function EmailForm() {
	const [token, setToken] = useState(takeLink);
	const [asked, setAsked] = useState<string | null>(null);
	return (
		<Section title="E-mail address" lead="The new address counts once you have proven it; the old one is told.">
			{token ? (
				<ByLink token={token} onDone={() => setToken(null)} />
			) : asked ? (
				<ByCode email={asked} onDone={() => setAsked(null)} />
			) : (
				<Ask onAsked={setAsked} />
			)}
		</Section>
	);
}
