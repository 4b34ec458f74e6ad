// The dialog about one provider: credentials, what it asks for besides, and whether people are offered it.
import { Input, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { api, onProject, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { CopyBlock } from "../ui/copy";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { SecretField } from "../ui/secret-field";
import { AT, EXTRAS, type Extra, type Kind, openIdKind, type Provider } from "./kinds";
import { staleAfter } from "./queries";

type Values = Record<Extra | "slug" | "client_id" | "secret" | "scopes", string> & { enabled: boolean };

function valuesOf(provider: Provider | undefined): Values {
	return {
		slug: "",
		enabled: provider?.enabled ?? true,
		client_id: provider?.client_id ?? "",
		secret: "",
		tenant: provider?.tenant ?? "",
		issuer: provider?.issuer ?? "",
		team_id: provider?.team_id ?? "",
		key_id: provider?.key_id ?? "",
		scopes: provider?.scopes.join(" ") ?? "",
	};
}

function secretName({ isSigned }: Kind): "private_key" | "client_secret" {
	return isSigned ? "private_key" : "client_secret";
}

/** The whole of it, as a PUT wants it; a secret that isn't there stays. */
function bodyOf(values: Values, kind: Kind) {
	const extras = kind.extras.map((name) => [name, values[name] || null]);
	return {
		enabled: values.enabled,
		client_id: values.client_id,
		scopes: values.scopes.split(/\s+/).filter(Boolean),
		...Object.fromEntries(extras),
		...(values.secret ? { [secretName(kind)]: values.secret } : {}),
	};
}

function slugProblem(slug: string, taken: readonly string[]): string | null {
	if (!/^[a-z0-9_-]{1,32}$/.test(slug)) {
		return "1 to 32 small letters, digits, - and _.";
	}
	return taken.includes(openIdKind(slug).key) ? "There is a provider of that name already." : null;
}

interface EditProviderProps {
	kind: Kind;
	provider?: Provider;
	/** Keys that a new one can't have. */
	taken: readonly string[];
	onSaved: (saved: Provider) => void;
	onClose: () => void;
}

export default function EditProvider({ kind: given, provider, taken, onSaved, onClose }: EditProviderProps) {
	const { project } = useProjectPlace();
	const isNamed = given.key !== openIdKind("").key;
	const form = useForm<Values>({
		initialValues: valuesOf(provider),
		validate: { slug: (slug) => (isNamed ? null : slugProblem(slug, taken)) },
	});
	const kind = isNamed ? given : openIdKind(form.values.slug);
	const save = useAction({
		run: (values: Values) =>
			send(
				api.PUT(`${AT}/{key}`, {
					params: { path: { key: kind.key } },
					headers: onProject(project.id),
					body: bodyOf(values, kind),
				}),
			),
		refresh: staleAfter(project.id),
		done: ({ ready }) => (ready ? "Saved: people are offered it" : "Saved"),
		onDone: (saved) => {
			if (saved.problems.includes("not_checked")) {
				onSaved(saved);
			}
			onClose();
		},
		hasOwnProblem: true,
	});
	const shown = bodyOf(form.values, kind);
	return (
		<Dialog onClose={onClose} title={isNamed ? kind.name : "Add an OpenID provider"} size="lg">
			<form
				noValidate
				onSubmit={form.onSubmit((values) =>
					save.mutate(values, { onError: (error) => form.setErrors(fieldErrors(error)) }),
				)}
			>
				<Stack gap="md">
					<Where kind={kind} callbackUrl={provider?.callback_url} />
					{isNamed ? null : (
						<TextInput
							label="Name"
							description="Becomes its key, oidc_ and this name; people see it on the button."
							placeholder="acme"
							data-autofocus
							{...form.getInputProps("slug")}
						/>
					)}
					<Switch label="Offer it to people" {...form.getInputProps("enabled", { type: "checkbox" })} />
					<TextInput label={kind.idLabel} autoComplete="off" spellCheck={false} {...form.getInputProps("client_id")} />
					{kind.extras.map((name) => (
						<TextInput
							key={name}
							{...EXTRAS[name]}
							placeholder={kind.key === "gitlab" ? "https://gitlab.com" : EXTRAS[name].placeholder}
							autoComplete="off"
							spellCheck={false}
							{...form.getInputProps(name)}
						/>
					))}
					<SecretField
						label={kind.isSigned ? "Private key" : "Client secret"}
						stored={provider?.[secretName(kind)] ?? { set: false, last4: null }}
						isLong={kind.isSigned}
						isNeeded
						draft={form.values.secret || undefined}
						error={form.errors[secretName(kind)] as string | undefined}
						onChange={(secret) => form.setFieldValue("secret", secret ?? "")}
					/>
					<TextInput
						label="Scopes"
						description="Words with spaces between; the provider's usual ones when empty."
						autoComplete="off"
						spellCheck={false}
						{...form.getInputProps("scopes")}
						error={Object.entries(form.errors).find(([field]) => field.startsWith("scopes"))?.[1]}
					/>
					<FormFoot
						submit="Save"
						error={save.error}
						isRunning={save.isPending}
						onCancel={onClose}
						calls={[
							{
								method: "PUT",
								path: `${AT}/${kind.key}`,
								body: form.values.secret ? { ...shown, [secretName(kind)]: "…" } : shown,
								projectId: project.id,
							},
						]}
					/>
				</Stack>
			</form>
		</Dialog>
	);
}

/** Where the credentials come from, and what the provider has to be told. */
function Where({ kind, callbackUrl }: { kind: Kind; callbackUrl: string | undefined }) {
	return (
		<>
			{kind.registerAt ? (
				<Text size="sm">
					Credentials are made at{" "}
					<a className="gh-link" href={kind.registerAt} target="_blank" rel="noopener">
						{new URL(kind.registerAt).host}
					</a>
					.
				</Text>
			) : null}
			{callbackUrl ? (
				<div>
					<Input.Description mb={4}>Callback URL, to be registered there</Input.Description>
					<CopyBlock text={callbackUrl} label={`Callback URL for ${kind.name}`} />
				</div>
			) : null}
		</>
	);
}
