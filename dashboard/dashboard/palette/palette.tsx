// The palette (Ctrl-K): any id, name or slug leads to its page.
import { Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, send } from "../api/client";
import type { PaletteItem } from "../api/types";
import { Dialog } from "../ui/dialog";
import { FormProblem } from "../ui/resource";

const SHORTEST = 2;
const PAUSE_MS = 250;

const TYPES: Record<PaletteItem["type"], string> = {
	org: "Organization",
	project: "Project",
	client: "Client",
	api_key: "API key",
	member: "Member",
	user: "Person",
	invitation: "Invitation",
	audit_event: "Audit entry",
	event: "Event",
	license: "License",
};

export default function Palette({ onClose }: { onClose: () => void }) {
	const navigate = useNavigate();
	const [text, setText] = useState("");
	const [chosen, setChosen] = useState(0);
	const [q] = useDebouncedValue(text.trim(), PAUSE_MS);
	const found = useQuery({
		queryKey: ["palette", q],
		queryFn: () => send(api.GET("/api/v1/palette/search", { params: { query: { q } } })),
		enabled: q.length >= SHORTEST,
		placeholderData: keepPreviousData,
		retry: false,
	});
	const items = q.length >= SHORTEST ? (found.data?.data ?? []) : [];
	const go = ({ url }: PaletteItem) => {
		onClose();
		navigate({ href: url.replace(/^\/dashboard/, "") });
	};
	const onKey = (key: string) => {
		if (key === "ArrowDown" || key === "ArrowUp") {
			setChosen((items.length + chosen + (key === "ArrowDown" ? 1 : -1)) % Math.max(items.length, 1));
			return true;
		}
		const item = items[chosen];
		if (key === "Enter" && item) {
			go(item);
			return true;
		}
		return false;
	};
	return (
		<Dialog onClose={onClose} title="Find anything" size="lg">
			<Stack gap="sm">
				<TextInput
					label="Id, name, slug, e-mail or license key"
					value={text}
					maxLength={100}
					autoComplete="off"
					spellCheck={false}
					data-autofocus
					role="combobox"
					aria-expanded={items.length > 0}
					aria-controls="palette-found"
					aria-activedescendant={items[chosen] ? `palette-${chosen}` : undefined}
					onChange={(event) => {
						setText(event.currentTarget.value);
						setChosen(0);
					}}
					onKeyDown={(event) => {
						if (onKey(event.key)) {
							event.preventDefault();
						}
					}}
				/>
				<FormProblem error={found.error} />
				<ul id="palette-found" role="listbox" aria-label="Found" className="gh-palette">
					{items.map((item, index) => (
						<li
							key={`${item.type} ${item.id}`}
							id={`palette-${index}`}
							role="option"
							aria-selected={index === chosen}
							onMouseEnter={() => setChosen(index)}
							onClick={() => go(item)}
							onKeyDown={(event) => onKey(event.key)}
						>
							<span>
								<strong>{item.label}</strong> <span className="gh-palette-sub">{item.sub}</span>
							</span>
							<span className="gh-palette-sub">{TYPES[item.type]}</span>
						</li>
					))}
				</ul>
				<Text size="sm" c="dimmed" role="status">
					{q.length < SHORTEST
						? "Two letters are enough; a whole id leads straight to its object."
						: found.isSuccess && items.length === 0
							? "Nothing you can see is called that."
							: ""}
				</Text>
			</Stack>
		</Dialog>
	);
}
