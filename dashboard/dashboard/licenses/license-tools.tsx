// What can be done with many licenses: made in bulk, read from a file, saved as one.
import { Button, Menu } from "@mantine/core";
import { IconDownload, IconFileImport, IconStack2 } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { api, onProject, send } from "../api/client";
import { useAction } from "../ui/action";
import { saveFile } from "../ui/save-file";

const BulkLicenses = lazy(() => import("./many-licenses").then((module) => ({ default: module.BulkLicenses })));
const ImportLicenses = lazy(() => import("./many-licenses").then((module) => ({ default: module.ImportLicenses })));

interface LicenseToolsProps {
	projectId: string;
	filter: { search?: string; status?: "active" | "expired" | "suspended" | "revoked"; plan_key?: string };
	canWrite: boolean;
	canManage: boolean;
}

/** All that is filtered, 10,000 at a time, as one file. */
async function exportAll(projectId: string, filter: LicenseToolsProps["filter"]): Promise<string> {
	const parts: string[] = [];
	let cursor: string | null | undefined;
	do {
		const { csv, next_cursor }: { csv: string; next_cursor: string | null } = await send(
			api.GET("/api/v1/licenses/export", { params: { query: { ...filter, cursor: cursor ?? undefined } }, headers: onProject(projectId) }),
		);
		parts.push(parts.length === 0 ? csv : csv.slice(csv.indexOf("\r\n") + 2));
		cursor = next_cursor;
	} while (cursor);
	return parts.join("");
}

export function LicenseTools({ projectId, filter, canWrite, canManage }: LicenseToolsProps) {
	const [dialog, setDialog] = useState<"bulk" | "import" | null>(null);
	const close = () => setDialog(null);
	const save = useAction({
		run: () => exportAll(projectId, filter),
		onDone: (csv) => saveFile(new Blob([csv], { type: "text/csv" }), "licenses.csv"),
		refresh: [["audit-events", projectId]],
		done: "Exported",
	});
	if (!canWrite && !canManage) {
		return null;
	}
	const isFiltered = Boolean(filter.search || filter.status || filter.plan_key);
	return (
		<>
			<Menu position="bottom-end">
				<Menu.Target>
					<Button variant="default" loading={save.isPending}>
						Many at once
					</Button>
				</Menu.Target>
				<Menu.Dropdown>
					{canWrite ? (
						<Menu.Item leftSection={<IconStack2 size={16} />} onClick={() => setDialog("bulk")}>
							Make many
						</Menu.Item>
					) : null}
					{canManage ? (
						<>
							<Menu.Item leftSection={<IconFileImport size={16} />} onClick={() => setDialog("import")}>
								Import a file
							</Menu.Item>
							<Menu.Item leftSection={<IconDownload size={16} />} onClick={() => save.mutate(undefined)}>
								{isFiltered ? "Export what is filtered" : "Export all"}
							</Menu.Item>
						</>
					) : null}
				</Menu.Dropdown>
			</Menu>
			<Suspense>
				{dialog === "bulk" ? <BulkLicenses onClose={close} /> : null}
				{dialog === "import" ? <ImportLicenses onClose={close} /> : null}
			</Suspense>
		</>
	);
}
