// The form of a user's profile and metadata.
import { Checkbox, JsonInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { api, onProject, sendTagged, type Tagged, unlessChanged } from "../api/client";
import { fieldErrors } from "../api/errors";
import type { User } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { useDraft } from "../ui/draft";
import { FormFoot } from "../ui/form-foot";
import { Section } from "../ui/page";
import { useUserKeys } from "./user-status";

const TEXTS = ["email", "phone", "username", "external_id", "locale"] as const;

type Values = Record<(typeof TEXTS)[number] | "name" | "metadata", string> & {
	email_verified: boolean;
	phone_verified: boolean;
};

function valuesOf(user: User): Values {
	return {
		email: user.email ?? "",
		email_verified: user.email_verified,
		phone: user.phone ?? "",
		phone_verified: user.phone_verified,
		username: user.username ?? "",
		external_id: user.external_id ?? "",
		name: user.name,
		locale: user.locale ?? "",
		metadata: JSON.stringify(user.metadata, null, 2),
	};
}

function isObject(text: string): boolean {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" && value !== null && !Array.isArray(value);
	} catch {
		return false;
	}
}

/** The API merges metadata: what was taken out of the text is named as null. */
function metadataPatch(before: unknown, text: string): Record<string, unknown> {
	const now = JSON.parse(text) as Record<string, unknown>;
	const gone = Object.keys((before ?? {}) as object).filter((name) => !(name in now));
	return { ...now, ...Object.fromEntries(gone.map((name) => [name, null])) };
}

/** Only what differs; an emptied text is null. */
function toBody(user: User, values: Values) {
	const before = valuesOf(user);
	const body: Record<string, unknown> = {};
	for (const name of TEXTS) {
		if (values[name] !== before[name]) {
			body[name] = values[name] || null;
		}
	}
	for (const name of ["name", "email_verified", "phone_verified"] as const) {
		if (values[name] !== before[name]) {
			body[name] = values[name];
		}
	}
	if (values.metadata !== before.metadata && isObject(values.metadata)) {
		body.metadata = metadataPatch(user.metadata, values.metadata);
	}
	return body;
}

export function UserProfile({ tagged, canWrite }: { tagged: Tagged<User>; canWrite: boolean }) {
	const { project } = useProjectPlace();
	const form = useForm<Values>({
		initialValues: valuesOf(tagged.value),
		validate: { metadata: (text) => (isObject(text) ? null : "It must be a JSON object.") },
	});
	const { base, start } = useDraft({
		found: tagged,
		isChanged: (before) => Object.keys(toBody(before, form.values)).length > 0 || !isObject(form.values.metadata),
		startFrom: (value) => form.setValues(valuesOf(value)),
	});
	const user = base.value;
	const save = useAction({
		run: (values: Values) =>
			sendTagged(
				api.PATCH("/api/v1/users/{id}", {
					params: { path: { id: user.id } },
					body: toBody(user, values),
					headers: { ...onProject(project.id), ...unlessChanged(base.etag) },
				}),
			),
		refresh: useUserKeys(user),
		done: "Saved",
		onDone: start,
		hasOwnProblem: true,
	});
	const body = toBody(user, form.values);
	return (
		<Section title="Profile">
			<form
				onSubmit={form.onSubmit((values) =>
					save.mutate(values, { onError: (error) => form.setErrors(fieldErrors(error)) }),
				)}
			>
				<fieldset disabled={!canWrite} className="gh-fieldset">
					<Stack gap="md">
						<TextInput label="E-mail" autoComplete="off" {...form.getInputProps("email")} />
						<Checkbox label="E-mail verified" {...form.getInputProps("email_verified", { type: "checkbox" })} />
						<TextInput label="Name" autoComplete="off" {...form.getInputProps("name")} />
						<TextInput label="Username" autoComplete="off" {...form.getInputProps("username")} />
						<TextInput label="Phone" autoComplete="off" {...form.getInputProps("phone")} />
						<Checkbox label="Phone verified" {...form.getInputProps("phone_verified", { type: "checkbox" })} />
						<TextInput label="External id" autoComplete="off" {...form.getInputProps("external_id")} />
						<TextInput label="Language" placeholder="en-GB" autoComplete="off" {...form.getInputProps("locale")} />
						<JsonInput
							label="Metadata"
							description="For your own people and programs; the user doesn't see it"
							autosize
							minRows={3}
							maxRows={16}
							{...form.getInputProps("metadata")}
						/>
						<FormFoot
							submit="Save"
							error={save.error}
							isRunning={save.isPending}
							isDisabled={!canWrite || Object.keys(body).length === 0}
							calls={[{ method: "PATCH", path: `/api/v1/users/${user.id}`, body, projectId: project.id }]}
						/>
					</Stack>
				</fieldset>
			</form>
		</Section>
	);
}
