// What this client's tokens would say of somebody now, claim by claim.
import { NativeSelect, Select, Stack, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, onProject, send } from "../api/client";
import type { Client, User } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { Section } from "../ui/page";
import { ViewAsApi } from "../ui/view-as-api";
import { labelOf } from "../users/user-label";
import TokenClaims from "./token-claims";

const AT = "/api/v1/clients/{id}/claims";

export default function ClaimsPreview({ client }: { client: Client }) {
	const { project } = useProjectPlace();
	const [userId, setUserId] = useState<string | null>(null);
	const [resource, setResource] = useState("");
	const [typed, setTyped] = useState("");
	const [scope] = useDebouncedValue(typed.trim(), 300);
	const path = AT.replace("{id}", client.id);
	return (
		<Section
			title="Preview"
			lead="What its tokens would say of somebody now, made as the token endpoint makes them. Nothing is signed or stored."
		>
			<Stack gap="md">
				<UserChoice userId={userId} onChoose={setUserId} />
				<NativeSelect
					label="Token for"
					data={client.audiences.map((audience, i) => ({ value: i === 0 ? "" : audience, label: audience }))}
					value={resource}
					onChange={(event) => setResource(event.currentTarget.value)}
				/>
				<TextInput
					label="Scopes asked for"
					description="Nothing: what the client gets by itself"
					placeholder="openid profile email"
					value={typed}
					onChange={(event) => setTyped(event.currentTarget.value)}
					autoComplete="off"
					spellCheck={false}
				/>
				{userId ? <TokenClaims client={client} userId={userId} resource={resource} scope={scope} /> : null}
				<ViewAsApi calls={[{ method: "GET", path: `${path}?user_id=${userId ?? "usr_…"}`, projectId: project.id }]} />
			</Stack>
		</Section>
	);
}

interface UserChoiceProps {
	userId: string | null;
	onChoose: (id: string | null) => void;
}

/** The newest people, or those who are searched for. */
function UserChoice({ userId, onChoose }: UserChoiceProps) {
	const { project } = useProjectPlace();
	const [typed, setTyped] = useState("");
	const [chosen, setChosen] = useState<{ value: string; label: string } | null>(null);
	const [search] = useDebouncedValue(typed.trim(), 250);
	const isSearch = /[\p{L}\p{N}]{2}/u.test(search) && search !== chosen?.label;
	const query = { limit: 20, status: "active" as const, search: isSearch ? search : undefined };
	const users = useQuery({
		queryKey: ["users", project.id, "choice", query],
		queryFn: () => send(api.GET("/api/v1/users", { params: { query }, headers: onProject(project.id) })),
		placeholderData: (before) => before,
	});
	const found = (users.data?.data ?? []).map((user: User) => ({ value: user.id, label: labelOf(user) }));
	const data = chosen && !found.some(({ value }) => value === chosen.value) ? [chosen, ...found] : found;
	return (
		<Select
			label="User"
			placeholder="Choose, or search"
			searchable
			data={data}
			filter={({ options }) => options}
			value={userId}
			searchValue={typed}
			onSearchChange={setTyped}
			onChange={(id, option) => {
				setChosen(option ? { value: option.value as string, label: option.label } : null);
				onChoose(id);
			}}
			nothingFoundMessage={users.isPending ? "Looking …" : "Nobody"}
		/>
	);
}
