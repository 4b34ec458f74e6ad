// The form that makes an organization and goes to it.
import { useForm } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import { myOrgsQuery } from "../api/queries";
import { useAction } from "../ui/action";
import { FormFoot } from "../ui/form-foot";
import { OrgFields, type OrgValues } from "./org-fields";

function toBody(values: OrgValues) {
	return {
		name: values.name,
		...(values.slug ? { slug: values.slug } : {}),
		...(values.description ? { description: values.description } : {}),
		...(values.logo_url ? { logo_url: values.logo_url } : {}),
		...(values.discoverable ? { discoverable: true } : {}),
	};
}

export function NewOrgForm() {
	const navigate = useNavigate();
	const queries = useQueryClient();
	const form = useForm<OrgValues>({
		initialValues: { name: "", slug: "", description: "", logo_url: "", discoverable: false },
	});
	const create = useAction({
		run: async (values: OrgValues) => {
			const org = await send(api.POST("/api/v1/orgs", { body: toBody(values) }));
			await queries.fetchQuery({ ...myOrgsQuery, staleTime: 0 });
			return org;
		},
		done: (org) => `${org.name} is ready, with a project to start in`,
		onDone: (org) => navigate({ to: "/orgs/$orgId/projects", params: { orgId: org.id } }),
		hasOwnProblem: true,
	});
	return (
		<form
			className="gh-form"
			onSubmit={form.onSubmit((values) =>
				create.mutate(values, { onError: (error) => form.setErrors(fieldErrors(error)) }),
			)}
		>
			<OrgFields form={form} />
			<FormFoot
				submit="Create organization"
				error={create.error}
				isRunning={create.isPending}
				calls={[
					{ method: "POST", path: "/api/v1/orgs", body: toBody(form.values), isSessionOnly: true, isPersonal: true },
				]}
			/>
		</form>
	);
}
