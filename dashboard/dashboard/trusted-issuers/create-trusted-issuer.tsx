// The dialog that trusts another issuer.
import { NativeSelect, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { api, onProject, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import type { TrustedIssuer } from "../api/types";
import { listErrors } from "../clients/client-form";
import { useProjectPlace } from "../shell/place";
import { useProviders } from "../social-providers/queries";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { BringingClients, JwksUri, ScopeLimit, useProvenClients } from "./fields";
import { AT, KINDS, wordsOf } from "./kinds";

const INITIAL = {
	kind: "id_jag" as TrustedIssuer["kind"],
	issuer: "",
	jwks_uri: "",
	subject: "",
	client_id: "",
	client_ids: [] as string[],
	provider: "",
	scopes: "",
};

function toBody({ kind, issuer, jwks_uri, subject, client_id, client_ids, provider, scopes }: typeof INITIAL) {
	const own = kind === "workload" ? { subject, client_id } : { provider, client_ids };
	return { kind, issuer, jwks_uri, ...own, scopes: wordsOf(scopes) };
}

export default function CreateTrustedIssuer({ onClose }: { onClose: () => void }) {
	const { project } = useProjectPlace();
	const form = useForm({ initialValues: INITIAL });
	const create = useAction({
		run: (values: typeof INITIAL) => send(api.POST(AT, { body: toBody(values), headers: onProject(project.id) })),
		refresh: [["trusted-issuers", project.id], ["audit-events", project.id]],
		done: "The issuer is trusted",
		onDone: onClose,
		hasOwnProblem: true,
	});
	const isWorkload = form.values.kind === "workload";
	return (
		<Dialog onClose={onClose} title="New trusted issuer">
			<form
				onSubmit={form.onSubmit((values) =>
					create.mutate(values, { onError: (error) => form.setErrors(listErrors(fieldErrors(error))) }),
				)}
			>
				<Stack gap="md">
					<NativeSelect
						label="Its tokens stand for"
						data={Object.entries(KINDS).map(([value, { long }]) => ({ value, label: long }))}
						data-autofocus
						{...form.getInputProps("kind")}
					/>
					{isWorkload ? null : <Provider {...form.getInputProps("provider")} onIssuer={(issuer) => form.setFieldValue("issuer", issuer)} />}
					<TextInput
						label="Issuer"
						description="iss of its tokens, exactly"
						placeholder="https://login.example.com"
						required
						maxLength={512}
						spellCheck={false}
						autoComplete="off"
						{...form.getInputProps("issuer")}
					/>
					<JwksUri {...form.getInputProps("jwks_uri")} />
					{isWorkload ? (
						<>
							<TextInput
								label="Subject"
								description="sub of its tokens, exactly"
								placeholder="system:serviceaccount:shop:agent"
								required
								maxLength={255}
								spellCheck={false}
								autoComplete="off"
								{...form.getInputProps("subject")}
							/>
							<WorkloadClient {...form.getInputProps("client_id")} />
						</>
					) : (
						<BringingClients {...form.getInputProps("client_ids")} />
					)}
					<ScopeLimit {...form.getInputProps("scopes")} />
					<FormFoot
						submit="Trust it"
						error={create.error}
						isRunning={create.isPending}
						onCancel={onClose}
						calls={[{ method: "POST", path: AT, body: toBody(form.values), projectId: project.id, isSessionOnly: true }]}
					/>
				</Stack>
			</form>
		</Dialog>
	);
}

interface ProviderProps {
	value?: string;
	onChange?: (value: string) => void;
	onIssuer: (issuer: string) => void;
}

/** Who chooses one has said its issuer already. */
function Provider({ onChange, onIssuer, ...rest }: ProviderProps) {
	const { project } = useProjectPlace();
	const { data: providers = [] } = useProviders(project.id, () => false);
	const choose = (key: string) => {
		onChange?.(key);
		const issuer = providers.find((provider) => provider.key === key)?.issuer;
		if (issuer) {
			onIssuer(issuer);
		}
	};
	return (
		<NativeSelect
			label="Sign-in provider"
			description="The OpenID provider of that issuer: people are found by their accounts there, never by an address"
			required
			data={[{ value: "", label: "Choose one" }, ...providers.map(({ key, name }) => ({ value: key, label: `${name} (${key})` }))]}
			{...rest}
			onChange={(event) => choose(event.currentTarget.value)}
		/>
	);
}

function WorkloadClient(props: object) {
	const clients = useProvenClients();
	return (
		<NativeSelect
			label="Client that it is"
			description="It needs the grant jwt-bearer among its own"
			required
			data={[{ value: "", label: "Choose one" }, ...(clients.data ?? []).map(({ id, name }) => ({ value: id, label: name }))]}
			{...props}
		/>
	);
}
