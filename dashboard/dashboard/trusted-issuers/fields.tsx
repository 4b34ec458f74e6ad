// Fields that making and changing a trusted issuer have in common.
import { Text, TextInput, type TextInputProps } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { api, onProject, send } from "../api/client";
import { Choices } from "../clients/choices";
import { useProjectPlace } from "../shell/place";

/** The clients that can prove themselves: no other may bring an assertion, or be a workload. */
export function useProvenClients() {
	const { project } = useProjectPlace();
	return useQuery({
		queryKey: ["clients", project.id, "proven"],
		queryFn: async () => {
			const page = await send(api.GET("/api/v1/clients", { params: { query: { limit: 100 } }, headers: onProject(project.id) }));
			return page.data.filter((client) => client.token_endpoint_auth_method !== "none");
		},
	});
}

export function JwksUri(props: TextInputProps) {
	return (
		<TextInput
			label="Address of its keys"
			description="jwks_uri of its metadata; Gatehouse fetches it"
			placeholder="https://login.example.com/keys"
			required
			maxLength={2000}
			spellCheck={false}
			autoComplete="off"
			{...props}
		/>
	);
}

export function ScopeLimit(props: TextInputProps) {
	return (
		<TextInput
			label="Scopes at most"
			description="With spaces between; none: as far as client and resource server go"
			maxLength={2000}
			spellCheck={false}
			autoComplete="off"
			{...props}
		/>
	);
}

interface BringingClientsProps {
	value?: string[];
	onChange?: (value: string[]) => void;
	error?: ReactNode;
}

export function BringingClients(props: BringingClientsProps) {
	const clients = useProvenClients();
	return (
		<>
			<Choices
				label="Clients that may bring its assertions"
				description="Each needs the grant jwt-bearer among its own"
				choices={(clients.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
				{...props}
			/>
			{clients.data?.length === 0 ? (
				<Text size="sm" c="dimmed">
					The project has no client with a secret or keys yet.
				</Text>
			) : null}
		</>
	);
}
