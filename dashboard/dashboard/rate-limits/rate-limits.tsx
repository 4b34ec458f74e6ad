// Who has to wait before the next try at signing in, and letting them off: a part of the page Protection.
import { Button } from "@mantine/core";
import { IconHourglass } from "@tabler/icons-react";
import { api, onProject, send } from "../api/client";
import { useRights } from "../api/rights";
import type { Reply } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { useAction } from "../ui/action";
import { useList } from "../ui/lists";
import { More } from "../ui/more";
import { Section } from "../ui/page";
import { Empty, Resource } from "../ui/resource";
import { Table } from "../ui/table";
import { Time } from "../ui/time";

export const RATE_LIMITS = "/api/v1/rate_limits";

type RateLimit = Reply<"/api/v1/rate_limits", "get", 200>["data"][number];

const KINDS: Record<RateLimit["kind"], string> = {
	account: "Account",
	address: "Address",
	phone: "Phone number",
	second_factor: "Second factor of",
	device_code: "Codes of devices typed by",
};

/** The year 9999 stands for "until somebody helps". */
function isForGood({ blocked_until_at: until }: RateLimit): boolean {
	return until !== null && until.startsWith("9999");
}

export function RateLimits() {
	const { project } = useProjectPlace();
	const mayDo = useRights();
	const limits = useList({
		key: ["rate-limits", project.id],
		fetch: (cursor) => send(api.GET(RATE_LIMITS, { params: { query: { cursor } }, headers: onProject(project.id) })),
	});
	const letOff = useAction({
		run: ({ key }: RateLimit) =>
			send(api.DELETE("/api/v1/rate_limits/{key}", { params: { path: { key } }, headers: onProject(project.id) })),
		refresh: [["rate-limits"], ["audit-events"]],
		done: "They may try again at once",
	});
	const canReset = mayDo(project.role, "sign_in.write");
	return (
		<Section
			title="Who has to wait"
			lead="After five failed tries an account, an address or a number waits longer from try to try; after a hundred in a row a password is off until it is reset."
		>
			<Resource
				query={limits}
				isEmpty={(rows) => rows.length === 0}
				empty={
					<Empty title="Nobody has to wait" icon={<IconHourglass size={26} stroke={1.5} />}>
						Whoever has failed too often to sign in stands here, and can be let off.
					</Empty>
				}
			>
				{(rows) => (
					<Table
						label="Who has to wait"
						rows={rows}
						rowKey={({ key }) => key}
						columns={[
							{ key: "kind", label: "What", cell: ({ kind }) => KINDS[kind] },
							{ key: "subject", label: "Whose", cell: ({ subject }) => subject ?? "an identifier that nobody has" },
							{ key: "count", label: "Failures", cell: ({ count }) => count },
							{
								key: "until",
								label: "Until",
								cell: (limit) => (isForGood(limit) ? "the password is reset" : <Time at={limit.blocked_until_at} />),
							},
							{
								key: "action",
								label: "Action",
								isAction: true,
								cell: (limit) =>
									canReset ? (
										<Button
											variant="default"
											size="xs"
											loading={letOff.isPending && letOff.variables?.key === limit.key}
											onClick={() => letOff.mutate(limit)}
											aria-label={`Let off ${limit.subject ?? KINDS[limit.kind]}`}
										>
											Let off
										</Button>
									) : null,
							},
						]}
					/>
				)}
			</Resource>
			<More query={limits} />
		</Section>
	);
}
