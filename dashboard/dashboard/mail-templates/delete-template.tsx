// The dialog that takes a template away, or gives a built-in one its own words back.
import { useNavigate } from "@tanstack/react-router";
import { api, onProject, send } from "../api/client";
import type { MailTemplate } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";

interface DeleteTemplateProps {
	template: MailTemplate;
	onDeleted: () => void;
	onClose: () => void;
}

export default function DeleteTemplate({ template, onDeleted, onClose }: DeleteTemplateProps) {
	const { project } = useProjectPlace();
	const navigate = useNavigate();
	const { slug, locale, builtin } = template;
	const remove = useAction({
		run: () =>
			send(
				api.DELETE("/api/v1/mail_templates/{slug}", {
					params: { path: { slug }, query: { locale } },
					headers: onProject(project.id),
				}),
			),
		refresh: [
			...(builtin ? [["mail-templates", project.id, "one", slug]] : []),
			["mail-templates", project.id, "list"],
			["audit-events", project.id],
		],
		done: builtin ? "The built-in words are back" : "The template is deleted",
		onDone: () => {
			onDeleted();
			onClose();
			if (!builtin) {
				void navigate({ to: "/projects/$projectId/mail-templates", params: { projectId: project.id } });
			}
		},
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title={builtin ? "Restore the built-in words" : "Delete this template"}
			button={builtin ? "Restore" : "Delete"}
			calls={[{ method: "DELETE", path: `/api/v1/mail_templates/${slug}?locale=${locale}`, projectId: project.id }]}
			isRunning={remove.isPending}
			error={remove.error}
			onConfirm={() => remove.mutate(undefined)}
			onClose={onClose}
		>
			{builtin ? (
				<>
					Your words for <code>{slug}</code> in <code>{locale}</code> are gone then, for good.
				</>
			) : (
				<>
					<code>{slug}</code> in <code>{locale}</code> is gone then, for good. Programs that send it are refused.
				</>
			)}
		</Confirm>
	);
}
