// The dialog that makes a project, then shows its client secret once.
import { Button, Group, Input, SegmentedControl, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import type { Environment, NewProject } from "../api/types";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { SecretOnce } from "../ui/secret-once";
import { NameAndSlug, type ProjectValues, TypeAndTexts } from "./project-fields";

interface CreateValues extends ProjectValues {
	environment: Environment;
}

/** The request: what was left empty is left out, so that the server's defaults hold. */
function toBody(values: CreateValues) {
	return {
		name: values.name,
		environment: values.environment,
		type: values.type,
		...(values.slug ? { slug: values.slug } : {}),
		...(values.description ? { description: values.description } : {}),
		...(values.logo_url ? { logo_url: values.logo_url } : {}),
		...(values.redirect_uris.some(Boolean) ? { redirect_uris: values.redirect_uris.filter(Boolean) } : {}),
	};
}

export default function CreateProject({ onClose }: { onClose: () => void }) {
	const navigate = useNavigate();
	const [created, setCreated] = useState<NewProject | null>(null);
	const open = (project: NewProject) => {
		onClose();
		void navigate({ to: "/projects/$projectId", params: { projectId: project.id } });
	};
	return (
		<Dialog
			onClose={created ? () => open(created) : onClose}
			title={created ? `${created.name} is ready` : "New project"}
			size="lg"
			showsSecret={Boolean(created?.client_secret)}
		>
			{created ? (
				<Created project={created} onDone={() => open(created)} />
			) : (
				<CreateForm onCreated={setCreated} onClose={onClose} />
			)}
		</Dialog>
	);
}

function Created({ project, onDone }: { project: NewProject; onDone: () => void }) {
	if (!project.client_secret) {
		return (
			<Stack>
				<Text>It has no client secret: public clients don't need one.</Text>
				<Group justify="flex-end">
					<Button onClick={onDone}>Open the project</Button>
				</Group>
			</Stack>
		);
	}
	return (
		<SecretOnce
			label="Client secret"
			secret={project.client_secret}
			env={[
				["GATEHOUSE_URL", location.origin],
				["GATEHOUSE_PROJECT_ID", project.id],
				["GATEHOUSE_CLIENT_ID", project.client_id],
				["GATEHOUSE_CLIENT_SECRET", project.client_secret],
			]}
			onDone={onDone}
		/>
	);
}

interface CreateFormProps {
	onCreated: (project: NewProject) => void;
	onClose: () => void;
}

function CreateForm({ onCreated, onClose }: CreateFormProps) {
	const [isMore, setMore] = useState(false);
	const form = useForm<CreateValues>({
		initialValues: {
			name: "",
			slug: "",
			environment: "test",
			type: "web",
			description: "",
			logo_url: "",
			redirect_uris: [""],
		},
	});
	const create = useAction({
		run: (values: CreateValues) => send(api.POST("/api/v1/projects", { body: toBody(values) })),
		refresh: [["projects"], ["me", "orgs"]],
		onDone: onCreated,
		hasOwnProblem: true,
	});
	return (
		<form
			onSubmit={form.onSubmit((values) =>
				create.mutate(values, {
					onError: (error) => {
						setMore(true);
						form.setErrors(fieldErrors(error));
					},
				}),
			)}
		>
			<Stack gap="md">
				<NameAndSlug form={form} />
				<Input.Wrapper
					label="Environment"
					labelElement="div"
					description="Fixed for good: a test project never becomes a live one."
				>
					<SegmentedControl
						mt={6}
						aria-label="Environment"
						data={[
							{ value: "test", label: "Test" },
							{ value: "live", label: "Live" },
						]}
						value={form.values.environment}
						onChange={(value) => form.setFieldValue("environment", value as Environment)}
					/>
				</Input.Wrapper>
				{isMore ? (
					<TypeAndTexts form={form} />
				) : (
					<Group>
						<Button variant="subtle" size="compact-sm" onClick={() => setMore(true)}>
							Type, description, logo and redirect URIs
						</Button>
					</Group>
				)}
				<FormFoot
					submit="Create project"
					error={create.error}
					isRunning={create.isPending}
					onCancel={onClose}
					calls={[{ method: "POST", path: "/api/v1/projects", body: toBody(form.values) }]}
				/>
			</Stack>
		</form>
	);
}
