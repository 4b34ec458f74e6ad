// The dialog that mints a key or token and shows its secret once.
import { NativeSelect, NumberInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { api, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import { type Environment, isConsole, type MyProject, type NewApiKey } from "../api/types";
import { usePlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { SecretOnce } from "../ui/secret-once";
import type { KeyKind } from "./api-keys";
import { EXPIRIES, expiresAt } from "./expiry";
import { ScopeChoice } from "./scope-choice";

interface KeyValues {
	name: string;
	expires_in_days: string;
	project_id: string;
	environment: Environment;
	scopes: string[] | null;
	rate_limit_per_minute: number | "";
}

/** The request; a pinned key takes its project's environment, no choice of scopes means all that one has. */
function toBody(kind: KeyKind, values: KeyValues) {
	const until = expiresAt(values.expires_in_days);
	return {
		kind,
		name: values.name,
		...(until ? { expires_at: until } : {}),
		...(kind === "service"
			? {
					...(values.project_id ? { project_id: values.project_id } : { environment: values.environment }),
					...(values.scopes ? { scopes: values.scopes } : {}),
					...(values.rate_limit_per_minute === "" ? {} : { rate_limit_per_minute: values.rate_limit_per_minute }),
				}
			: {}),
	};
}

interface CreateApiKeyProps {
	kind: KeyKind;
	project: MyProject | null;
	onClose: () => void;
}

export default function CreateApiKey({ kind, project, onClose }: CreateApiKeyProps) {
	const [created, setCreated] = useState<NewApiKey | null>(null);
	const title = kind === "service" ? "New service key" : "New personal token";
	return (
		<Dialog onClose={onClose} title={created ? created.name : title} size="lg" showsSecret={created !== null}>
			{created ? (
				<Minted apiKey={created} onDone={onClose} />
			) : (
				<CreateForm kind={kind} project={project} onCreated={setCreated} onClose={onClose} />
			)}
		</Dialog>
	);
}

function Minted({ apiKey, onDone }: { apiKey: NewApiKey; onDone: () => void }) {
	const env: [string, string][] = [
		["GATEHOUSE_URL", location.origin],
		...(apiKey.project_id ? ([["GATEHOUSE_PROJECT_ID", apiKey.project_id]] as [string, string][]) : []),
		["GATEHOUSE_KEY", apiKey.secret ?? ""],
	];
	const note =
		apiKey.warning === "default_project_environment_differs"
			? `This is a ${apiKey.environment} key, but the organization's default project is of the other environment: requests must name a ${apiKey.environment} project in X-Project-Id.`
			: undefined;
	return (
		<SecretOnce
			label={apiKey.kind === "service" ? "Service key" : "Personal token"}
			secret={apiKey.secret ?? ""}
			env={env}
			note={note}
			onDone={onDone}
		/>
	);
}

interface CreateFormProps extends CreateApiKeyProps {
	onCreated: (key: NewApiKey) => void;
}

function CreateForm({ kind, project, onCreated, onClose }: CreateFormProps) {
	const { org } = usePlace();
	const form = useForm<KeyValues>({
		initialValues: {
			name: "",
			expires_in_days: kind === "personal" ? "90" : "",
			project_id: project?.id ?? "",
			environment: "live",
			scopes: null,
			rate_limit_per_minute: "",
		},
	});
	const create = useAction({
		run: (values: KeyValues) => send(api.POST("/api/v1/api_keys", { body: toBody(kind, values) })),
		refresh: [["api-keys"], ["audit-events"]],
		onDone: onCreated,
		hasOwnProblem: true,
	});
	const pinned = org.projects.find(({ id }) => id === form.values.project_id);
	return (
		<form
			onSubmit={form.onSubmit((values) =>
				create.mutate(values, { onError: (error) => form.setErrors(fieldErrors(error)) }),
			)}
		>
			<Stack gap="md">
				<TextInput
					label="Name"
					description="The integration that will use it"
					placeholder={kind === "service" ? "Billing worker" : "My laptop"}
					required
					maxLength={128}
					data-autofocus
					{...form.getInputProps("name")}
				/>
				{kind === "service" ? (
					<>
						<NativeSelect
							label="Project"
							description="A pinned key works on its project alone, whatever a request says."
							data={[
								{ value: "", label: "Any project of its environment" },
								...org.projects
									.filter((each) => !isConsole(each))
									.map(({ id, name, environment }) => ({ value: id, label: `${name} (${environment})` })),
							]}
							{...form.getInputProps("project_id")}
						/>
						<NativeSelect
							label="Environment"
							data={["live", "test"]}
							disabled={pinned !== undefined}
							{...form.getInputProps("environment")}
							value={pinned?.environment ?? form.values.environment}
						/>
						<ScopeChoice
							role={pinned?.role ?? org.role}
							value={form.values.scopes}
							error={form.errors.scopes}
							onChange={(scopes) => form.setFieldValue("scopes", scopes)}
						/>
						<NumberInput
							label="Requests a minute"
							description="Empty: 600"
							min={1}
							max={60_000}
							allowDecimal={false}
							hideControls
							{...form.getInputProps("rate_limit_per_minute")}
						/>
					</>
				) : null}
				<NativeSelect
					label="Expires"
					data={EXPIRIES}
					{...form.getInputProps("expires_in_days")}
					error={form.errors.expires_at}
				/>
				<FormFoot
					submit={kind === "service" ? "Create key" : "Create token"}
					error={create.error}
					isRunning={create.isPending}
					onCancel={onClose}
					calls={[{ method: "POST", path: "/api/v1/api_keys", body: toBody(kind, form.values), isSessionOnly: true }]}
				/>
			</Stack>
		</form>
	);
}
