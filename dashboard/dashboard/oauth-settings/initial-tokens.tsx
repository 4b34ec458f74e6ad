// Tokens for whoever is to register clients: made here, shown once, and ended.
import { Button, NativeSelect, NumberInput, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconKey } from "@tabler/icons-react";
import { useState } from "react";
import { api, onProject, send } from "../api/client";
import { fieldErrors } from "../api/errors";
import type { OauthSettings } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { CopyId } from "../ui/copy";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { useList } from "../ui/lists";
import { More } from "../ui/more";
import { Section } from "../ui/page";
import { Empty, Resource } from "../ui/resource";
import { SecretOnce } from "../ui/secret-once";
import { Table } from "../ui/table";
import { Time } from "../ui/time";

const AT = "/api/v1/oauth_settings/initial_tokens";

const LIVES = [
	{ value: "3600", label: "1 hour" },
	{ value: "86400", label: "1 day" },
	{ value: "604800", label: "7 days" },
	{ value: "2592000", label: "30 days" },
];

export function InitialTokens({ policy }: { policy: OauthSettings["dcr"] }) {
	const [isOpen, setOpen] = useState(false);
	return (
		<Section
			title="Initial tokens"
			lead={
				policy === "token"
					? "Whoever registers a client needs one."
					: "They are asked for only while clients register with an initial token."
			}
			action={
				<Button variant="default" onClick={() => setOpen(true)}>
					New initial token
				</Button>
			}
		>
			<TokenTable />
			{isOpen ? <MakeInitialToken onClose={() => setOpen(false)} /> : null}
		</Section>
	);
}

function TokenTable() {
	const { project } = useProjectPlace();
	const tokens = useList({
		key: ["initial-tokens", project.id],
		fetch: (cursor) => send(api.GET(AT, { params: { query: { cursor } }, headers: onProject(project.id) })),
	});
	const end = useAction({
		run: (id: string) => send(api.DELETE(`${AT}/{id}`, { params: { path: { id } }, headers: onProject(project.id) })),
		refresh: [
			["initial-tokens", project.id],
			["audit-events", project.id],
		],
		done: "The token registers nothing any more",
	});
	return (
		<>
			<Resource
				query={tokens}
				isEmpty={(rows) => rows.length === 0}
				empty={<Empty title="No initial token is out" icon={<IconKey size={26} stroke={1.5} />} />}
			>
				{(rows) => (
					<Table
						label="Initial tokens"
						rows={rows}
						rowKey={({ id }) => id}
						columns={[
							{ key: "id", label: "Token", cell: ({ id }) => <CopyId id={id} /> },
							{ key: "uses", label: "Registers", cell: ({ uses_left: left }) => (left === 1 ? "1 more client" : `${left} more clients`) },
							{ key: "by", label: "Made by", cell: ({ created_by, created_by_email }) => created_by_email ?? created_by },
							{ key: "until", label: "Until", cell: (row) => <Time at={row.expires_at} /> },
							{
								key: "actions",
								label: "Actions",
								isAction: true,
								cell: ({ id }) => (
									<Button
										size="compact-sm"
										variant="subtle"
										color="gray"
										loading={end.isPending && end.variables === id}
										aria-label={`Revoke ${id}`}
										onClick={() => end.mutate(id)}
									>
										Revoke
									</Button>
								),
							},
						]}
					/>
				)}
			</Resource>
			<More query={tokens} />
		</>
	);
}

function MakeInitialToken({ onClose }: { onClose: () => void }) {
	const { project } = useProjectPlace();
	const [token, setToken] = useState<string | null>(null);
	const form = useForm({ initialValues: { expires_in_s: "86400", uses: 1 } });
	const body = { expires_in_s: Number(form.values.expires_in_s), uses: form.values.uses };
	const make = useAction({
		run: () => send(api.POST(AT, { body, headers: onProject(project.id) })),
		refresh: [
			["initial-tokens", project.id],
			["audit-events", project.id],
		],
		onDone: (made) => setToken(made.token),
		hasOwnProblem: true,
	});
	if (token) {
		return (
			<Dialog onClose={onClose} title="Initial token" showsSecret>
				<SecretOnce
					label="Initial token"
					secret={token}
					note="Send it as Authorization: Bearer to the registration endpoint."
					onDone={onClose}
				/>
			</Dialog>
		);
	}
	return (
		<Dialog onClose={onClose} title="New initial token">
			<form
				onSubmit={form.onSubmit(() =>
					make.mutate(undefined, { onError: (error) => form.setErrors(fieldErrors(error)) }),
				)}
			>
				<Stack gap="md">
					<NativeSelect label="Works for" data={LIVES} data-autofocus {...form.getInputProps("expires_in_s")} />
					<NumberInput
						label="Clients it registers"
						description="1 to 100"
						min={1}
						max={100}
						clampBehavior="none"
						allowDecimal={false}
						{...form.getInputProps("uses")}
					/>
					<FormFoot
						submit="Make token"
						error={make.error}
						isRunning={make.isPending}
						onCancel={onClose}
						calls={[{ method: "POST", path: AT, body, projectId: project.id, isSessionOnly: true }]}
					/>
				</Stack>
			</form>
		</Dialog>
	);
}
