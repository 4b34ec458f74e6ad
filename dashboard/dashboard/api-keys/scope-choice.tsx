// Which permissions a service key gets: all that one has, or a chosen few.
import { Checkbox, Group, Input, Radio, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { orgRolesQuery } from "../api/queries";
import { useRights } from "../api/rights";
import type { RolePermission } from "../api/types";

interface ScopeChoiceProps {
	/** The minter's role where the key will work: nobody gives what they lack. */
	role: string;
	/** Null: every permission that can be given. */
	value: string[] | null;
	error: ReactNode;
	onChange: (scopes: string[] | null) => void;
}

export function ScopeChoice({ role, value, error, onChange }: ScopeChoiceProps) {
	const { data } = useQuery(orgRolesQuery);
	const mayDo = useRights();
	const grantable = (data?.data ?? []).filter((row) => row.grantable && mayDo(role, row.permission));
	return (
		<Stack gap="xs">
			<Radio.Group
				label="Permissions"
				value={value === null ? "all" : "some"}
				onChange={(choice) => onChange(choice === "all" ? null : ["project.read"])}
			>
				<Group mt={6}>
					<Radio value="all" label="All that I have" />
					<Radio value="some" label="Only some" />
				</Group>
			</Radio.Group>
			{value === null ? null : <ScopeBoxes grantable={grantable} value={value} onChange={onChange} />}
			{error ? <Input.Error>{error}</Input.Error> : null}
		</Stack>
	);
}

interface ScopeBoxesProps {
	grantable: RolePermission[];
	value: string[];
	onChange: (scopes: string[]) => void;
}

function ScopeBoxes({ grantable, value, onChange }: ScopeBoxesProps) {
	return (
		<div className="gh-scopes" role="group" aria-label="Permissions of the key" tabIndex={0}>
			{grantable.map(({ permission }) => (
				<Checkbox
					key={permission}
					size="xs"
					label={<code>{permission}</code>}
					checked={value.includes(permission)}
					onChange={(event) =>
						onChange(
							event.currentTarget.checked
								? [...value, permission].sort()
								: value.filter((scope) => scope !== permission),
						)
					}
				/>
			))}
		</div>
	);
}
