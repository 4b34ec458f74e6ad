// What the forms about one client have in common: what differs is sent, with the ETag it was read with; problems of a list's members
// stand beneath the list.
import { Text } from "@mantine/core";
import { type FormErrors, type UseFormReturnType } from "@mantine/form";
import type { ReactNode } from "react";
import { api, onProject, sendTagged, type Tagged, unlessChanged } from "../api/client";
import { fieldErrors } from "../api/errors";
import type { Client, ClientPatch } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { useFormDraft } from "../ui/draft";
import { FormFoot } from "../ui/form-foot";
import { Section } from "../ui/page";

/** "redirect_uris.2" becomes "line 3: …" of the one field in which all of them are written. */
export function listErrors(errors: Record<string, string>): FormErrors {
	const joined: Record<string, string> = {};
	for (const [field, message] of Object.entries(errors)) {
		const [name, index] = field.split(".");
		const said = /^\d+$/.test(index ?? "") ? `Line ${Number(index) + 1}: ${message}` : message;
		joined[name] = joined[name] ? `${joined[name]} ${said}` : said;
	}
	return joined;
}

/** Keys of what shows this client. */
export function useClientKeys(client: Client): readonly (readonly unknown[])[] {
	const { project } = useProjectPlace();
	return [
		["client", project.id, client.id],
		["clients", project.id],
		["project", project.id],
		["audit-events", project.id],
	];
}

function difference(before: ClientPatch, after: ClientPatch): ClientPatch {
	return Object.fromEntries(
		Object.entries(after).filter(
			([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof ClientPatch]),
		),
	) as ClientPatch;
}

interface ClientFormProps<Values extends object> {
	title: string;
	lead?: ReactNode;
	tagged: Tagged<Client>;
	canWrite: boolean;
	valuesOf: (client: Client) => Values;
	toPatch: (values: Values) => ClientPatch;
	children: (form: UseFormReturnType<Values>) => ReactNode;
}

export function ClientForm<Values extends object>(props: ClientFormProps<Values>) {
	const { title, lead, tagged, canWrite, valuesOf, toPatch, children } = props;
	const { project } = useProjectPlace();
	const id = tagged.value.id;
	const changesOf = (client: Client, now: Values) => difference(toPatch(valuesOf(client)), toPatch(now));
	const { form, base, start } = useFormDraft({ found: tagged, valuesOf, patchOf: changesOf });
	const save = useAction({
		run: (now: Values) =>
			sendTagged(
				api.PATCH("/api/v1/clients/{id}", {
					params: { path: { id } },
					body: changesOf(base.value, now),
					headers: { ...onProject(project.id), ...unlessChanged(base.etag) },
				}),
			),
		refresh: useClientKeys(tagged.value),
		done: "Saved",
		onDone: start,
		hasOwnProblem: true,
	});
	const patch = changesOf(base.value, form.values);
	return (
		<Section title={title} lead={lead}>
			<form
				onSubmit={form.onSubmit((now) =>
					save.mutate(now, { onError: (error) => form.setErrors(listErrors(fieldErrors(error))) }),
				)}
			>
				<fieldset disabled={!canWrite} className="gh-fieldset">
					<div className="gh-form">
						{children(form as UseFormReturnType<Values>)}
						{canWrite ? (
							<FormFoot
								submit="Save"
								error={save.error}
								isRunning={save.isPending}
								isDisabled={Object.keys(patch).length === 0}
								calls={[{ method: "PATCH", path: `/api/v1/clients/${id}`, body: patch, projectId: project.id }]}
							/>
						) : (
							<Text c="dimmed" size="sm">
								Your role may look at these settings but not change them.
							</Text>
						)}
					</div>
				</fieldset>
			</form>
		</Section>
	);
}
