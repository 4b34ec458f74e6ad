// A client's secrets: which work, until when, and a new one.
import { Button, Text } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import type { Client } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { Section } from "../ui/page";
import { Pill } from "../ui/pill";
import { Table } from "../ui/table";
import { Time } from "../ui/time";

const RotateSecret = lazy(() => import("./rotate-client-secret"));

export function ClientSecrets({ client, canWrite }: { client: Client; canWrite: boolean }) {
	const { project } = useProjectPlace();
	const [isOpen, setOpen] = useState(false);
	const isPublic = !client.token_endpoint_auth_method.startsWith("client_secret");
	return (
		<Section
			title="Secrets"
			lead={
				isPublic
					? "This client has none: it proves itself by its key, or can't keep one."
					: "Stored as a fingerprint. A new one can overlap with the old one until every server has it; at most two work."
			}
			action={
				canWrite && !isPublic ? (
					<Button variant="default" size="xs" onClick={() => setOpen(true)}>
						New client secret
					</Button>
				) : null
			}
		>
			{client.secrets.length > 0 ? (
				<Table
					label="Secrets"
					rows={client.secrets}
					rowKey={({ id }) => id}
					columns={[
						{
							key: "secret",
							label: "Secret",
							cell: ({ prefix, last4 }) => (
								<code>
									{prefix}…{last4}
								</code>
							),
						},
						{
							key: "state",
							label: "State",
							cell: ({ expires_at }) =>
								expires_at ? <Pill tone="test">Being replaced</Pill> : <Pill tone="accent">Current</Pill>,
						},
						{ key: "created", label: "Created", cell: (row) => <Time at={row.created_at} /> },
						{
							key: "ends",
							label: "Ends",
							cell: ({ expires_at }) => (expires_at ? <Time at={expires_at} /> : "When it's replaced"),
						},
						{ key: "used", label: "Last used", cell: (row) => <Time at={row.last_used_at} /> },
					]}
				/>
			) : isPublic ? null : (
				<Text c="dimmed" size="sm">
					There is none yet, so the client can't prove itself.
				</Text>
			)}
			<Suspense>
				{isOpen ? (
					<RotateSecret
						projectId={project.id}
						clientId={client.id}
						name={client.name}
						onClose={() => setOpen(false)}
					/>
				) : null}
			</Suspense>
		</Section>
	);
}
