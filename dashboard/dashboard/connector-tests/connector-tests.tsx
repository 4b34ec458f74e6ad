// Whether clients can connect to an MCP server: an address, and the walk of a client that tries.
import { Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { api, onProject, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { FormFoot } from "../ui/form-foot";
import { Page, Section } from "../ui/page";
import { Resource } from "../ui/resource";
import { Report } from "./report";

const AT = "/api/v1/connector_tests";
const LOOK_EVERY_MS = 700;

interface Address {
	test?: string;
	url?: string;
}

export function ConnectorTests() {
	const { project } = useProjectPlace();
	const { test, url } = useSearch({ strict: false }) as Address;
	return (
		<Page
			title="Test a connector"
			lead="Plays a client that connects to an MCP server, and says what is wrong where it can't go on."
			calls={[{ method: "POST", path: AT, body: { url: url ?? "https://mcp.example.com/mcp" }, projectId: project.id, isSessionOnly: true }]}
		>
			<Begin key={project.id} first={url ?? ""} />
			{test ? <Result key={test} id={test} /> : null}
		</Page>
	);
}

function Begin({ first }: { first: string }) {
	const { project } = useProjectPlace();
	const navigate = useNavigate();
	const form = useForm({ initialValues: { url: first } });
	const body = { url: form.values.url.trim() };
	const begin = useAction({
		run: () => send(api.POST(AT, { body, headers: onProject(project.id) })),
		onDone: ({ id, url }) => navigate({ to: ".", search: { test: id, url } as never, replace: true }),
		hasOwnProblem: true,
	});
	return (
		<Section title="The server">
			<form
				onSubmit={form.onSubmit(() =>
					begin.mutate(undefined, { onError: (error) => form.setErrors(fieldErrors(error)) }),
				)}
			>
				<Stack gap="md">
					<TextInput
						label="Address"
						description="Of the MCP server, as clients are given it; at a public address, over https"
						placeholder="https://mcp.example.com/mcp"
						required
						autoComplete="off"
						spellCheck={false}
						{...form.getInputProps("url")}
					/>
					<FormFoot
						submit="Test"
						error={begin.error}
						isRunning={begin.isPending}
						calls={[{ method: "POST", path: AT, body, projectId: project.id, isSessionOnly: true }]}
					/>
				</Stack>
			</form>
		</Section>
	);
}

function Result({ id }: { id: string }) {
	const { project } = useProjectPlace();
	const test = useQuery({
		queryKey: ["connector-test", project.id, id],
		queryFn: () => send(api.GET(`${AT}/{id}`, { params: { path: { id } }, headers: onProject(project.id) })),
		refetchInterval: ({ state }) => (state.data?.status === "running" ? LOOK_EVERY_MS : false),
	});
	return <Resource query={test}>{(found) => <Report test={found} />}</Resource>;
}
