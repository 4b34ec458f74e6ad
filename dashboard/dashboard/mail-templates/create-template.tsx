// The dialog that begins a template of one's own, or another language of one that is there.
import { NativeSelect, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "@tanstack/react-router";
import { api, onProject, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import type { MailTemplate } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { CATEGORIES } from "./categories";

interface Values {
	slug: string;
	locale: string;
	name: string;
	category: MailTemplate["category"];
}

/** The words of another language of it, else a first line. */
function toBody({ slug, name, category }: Values, templates: MailTemplate[]) {
	const other = templates.find((template) => template.slug === slug);
	if (!other) {
		return { name, category, subject: name, blocks: [{ type: "text", text: "Hello {{user_name}}," }], variables: [] };
	}
	const { subject, preview_text, blocks, variables } = other;
	return { name, subject, preview_text, blocks, ...(other.builtin ? {} : { category, variables }) };
}

interface CreateProps {
	templates: MailTemplate[];
	onClose: () => void;
}

export default function CreateTemplate({ templates, onClose }: CreateProps) {
	const { project } = useProjectPlace();
	const navigate = useNavigate();
	const form = useForm<Values>({
		initialValues: { slug: "", locale: "en", name: "", category: "transactional" },
		validate: {
			slug: (slug, { locale }) =>
				!/^[a-z0-9-]{1,64}$/.test(slug)
					? "Lower-case letters, digits and hyphens."
					: templates.some((template) => template.slug === slug && template.locale === locale)
						? "There is one of that name in that language. Open it in the list."
						: null,
			locale: (locale) => (/^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$/.test(locale) ? null : "A language such as en, es or de-AT."),
			name: (name) => (name.trim() ? null : "What your own people call it."),
		},
	});
	const path = `/api/v1/mail_templates/${form.values.slug || "order-shipped"}?locale=${form.values.locale}`;
	const create = useAction({
		run: ({ slug, locale, ...values }: Values) =>
			send(
				api.PUT("/api/v1/mail_templates/{slug}", {
					params: { path: { slug }, query: { locale } },
					headers: { ...onProject(project.id) },
					body: toBody({ slug, locale, ...values }, templates) as never,
				}),
			),
		refresh: [
			["mail-templates", project.id, "list"],
			["audit-events", project.id],
		],
		onDone: (_, { slug, locale }) => {
			onClose();
			void navigate({
				to: "/projects/$projectId/mail-templates/$slug/$locale",
				params: { projectId: project.id, slug, locale },
			});
		},
		hasOwnProblem: true,
	});
	return (
		<Dialog onClose={onClose} title="New template">
			<form
				onSubmit={form.onSubmit((values) =>
					create.mutate(values, { onError: (error) => form.setErrors(fieldErrors(error)) }),
				)}
				noValidate
			>
				<Stack gap="md">
					<TextInput
						label="Slug"
						description="What programs call it. With that of a template that is there: its words in another language."
						placeholder="order-shipped"
						autoComplete="off"
						data-autofocus
						{...form.getInputProps("slug")}
					/>
					<TextInput label="Language" placeholder="en" autoComplete="off" {...form.getInputProps("locale")} />
					<TextInput label="Name" placeholder="Order shipped" maxLength={200} autoComplete="off" {...form.getInputProps("name")} />
					<NativeSelect
						label="Category"
						data={CATEGORIES.filter(({ value }) => value !== "auth")}
						{...form.getInputProps("category")}
					/>
					<FormFoot
						submit="Create template"
						error={create.error}
						isRunning={create.isPending}
						onCancel={onClose}
						calls={[{ method: "PUT", path, body: toBody(form.values, templates), projectId: project.id }]}
					/>
				</Stack>
			</form>
		</Dialog>
	);
}
