// API keys: service keys for programs, personal tokens for oneself; of one project or of the organization.
import { Button, Tabs } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useRights } from "../api/rights";
import { isConsole, type MyProject } from "../api/types";
import { usePlace, useProjectPlace } from "../shell/place";
import { Page } from "../ui/page";
import { useTarget } from "../ui/target";
import { ApiKeyList, getApiKey } from "./api-key-list";

const CreateApiKey = lazy(() => import("./create-api-key"));

export type KeyKind = "service" | "personal";

export function OrgApiKeys() {
	return <ApiKeys project={null} />;
}

export function ProjectApiKeys() {
	const { project } = useProjectPlace();
	return <ApiKeys key={project.id} project={project} />;
}

/** The kind of the key that the address points to. */
function useTargetKind(): KeyKind | undefined {
	const id = useTarget();
	const { data } = useQuery({
		queryKey: ["api-key", id],
		queryFn: () => getApiKey(id),
		enabled: id !== "",
		retry: false,
	});
	return data?.kind;
}

function ApiKeys({ project }: { project: MyProject | null }) {
	const { org } = usePlace();
	const mayDo = useRights();
	const role = project?.role ?? org.role;
	const canReadService = mayDo(role, "api_key.read");
	const targetKind = useTargetKind();
	const [chosen, setKind] = useState<KeyKind | null>(null);
	const [isCreating, setCreating] = useState(false);
	const kind = chosen ?? targetKind ?? (canReadService ? "service" : "personal");
	const isKeyless = project !== null && isConsole(project);
	const canCreate = kind === "personal" || (mayDo(role, "api_key.write") && !isKeyless);
	const create = canCreate ? (
		<Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
			{kind === "service" ? "New service key" : "New personal token"}
		</Button>
	) : null;
	const query = kind === "service" && project ? `?kind=service&project_id=${project.id}` : `?kind=${kind}`;
	return (
		<Page
			title="API keys"
			lead={
				project
					? "One key per integration: then each can be replaced or revoked without touching the others."
					: "All keys of the organization, pinned to a project or not, and your own tokens."
			}
			action={create}
			calls={[{ method: "GET", path: `/api/v1/api_keys${query}`, isSessionOnly: true }]}
		>
			<Tabs value={kind} onChange={(value) => setKind(value as KeyKind)} keepMounted={false}>
				<Tabs.List mb="md">
					{canReadService ? <Tabs.Tab value="service">Service keys</Tabs.Tab> : null}
					<Tabs.Tab value="personal">Your personal tokens</Tabs.Tab>
				</Tabs.List>
				{canReadService ? (
					<Tabs.Panel value="service">
						<ApiKeyList kind="service" project={project} createButton={create} />
					</Tabs.Panel>
				) : null}
				<Tabs.Panel value="personal">
					<ApiKeyList kind="personal" project={null} createButton={create} />
				</Tabs.Panel>
			</Tabs>
			{isCreating ? (
				<Suspense>
					<CreateApiKey kind={kind} project={project} onClose={() => setCreating(false)} />
				</Suspense>
			) : null}
		</Page>
	);
}
