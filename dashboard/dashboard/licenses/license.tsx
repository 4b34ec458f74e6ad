// One license: its key, its machines, its settings, and what stops it.
import { Stack, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { api, onProject, sendTagged, type Tagged } from "../api/client";
import { useRights } from "../api/rights";
import type { License } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { CopyBlock } from "../ui/copy";
import { Page, Section } from "../ui/page";
import { Resource } from "../ui/resource";
import { LicenseDanger } from "./license-danger";
import { LicenseFiles } from "./license-files";
import { LicenseForm } from "./license-form";
import { LicenseMachines } from "./license-machines";
import { LicensePill } from "./license-pill";

const AT = "/api/v1/licenses/{id}";

export function LicensePage() {
	const { project } = useProjectPlace();
	const { licenseId: id } = useParams({ strict: false }) as { licenseId: string };
	const license = useQuery({
		queryKey: ["license", project.id, id],
		queryFn: () => sendTagged(api.GET(AT, { params: { path: { id } }, headers: onProject(project.id) })),
	});
	const found = license.data?.value;
	const path = `/api/v1/licenses/${id}`;
	return (
		<Page
			title={found?.product_name ?? "License"}
			lead={found ? <LicensePill license={found} /> : null}
			calls={[
				{ label: "Get", method: "GET", path, projectId: project.id },
				{ label: "Machines", method: "GET", path: `${path}/activations`, projectId: project.id },
				{ label: "Change", method: "PATCH", path, body: { max_activations: 3 }, projectId: project.id },
			]}
		>
			<Resource query={license}>{(tagged) => <Parts tagged={tagged} />}</Resource>
		</Page>
	);
}

function Parts({ tagged }: { tagged: Tagged<License> }) {
	const { project } = useProjectPlace();
	const mayDo = useRights();
	const license = tagged.value;
	const canWrite = mayDo(project.role, "license.write");
	return (
		<Tabs defaultValue="machines" keepMounted={false}>
			<Tabs.List>
				<Tabs.Tab value="machines">Key and machines</Tabs.Tab>
				<Tabs.Tab value="files">Files</Tabs.Tab>
				<Tabs.Tab value="settings">Settings</Tabs.Tab>
			</Tabs.List>
			<Tabs.Panel value="machines" pt="md">
				<Stack gap="lg">
					<Key license={license} />
					<LicenseMachines license={license} canWrite={canWrite} />
				</Stack>
			</Tabs.Panel>
			<Tabs.Panel value="files" pt="md">
				<LicenseFiles license={license} canWrite={canWrite} />
			</Tabs.Panel>
			<Tabs.Panel value="settings" pt="md">
				<Stack gap="lg">
					<LicenseForm tagged={tagged} canWrite={canWrite} />
					{canWrite ? <LicenseDanger license={license} canManage={mayDo(project.role, "license.manage")} /> : null}
				</Stack>
			</Tabs.Panel>
		</Tabs>
	);
}

/** Who may only read licenses recognises a key, and can't copy it. */
function Key({ license: { key, key_hint, mode, plan_key, user_id } }: { license: License }) {
	const { project } = useProjectPlace();
	return (
		<Section
			title="Key"
			lead={key ? "Whoever has it may run the program on a free seat." : "Your role shows you only its beginning and end."}
		>
			{key ? <CopyBlock label="License key" text={key} /> : <code>{key_hint}</code>}
			<dl className="gh-facts">
				<dt>Kind</dt>
				<dd>{mode === "floating" ? "Floating" : "Bound to machines"}</dd>
				<dt>Plan</dt>
				<dd>{plan_key ? <code>{plan_key}</code> : "None"}</dd>
				<dt>Holder</dt>
				<dd>
					{user_id ? (
						<Link to="/projects/$projectId/users/$userId" params={{ projectId: project.id, userId: user_id }}>
							{user_id}
						</Link>
					) : (
						"Nobody"
					)}
				</dd>
			</dl>
		</Section>
	);
}
