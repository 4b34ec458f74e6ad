// The page for joining: by a code, or after finding who to ask for one.
import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconBuildingCommunity } from "@tabler/icons-react";
import { useState } from "react";
import { api, send } from "../api/client";
import { useList } from "../ui/lists";
import { More } from "../ui/more";
import { Page, Section } from "../ui/page";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { JoinForm } from "./join-form";

const SHORTEST = 2;
const PAUSE_MS = 300;

export function Join() {
	return (
		<Page title="Join an organization" lead="With a code that somebody gave you, or by asking the right people for one.">
			<Section title="By a code">
				<JoinForm />
			</Section>
			<Discover />
		</Page>
	);
}

function Discover() {
	const [text, setText] = useState("");
	const [q] = useDebouncedValue(text.trim(), PAUSE_MS);
	const isAsked = q.length >= SHORTEST;
	const orgs = useList({
		key: ["orgs", "search", q],
		fetch: (cursor) => send(api.GET("/api/v1/orgs/search", { params: { query: { q, cursor } } })),
		isEnabled: isAsked,
	});
	return (
		<Section title="Discover organizations" lead="Those that let themselves be found. Ask one of their people for a code.">
			<TextInput
				label="Name"
				value={text}
				maxLength={100}
				onChange={(event) => setText(event.currentTarget.value)}
				maw={420}
			/>
			{isAsked ? (
				<Resource
					query={orgs}
					isEmpty={(rows) => rows.length === 0}
					empty={
						<Empty title="None by that name" icon={<IconBuildingCommunity size={26} stroke={1.5} />}>
							An organization shows up here once its admins turn that on in its settings.
						</Empty>
					}
				>
					{(rows) => (
						<Table
							label="Organizations"
							rows={rows}
							rowKey={(row) => row.id}
							columns={[
								{ key: "name", label: "Name", cell: (row) => <strong>{row.name}</strong> },
								{ key: "slug", label: "Slug", cell: (row) => <code>{row.slug}</code> },
								{ key: "about", label: "About", cell: (row) => row.description ?? "" },
								{ key: "members", label: "Members", cell: (row) => row.member_count },
							]}
						/>
					)}
				</Resource>
			) : null}
			{isAsked ? <More query={orgs} /> : null}
		</Section>
	);
}
