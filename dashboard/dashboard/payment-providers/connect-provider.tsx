// The dialog that stores Stripe's or Midtrans's key, and has the project paid by it.
import { Input, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { api, onProject, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import { PROVIDERS } from "../payments/payment-words";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { SecretField } from "../ui/secret-field";
import { type ProviderKey, type Setup, staleAfter } from "./queries";

type KeyedProvider = Exclude<ProviderKey, "manual">;

interface ConnectProviderProps {
	setup: Setup;
	provider: KeyedProvider;
	onClose: () => void;
}

const FROM: Record<KeyedProvider, Record<"live" | "test", string>> = {
	stripe: {
		live: "Stripe shows it under Developers, API keys: sk_live_… or a restricted rk_live_…",
		test: "This is a test project: take Stripe's test key, sk_test_… or rk_test_…",
	},
	midtrans: {
		live: "Midtrans shows it under Settings, Access keys: Mid-server-…",
		test: "This is a test project: take the sandbox's server key, SB-Mid-server-…",
	},
};

export default function ConnectProvider({ setup, provider, onClose }: ConnectProviderProps) {
	const { project } = useProjectPlace();
	const name = PROVIDERS[provider];
	const form = useForm({ initialValues: { secret: "" } });
	const headers = onProject(project.id);
	const connect = useAction({
		run: async ({ secret }: typeof form.values) => {
			const stored = secret || !setup.connection ? await send(api.POST("/api/v1/connections", { body: { provider, secret }, headers })) : setup.connection;
			return send(
				api.PUT("/api/v1/payment_providers/{provider}", { params: { path: { provider } }, body: { connection_id: stored.id }, headers }),
			);
		},
		refresh: staleAfter(project.id),
		done: `The project is paid by ${name}`,
		onDone: onClose,
		hasOwnProblem: true,
	});
	const environment = project.environment === "test" ? "test" : "live";
	return (
		<Dialog onClose={onClose} title={`Be paid by ${name}`}>
			<form
				noValidate
				onSubmit={form.onSubmit((values) => connect.mutate(values, { onError: (error) => form.setErrors(fieldErrors(error)) }))}
			>
				<Stack gap="md">
					<Text size="sm">
						Store the key first. Then the page shows the address to give to {name}, at which it tells what became of payments.
					</Text>
					<div>
						<SecretField
							label={provider === "stripe" ? "Secret key" : "Server key"}
							stored={{ set: setup.connection !== null, last4: null }}
							isNeeded
							draft={form.values.secret || undefined}
							error={form.errors.secret as string | undefined}
							onChange={(secret) => form.setFieldValue("secret", secret ?? "")}
						/>
						<Input.Description mt={4}>{FROM[provider][environment]}</Input.Description>
					</div>
					<FormFoot
						submit="Save"
						error={connect.error}
						isRunning={connect.isPending}
						isDisabled={form.values.secret === "" && setup.connection === null}
						onCancel={onClose}
						calls={[
							{ label: "Store the key", method: "POST", path: "/api/v1/connections", body: { provider, secret: "…" }, projectId: project.id },
							{
								label: "Be paid by it",
								method: "PUT",
								path: `/api/v1/payment_providers/${provider}`,
								body: { connection_id: setup.connection?.id ?? "con_…" },
								projectId: project.id,
							},
						]}
					/>
				</Stack>
			</form>
		</Dialog>
	);
}
