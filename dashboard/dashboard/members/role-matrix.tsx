// The table of what each role may do, as the server decides it.
import { Text } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { orgRolesQuery } from "../api/queries";
import { useRights } from "../api/rights";
import { type RolePermission, ROLES } from "../api/types";
import { Dialog } from "../ui/dialog";
import { Resource } from "../ui/resource";
import { ViewAsApi } from "../ui/view-as-api";

export default function RoleMatrix({ onClose }: { onClose: () => void }) {
	const table = useQuery(orgRolesQuery);
	return (
		<Dialog onClose={onClose} title="What roles may do" size="lg">
			<Text size="sm" c="dimmed" mb="sm">
				In each project a member may have another role than in the organization.
			</Text>
			<Resource query={table}>{({ data }) => <Matrix rows={data} />}</Resource>
			<ViewAsApi calls={[{ method: "GET", path: "/api/v1/org_roles" }]} />
		</Dialog>
	);
}

function Matrix({ rows }: { rows: RolePermission[] }) {
	const mayDo = useRights();
	return (
		<div className="gh-scroll" tabIndex={0} role="region" aria-label="Role table">
			<table className="gh-matrix">
				<thead>
					<tr>
						<th scope="col">Permission</th>
						{ROLES.map((role) => (
							<th key={role} scope="col">
								{role}
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{rows.map(({ permission }) => (
						<tr key={permission}>
							<th scope="row">
								<code>{permission}</code>
							</th>
							{ROLES.map((role) => (
								<td key={role}>
									{mayDo(role, permission) ? <IconCheck size={15} aria-label="yes" /> : <span aria-label="no">·</span>}
								</td>
							))}
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}
