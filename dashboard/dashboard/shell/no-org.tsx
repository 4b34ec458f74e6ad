// For somebody who belongs to no organization: make one, or join one.
import { Button, Group } from "@mantine/core";
import { IconBuilding } from "@tabler/icons-react";
import { useState } from "react";
import { JoinForm } from "../orgs/join-form";
import { NewOrgForm } from "../orgs/new-org-form";
import { Empty } from "../ui/resource";
import { Toasts } from "../ui/toast";
import { AccountMenu } from "./account-menu";

export function NoOrg() {
	const [open, setOpen] = useState<"new" | "join" | null>(null);
	return (
		<main id="content" className="gh-page" style={{ padding: 24 }}>
			<div className="gh-header-end">
				<AccountMenu />
			</div>
			{open === "new" ? (
				<NewOrgForm />
			) : open === "join" ? (
				<JoinForm />
			) : (
				<Empty
					level={1}
					title="You aren't in any organization"
					icon={<IconBuilding size={26} stroke={1.5} />}
					action={
						<Group justify="center">
							<Button onClick={() => setOpen("new")}>Make an organization</Button>
							<Button variant="default" onClick={() => setOpen("join")}>
								Join by a code
							</Button>
						</Group>
					}
				>
					An organization owns projects. Make your own, or ask a colleague for an invitation.
				</Empty>
			)}
			<Toasts />
		</main>
	);
}
