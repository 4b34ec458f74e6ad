// "View as API": the curl lines that do what the page or dialog does.
import { Button } from "@mantine/core";
import { IconCode } from "@tabler/icons-react";
import { useId, useState } from "react";
import { context } from "../api/client";
import { CopyBlock } from "./copy";

export interface ApiCall {
	/** What the line does, when there is more than one. */
	label?: string;
	method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
	path: string;
	body?: unknown;
	projectId?: string;
	/** Only a browser session may do this: programs are refused. */
	isSessionOnly?: boolean;
	/** The route works on the person, not on an organization. */
	isPersonal?: boolean;
}

function quote(text: string): string {
	return `'${text.replaceAll("'", "'\\''")}'`;
}

/** One call as a shell line that can be pasted as it is. */
export function curl(call: ApiCall): string {
	const parts = [`curl${call.method === "GET" ? "" : ` -X ${call.method}`} ${quote(location.origin + call.path)}`];
	if (call.isSessionOnly) {
		parts.push('-b "__Host-gatehouse=$SESSION"');
		if (call.method !== "GET") {
			parts.push('-H "X-CSRF-Token: $CSRF_TOKEN"', `-H ${quote(`Origin: ${location.origin}`)}`);
		}
		if (context.orgId && !call.isPersonal && !call.projectId) {
			parts.push(`-H ${quote(`X-Org-Id: ${context.orgId}`)}`);
		}
	} else {
		parts.push('-H "Authorization: Bearer $GATEHOUSE_KEY"');
	}
	if (call.projectId) {
		parts.push(`-H ${quote(`X-Project-Id: ${call.projectId}`)}`);
	}
	if (call.body !== undefined) {
		parts.push("-H 'Content-Type: application/json'", `-d ${quote(JSON.stringify(call.body))}`);
	}
	return parts.join(" \\\n  ");
}

export function ViewAsApi({ calls }: { calls: ApiCall[] }) {
	const [isOpen, setOpen] = useState(false);
	const panel = useId();
	const isSessionOnly = calls.some((call) => call.isSessionOnly);
	return (
		<div className="gh-api">
			<Button
				variant="subtle"
				color="gray"
				size="compact-sm"
				leftSection={<IconCode size={15} />}
				aria-expanded={isOpen}
				aria-controls={panel}
				onClick={() => setOpen(!isOpen)}
			>
				View as API
			</Button>
			<div id={panel} hidden={!isOpen} className="gh-api-panel">
				{isOpen
					? calls.map((call) => (
							<div key={`${call.label} ${call.method} ${call.path}`}>
								{call.label ? <p className="gh-api-label">{call.label}</p> : null}
								<CopyBlock text={curl(call)} label={`curl for ${call.label ?? call.method}`} />
							</div>
						))
					: null}
				{isOpen && isSessionOnly ? (
					<p className="gh-api-note">
						Credentials are made by people: these lines need a browser session, keys and tokens are refused.
					</p>
				) : null}
			</div>
		</div>
	);
}
