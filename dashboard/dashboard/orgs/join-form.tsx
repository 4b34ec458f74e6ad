// The form that joins an organization by a code and goes to it.
import { TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import { myOrgsQuery } from "../api/queries";
import { useAction } from "../ui/action";
import { FormFoot } from "../ui/form-foot";

export function JoinForm() {
	const navigate = useNavigate();
	const queries = useQueryClient();
	const form = useForm({ initialValues: { code: "" } });
	const join = useAction({
		run: async (body: { code: string }) => {
			const member = await send(api.POST("/api/v1/orgs/join", { body }));
			await queries.fetchQuery({ ...myOrgsQuery, staleTime: 0 });
			return member;
		},
		done: "You are a member now",
		onDone: ({ org_id: orgId }) => navigate({ to: "/orgs/$orgId/projects", params: { orgId } }),
		hasOwnProblem: true,
	});
	return (
		<form
			className="gh-form"
			onSubmit={form.onSubmit((values) =>
				join.mutate(values, { onError: (error) => form.setErrors(fieldErrors(error)) }),
			)}
		>
			<TextInput
				label="Invite code"
				placeholder="XXXX-XXXX-XXXX"
				required
				maxLength={20}
				autoComplete="off"
				spellCheck={false}
				{...form.getInputProps("code")}
			/>
			<FormFoot
				submit="Join"
				error={join.error}
				isRunning={join.isPending}
				calls={[
					{ method: "POST", path: "/api/v1/orgs/join", body: form.values, isSessionOnly: true, isPersonal: true },
				]}
			/>
		</form>
	);
}
