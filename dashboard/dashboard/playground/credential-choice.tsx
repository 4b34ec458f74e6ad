// As whom the playground calls: the session, a key that somebody pastes, or a test key made for the hour.
import { Button, PasswordInput, SegmentedControl, Text } from "@mantine/core";
import { api, send } from "../api/client";
import { useRights } from "../api/rights";
import type { MyProject } from "../api/types";
import { useAction } from "../ui/action";
import type { Caller } from "./operations";

const HOUR_MS = 3_600_000;

interface CredentialChoiceProps {
	project: MyProject;
	/** Whom the route takes. */
	callers: Caller[];
	as: Caller;
	apiKey: string;
	onAs: (as: Caller) => void;
	onKey: (key: string) => void;
}

function useTestKey(project: MyProject, onKey: (key: string) => void) {
	return useAction({
		run: () =>
			send(
				api.POST("/api/v1/api_keys", {
					body: {
						kind: "service",
						name: "API playground",
						project_id: project.id,
						expires_at: new Date(Date.now() + HOUR_MS).toISOString(),
					},
				}),
			),
		refresh: [["api-keys"], ["audit-events", project.id]],
		done: "A key for an hour: it's here until you leave the page",
		onDone: ({ secret }) => onKey(secret ?? ""),
	});
}

export function CredentialChoice({ project, callers, as, apiKey, onAs, onKey }: CredentialChoiceProps) {
	const mayDo = useRights();
	const make = useTestKey(project, onKey);
	const isTest = project.environment === "test";
	return (
		<div className="gh-stack">
			<SegmentedControl
				aria-label="Call as"
				value={as}
				onChange={(value) => onAs(value as Caller)}
				data={[
					{ value: "session", label: "My session", disabled: !callers.includes("session") },
					{ value: "key", label: "An API key", disabled: !callers.includes("key") },
				]}
			/>
			{as === "key" ? (
				<>
					<PasswordInput
						label="API key"
						description="Stays in this page and is gone with it."
						placeholder={isTest ? "gsk_test_…" : "gsk_live_…"}
						autoComplete="off"
						value={apiKey}
						onChange={(event) => onKey(event.currentTarget.value.trim())}
					/>
					{isTest && mayDo(project.role, "api_key.write") ? (
						<div>
							<Button variant="default" size="xs" loading={make.isPending} onClick={() => make.mutate(undefined)}>
								Make a test key for an hour
							</Button>
						</div>
					) : null}
				</>
			) : null}
			{callers.length === 0 ? (
				<Text size="sm" c="dimmed">
					This route needs no credential of the dashboard.
				</Text>
			) : null}
		</div>
	);
}
