// One template in one language: its words beside the mail that they make.
import { Button, Group, NativeSelect, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type FormEvent, lazy, Suspense, useMemo, useState } from "react";
import { api, onProject, send, sendTagged, type Tagged, unlessChanged } from "../api/client";
import { fieldErrors } from "../api/errors";
import { sessionQuery } from "../api/queries";
import { useRights } from "../api/rights";
import type { MailTemplate, MyProject } from "../api/types";
import { TestSend } from "../messages/test-send";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { useDraft } from "../ui/draft";
import { FormFoot } from "../ui/form-foot";
import { Page, Section } from "../ui/page";
import { Pill } from "../ui/pill";
import { Resource } from "../ui/resource";
import { BlockList } from "./block-list";
import { CATEGORIES } from "./categories";
import { bodyOf, type Draft, draftOf, valuesOf, wordsOf } from "./draft";
import { Preview } from "./preview";
import { Variables } from "./variables";

const DeleteTemplate = lazy(() => import("./delete-template"));

const AT = "/api/v1/mail_templates/{slug}";

function templateQuery(projectId: string, slug: string, locale: string) {
	return queryOptions({
		queryKey: ["mail-templates", projectId, "one", slug, locale],
		queryFn: () => sendTagged(api.GET(AT, { params: { path: { slug }, query: { locale } }, headers: onProject(projectId) })),
	});
}

export function MailTemplatePage() {
	const { org, project } = useProjectPlace();
	const { slug, locale } = useParams({ strict: false }) as { slug: string; locale: string };
	const mayDo = useRights();
	const template = useQuery(templateQuery(project.id, slug, locale));
	return (
		<Page
			title={template.data?.value.name ?? slug}
			lead={
				<>
					<code>{slug}</code> in <code>{locale}</code>{" "}
					{template.data?.value.builtin ? <Pill>{template.data.value.customized ? "Your words" : "Built in"}</Pill> : null}
				</>
			}
		>
			<Resource query={template}>
				{(found) => (
					<Editor
						key={`${slug} ${locale}`}
						project={project}
						found={found}
						canWrite={mayDo(project.role ?? org.role, "mail.write")}
					/>
				)}
			</Resource>
		</Page>
	);
}

/** The value, or the last one that there was. */
function useLast<Value>(value: Value | undefined): Value | undefined {
	const [last, setLast] = useState(value);
	if (value !== undefined && value !== last) {
		setLast(value);
	}
	return value ?? last;
}

/** The draft as a mail, a moment after the last key. */
function usePreview(project: MyProject, { slug, locale, builtin }: MailTemplate, draft: Draft, typed: Record<string, string>) {
	const body = useMemo(() => ({ data: valuesOf(draft, typed), draft: wordsOf(draft, builtin) }), [draft, typed, builtin]);
	const [settled] = useDebouncedValue(body, 350);
	return useQuery({
		queryKey: ["mail-templates", project.id, "preview", slug, locale, settled],
		queryFn: () =>
			send(
				api.POST(`${AT}/preview`, {
					params: { path: { slug }, query: { locale } },
					headers: onProject(project.id),
					body: settled as never,
				}),
			),
		placeholderData: keepPreviousData,
		retry: false,
		gcTime: 0,
	});
}

/** By the place as the forms here name it: a preview's draft is the template itself. */
function problemsOf(...errors: unknown[]): Record<string, string> {
	const all = Object.assign({}, ...errors.map(fieldErrors)) as Record<string, string>;
	return Object.fromEntries(Object.entries(all).map(([field, message]) => [field.replace(/^draft\./, ""), message]));
}

function useSave(
	project: MyProject,
	{ value: { slug, locale, builtin }, etag }: Tagged<MailTemplate>,
	onSaved: (saved: Tagged<MailTemplate>) => void,
) {
	return useAction({
		run: (draft: Draft) =>
			sendTagged(
				api.PUT(AT, {
					params: { path: { slug }, query: { locale } },
					headers: { ...onProject(project.id), ...unlessChanged(etag) },
					body: bodyOf(draft, builtin) as never,
				}),
			),
		refresh: [
			["mail-templates", project.id, "one", slug],
			["mail-templates", project.id, "list"],
			["audit-events", project.id],
		],
		done: "Saved: mails say this now",
		onDone: onSaved,
		hasOwnProblem: true,
	});
}

interface EditorProps {
	project: MyProject;
	found: Tagged<MailTemplate>;
	canWrite: boolean;
}

function Editor({ project, found, canWrite }: EditorProps) {
	const [saved, setSaved] = useState(() => draftOf(found.value));
	const [draft, setDraft] = useState(saved);
	const isChanged = draft !== saved;
	const { base, start } = useDraft({
		found,
		isChanged: () => isChanged,
		startFrom: (value) => {
			const fresh = draftOf(value);
			setSaved(fresh);
			setDraft(fresh);
		},
	});
	const template = base.value;
	const { slug, locale, builtin } = template;
	const [typed, setTyped] = useState<Record<string, string>>({});
	const preview = usePreview(project, template, draft, typed);
	const mail = useLast(preview.data);
	const save = useSave(project, base, start);
	const problems = problemsOf(preview.error, save.error);
	const change = (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes }));
	const submit = (event: FormEvent) => {
		event.preventDefault();
		save.mutate(draft);
	};
	return (
		<div className="gh-beside">
			<form className="gh-form" onSubmit={submit} noValidate>
				<Section title="About the mail">
					<About draft={draft} problems={problems} isBuiltin={builtin} isDisabled={!canWrite} onChange={change} />
				</Section>
				<Section title="Blocks" lead="Alt with the arrow keys moves the block that the cursor is in.">
					{problems.blocks ? <p className="gh-block-problem">{problems.blocks}</p> : null}
					<BlockList
						label="the mail"
						blocks={draft.blocks}
						place="blocks"
						problems={problems}
						isDisabled={!canWrite}
						onChange={(blocks) => change({ blocks })}
					/>
				</Section>
				<Variables
					draft={draft}
					isBuiltin={builtin}
					isDisabled={!canWrite}
					problems={problems}
					onChange={(variables) => change({ variables })}
					values={valuesOf(draft, typed)}
					onValue={(name, value) => setTyped((all) => ({ ...all, [name]: value }))}
				/>
				{canWrite ? (
					<Foot
						template={template}
						draft={draft}
						isChanged={isChanged}
						error={save.error}
						isRunning={save.isPending}
						onUndo={() => setDraft(saved)}
					/>
				) : (
					<Text c="dimmed" size="sm">
						Your role may look at this template but not change it.
					</Text>
				)}
			</form>
			<div className="gh-preview-side">
				<Preview mail={mail} error={save.error ? null : preview.error} />
				{canWrite ? <Test project={project} slug={slug} locale={locale} values={typed} isChanged={isChanged} /> : null}
			</div>
		</div>
	);
}

interface AboutProps {
	draft: Draft;
	problems: Record<string, string>;
	isBuiltin: boolean;
	isDisabled: boolean;
	onChange: (changes: Partial<Draft>) => void;
}

function About({ draft, problems, isBuiltin, isDisabled, onChange }: AboutProps) {
	return (
		<>
			<TextInput
				label="Name"
				description="For your own people"
				maxLength={200}
				value={draft.name}
				error={problems.name}
				disabled={isDisabled}
				onChange={(event) => onChange({ name: event.currentTarget.value })}
			/>
			{isBuiltin ? null : (
				<NativeSelect
					label="Category"
					data={CATEGORIES.filter(({ value }) => value !== "auth")}
					value={draft.category}
					error={problems.category}
					disabled={isDisabled}
					onChange={(event) => onChange({ category: event.currentTarget.value as Draft["category"] })}
				/>
			)}
			<TextInput
				label="Subject"
				maxLength={500}
				value={draft.subject}
				error={problems.subject}
				disabled={isDisabled}
				onChange={(event) => onChange({ subject: event.currentTarget.value })}
			/>
			<TextInput
				label="Preview text"
				description="Lists of mails show it behind the subject"
				maxLength={200}
				value={draft.preview_text}
				error={problems.preview_text}
				disabled={isDisabled}
				onChange={(event) => onChange({ preview_text: event.currentTarget.value })}
			/>
		</>
	);
}

interface FootProps {
	template: MailTemplate;
	draft: Draft;
	isChanged: boolean;
	error: unknown;
	isRunning: boolean;
	onUndo: () => void;
}

function Foot({ template, draft, isChanged, error, isRunning, onUndo }: FootProps) {
	const { project } = useProjectPlace();
	const [isDeleting, setDeleting] = useState(false);
	const { slug, locale, builtin, customized } = template;
	const path = `/api/v1/mail_templates/${slug}?locale=${locale}`;
	return (
		<>
			<FormFoot
				submit="Save"
				error={error}
				isRunning={isRunning}
				isDisabled={!isChanged}
				calls={[{ method: "PUT", path, body: bodyOf(draft, builtin), projectId: project.id }]}
			/>
			<Group justify="space-between" gap="xs">
				{customized ? (
					<Button variant="default" className="gh-danger-button" size="compact-sm" onClick={() => setDeleting(true)}>
						{builtin ? "Restore the built-in words" : "Delete this template"}
					</Button>
				) : (
					<span />
				)}
				<Button variant="subtle" color="gray" size="compact-sm" disabled={!isChanged} onClick={onUndo}>
					Back to what is saved
				</Button>
			</Group>
			<Suspense>{isDeleting ? <DeleteTemplate template={template} onDeleted={onUndo} onClose={() => setDeleting(false)} /> : null}</Suspense>
		</>
	);
}

interface TestProps {
	project: MyProject;
	slug: string;
	locale: string;
	values: Record<string, string>;
	isChanged: boolean;
}

function Test({ project, slug, locale, values, isChanged }: TestProps) {
	const { data: session } = useQuery(sessionQuery);
	return (
		<TestSend
			label="Send the saved mail to"
			placeholder="you@example.com"
			type="email"
			to={session?.user.email ?? ""}
			hint={isChanged ? "Save first: what is sent is what is saved." : undefined}
			run={(to) =>
				send(
					api.POST(`${AT}/test`, {
						params: { path: { slug }, query: { locale } },
						headers: onProject(project.id),
						body: { to, data: values } as never,
					}),
				)
			}
		/>
	);
}
