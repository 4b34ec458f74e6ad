// What can be done with the whole log: verify its chain, and export what is filtered.
import { Button, Menu, Text } from "@mantine/core";
import { IconDownload, IconShieldCheck } from "@tabler/icons-react";
import { useState } from "react";
import { api, onProject, send } from "../api/client";
import { useAction } from "../ui/action";
import { CopyBlock } from "../ui/copy";
import { Dialog } from "../ui/dialog";
import { saveFile } from "../ui/save-file";
import type { AuditFilter } from "./audit-timeline";

interface AuditToolsProps {
	ownerId: string;
	projectId: string | null;
	filter: AuditFilter;
}

export function AuditTools({ ownerId, projectId, filter }: AuditToolsProps) {
	return (
		<>
			<Verify projectId={projectId} />
			<Export ownerId={ownerId} projectId={projectId} filter={filter} />
		</>
	);
}

const headersOf = (projectId: string | null) => (projectId ? onProject(projectId) : {});
const chainOf = (projectId: string | null) => (projectId ? "project" : "org");

function verifyChain(projectId: string | null) {
	return send(
		api.POST("/api/v1/audit_events/verify", { body: { chain: chainOf(projectId) }, headers: headersOf(projectId) }),
	);
}

type Verdict = Awaited<ReturnType<typeof verifyChain>>;

function Verify({ projectId }: { projectId: string | null }) {
	const [verdict, setVerdict] = useState<Verdict | null>(null);
	const verify = useAction({ run: () => verifyChain(projectId), onDone: setVerdict });
	return (
		<>
			<Button
				variant="default"
				leftSection={<IconShieldCheck size={16} />}
				loading={verify.isPending}
				onClick={() => verify.mutate(undefined)}
			>
				Verify
			</Button>
			{verdict ? <VerdictDialog verdict={verdict} onClose={() => setVerdict(null)} /> : null}
		</>
	);
}

function entries(count: number): string {
	return count === 1 ? "1 entry" : `${count.toLocaleString("en")} entries`;
}

function VerdictDialog({ verdict, onClose }: { verdict: Verdict; onClose: () => void }) {
	return (
		<Dialog title={verdict.valid ? "The log is as it was sealed" : "The log was tampered with"} onClose={onClose}>
			<Text mb="sm">
				{verdict.valid
					? `${entries(verdict.checked)} checked: none was changed, removed or inserted.`
					: `The first entry that isn't what was sealed is number ${verdict.first_bad_seq}.`}
				{verdict.unsealed > 0 ? ` ${entries(verdict.unsealed)} will be sealed in a moment.` : ""}
			</Text>
			{verdict.valid && verdict.head.seq > 0 ? (
				<>
					<Text c="dimmed" size="sm" mb="xs">
						Keep this somewhere else: with it, entries that somebody cuts off the end are noticed too.
					</Text>
					<CopyBlock text={`${verdict.head.seq}:${verdict.head.hash}`} label="The newest seal" />
				</>
			) : null}
		</Dialog>
	);
}

type Format = "csv" | "jsonl";

function Export({ ownerId, projectId, filter }: AuditToolsProps) {
	const run = useAction({
		run: async (format: Format) => {
			const file = await send(
				api.GET("/api/v1/audit_events/export", {
					params: { query: { ...filter, format, chain: chainOf(projectId) } },
					headers: headersOf(projectId),
					parseAs: "blob",
				}),
			);
			return { file, name: `audit-${ownerId}.${format}` };
		},
		onDone: ({ file, name }) => saveFile(file, name),
		done: "Exported",
	});
	return (
		<Menu position="bottom-end">
			<Menu.Target>
				<Button variant="default" leftSection={<IconDownload size={16} />} loading={run.isPending}>
					{Object.keys(filter).length > 0 ? "Export what is filtered" : "Export"}
				</Button>
			</Menu.Target>
			<Menu.Dropdown>
				<Menu.Item onClick={() => run.mutate("csv")}>CSV, for a spreadsheet</Menu.Item>
				<Menu.Item onClick={() => run.mutate("jsonl")}>JSONL, for programs</Menu.Item>
			</Menu.Dropdown>
		</Menu>
	);
}
