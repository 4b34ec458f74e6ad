// One's data to take along, and one's leave.
import { Button, Group } from "@mantine/core";
import { useState } from "react";
import { api, send } from "../api/client";
import { useAction } from "../ui/action";
import { Confirm } from "../ui/confirm";
import { Section } from "../ui/page";
import { saveJson } from "../ui/save-file";
import { ViewAsApi } from "../ui/view-as-api";

function DeleteAccount({ onClose }: { onClose: () => void }) {
	const remove = useAction({
		run: () => send(api.DELETE("/api/v1/account", { params: { query: { confirm: "DELETE" } } })),
		onDone: () => window.location.assign("/sign-in"),
		hasOwnProblem: true,
	});
	return (
		<Confirm
			title="Delete your account?"
			typed="DELETE"
			button="Delete for good"
			isRunning={remove.isPending}
			error={remove.error}
			calls={[
				{ method: "DELETE", path: "/api/v1/account?confirm=DELETE", isSessionOnly: true, isPersonal: true },
			]}
			onConfirm={() => remove.mutate(undefined)}
			onClose={onClose}
		>
			You leave every organization and all your sessions and tokens end. Organizations and their projects stay with their
			other owners.
		</Confirm>
	);
}

export function Leave() {
	const [isDeleting, setDeleting] = useState(false);
	const download = useAction({
		run: () => send(api.GET("/api/v1/account/export")),
		onDone: (data) => saveJson(data, "account.json"),
	});
	return (
		<Section title="Your data" lead="Everything that is kept about you here, as a file; or an end to it.">
			<Group gap="xs">
				<Button variant="default" loading={download.isPending} onClick={() => download.mutate(undefined)}>
					Download your data
				</Button>
				<Button variant="default" color="red.8" onClick={() => setDeleting(true)}>
					Delete your account
				</Button>
			</Group>
			<ViewAsApi
				calls={[{ method: "GET", path: "/api/v1/account/export", isSessionOnly: true, isPersonal: true }]}
			/>
			{isDeleting ? <DeleteAccount onClose={() => setDeleting(false)} /> : null}
		</Section>
	);
}
