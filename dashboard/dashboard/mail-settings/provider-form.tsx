// What mail and text settings have in common: a provider, the fields that this provider has, one credential, and saving what differs.
import { NativeSelect, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { onProject, type send, sendTagged, type Tagged, unlessChanged } from "../api/client";
import { fieldErrors } from "../api/errors";
import type { MyProject } from "../api/types";
import { useAction } from "../ui/action";
import { useDraft } from "../ui/draft";
import { FormFoot } from "../ui/form-foot";
import { Section } from "../ui/page";
import { type SecretDraft, SecretField, type StoredSecret } from "../ui/secret-field";

type Value = string | number | null;
export type Body = { [member: string]: Value };

export interface FieldOf {
	/** Of the API; the credential is called password or api_key. */
	name: string;
	label: string;
	description?: string;
	placeholder?: string;
	/** Choices instead of text. */
	data?: { value: string; label: string }[];
	isNumber?: boolean;
	isSecret?: boolean;
}

export interface ProviderOf {
	value: string;
	label: string;
	/** What somebody who chooses it should know. */
	note?: string;
	fields: FieldOf[];
}

type Settings = { provider: string; [member: string]: unknown };
type Draft = { [member: string]: string };

function textsOf(settings: Settings, providers: ProviderOf[], common: FieldOf[]): Draft {
	const names = [...common, ...providers.flatMap(({ fields }) => fields)].filter(({ isSecret }) => !isSecret);
	return Object.fromEntries([
		["provider", settings.provider],
		...names.map(({ name, data }) => [name, String(settings[name] ?? data?.[0].value ?? "")]),
	]);
}

function valueOf(text: string, { isNumber }: FieldOf): Value {
	if (text.trim() === "") {
		return null;
	}
	return isNumber && /^\d+$/.test(text.trim()) ? Number(text) : text;
}

/** Only what differs, of what the provider has. */
function patchOf(draft: Draft, before: Draft, fields: FieldOf[], secret: SecretDraft): Body {
	const patch: Body = draft.provider === before.provider ? {} : { provider: draft.provider };
	for (const field of fields) {
		if (field.isSecret) {
			if (secret !== undefined) {
				patch[field.name] = secret;
			}
		} else if (draft[field.name] !== before[field.name]) {
			patch[field.name] = valueOf(draft[field.name], field);
		}
	}
	return patch;
}

interface ProviderFormProps<T extends Settings> {
	project: MyProject;
	title: string;
	path: string;
	providers: ProviderOf[];
	/** What every provider has. */
	common: FieldOf[];
	found: Tagged<T>;
	canWrite: boolean;
	refresh: readonly (readonly unknown[])[];
	patch: (body: Body, headers: Record<string, string>) => Parameters<typeof send<T>>[0];
}

export function ProviderForm<T extends Settings>(props: ProviderFormProps<T>) {
	const { project, title, path, providers, common, found, canWrite, refresh } = props;
	const textsIn = (settings: T) => textsOf(settings, providers, common);
	const [draft, setDraft] = useState(() => textsIn(found.value));
	const [secret, setSecret] = useState<SecretDraft>(undefined);
	const provider = providers.find(({ value }) => value === draft.provider) ?? providers[0];
	const fields = [...provider.fields, ...common];
	const changesOf = (settings: T) => patchOf(draft, textsIn(settings), fields, secret);
	const { base, start } = useDraft({
		found,
		isChanged: (settings) => Object.keys(changesOf(settings)).length > 0,
		startFrom: (settings) => {
			setDraft(textsIn(settings));
			setSecret(undefined);
		},
	});
	const patch = changesOf(base.value);
	const save = useAction({
		run: (body: Body) => sendTagged(props.patch(body, { ...onProject(project.id), ...unlessChanged(base.etag) })),
		refresh,
		done: "Saved",
		onDone: start,
		hasOwnProblem: true,
	});
	const said = fieldErrors(save.error);
	const change = (name: string, value: string) => setDraft((all) => ({ ...all, [name]: value }));
	const submit = (event: FormEvent) => {
		event.preventDefault();
		save.mutate(patch);
	};
	const shown = fields.map((field) => (
		<Field
			key={field.name}
			field={field}
			text={draft[field.name] ?? ""}
			error={said[field.name]}
			isDisabled={!canWrite}
			onChange={(text) => change(field.name, text)}
			stored={draft.provider === base.value.provider ? (base.value[field.name] as StoredSecret) : { set: false, last4: null }}
			secret={secret}
			onSecret={setSecret}
		/>
	));
	const shownSecret = "api_key" in patch ? { ...patch, api_key: patch.api_key && "…" } : patch;
	return (
		<Section title={title}>
			<form className="gh-form" onSubmit={submit} noValidate>
				<NativeSelect
					label="Provider"
					description={provider.note}
					data={providers.map(({ value, label }) => ({ value, label }))}
					value={draft.provider}
					error={said.provider}
					disabled={!canWrite}
					onChange={(event) => {
						setSecret(undefined);
						change("provider", event.currentTarget.value);
					}}
				/>
				{shown}
				{canWrite ? (
					<FormFoot
						submit="Save changes"
						error={save.error}
						isRunning={save.isPending}
						isDisabled={Object.keys(patch).length === 0}
						calls={[
							{
								method: "PATCH",
								path,
								body: "password" in shownSecret ? { ...shownSecret, password: shownSecret.password && "…" } : shownSecret,
								projectId: project.id,
							},
						]}
					/>
				) : (
					<Text c="dimmed" size="sm">
						Your role may look at these settings but not change them.
					</Text>
				)}
			</form>
		</Section>
	);
}

interface FieldProps {
	field: FieldOf;
	text: string;
	error?: string;
	isDisabled: boolean;
	onChange: (text: string) => void;
	stored: StoredSecret;
	secret: SecretDraft;
	onSecret: (draft: SecretDraft) => void;
}

function Field({ field, text, error, isDisabled, onChange, stored, secret, onSecret }: FieldProps) {
	const { label, description, placeholder, data, isNumber, isSecret } = field;
	if (isSecret) {
		return <SecretField label={label} stored={stored} draft={secret} error={error} isDisabled={isDisabled} onChange={onSecret} />;
	}
	const common = { label, description, error, disabled: isDisabled, value: text };
	if (data) {
		return <NativeSelect {...common} data={data} onChange={(event) => onChange(event.currentTarget.value)} />;
	}
	return (
		<TextInput
			{...common}
			placeholder={placeholder}
			autoComplete="off"
			inputMode={isNumber ? "numeric" : undefined}
			onChange={(event) => onChange(event.currentTarget.value)}
		/>
	);
}
