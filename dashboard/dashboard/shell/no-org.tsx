// For somebody who belongs to no organization: make one.
import { Button } from "@mantine/core";
import { IconBuilding } from "@tabler/icons-react";
import { useState } from "react";
import { NewOrgForm } from "../orgs/new-org-form";
import { Empty } from "../ui/resource";
import { Toasts } from "../ui/toast";
import { AccountMenu } from "./account-menu";

export function NoOrg() {
	const [isOpen, setOpen] = useState(false);
	return (
		<main id="content" className="gh-page" style={{ padding: 24 }}>
			<div className="gh-header-end">
				<AccountMenu />
			</div>
			{isOpen ? (
				<NewOrgForm />
			) : (
				<Empty
					level={1}
					title="You aren't in any organization"
					icon={<IconBuilding size={26} stroke={1.5} />}
					action={<Button onClick={() => setOpen(true)}>Make an organization</Button>}
				>
					An organization owns projects. Make your own, or ask a colleague for an invitation.
				</Empty>
			)}
			<Toasts />
		</main>
	);
}
