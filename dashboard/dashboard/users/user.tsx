// One user: profile, sessions, activity, and what can be done to them.
import { Button, Group, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { api, onProject, sendTagged, type Tagged } from "../api/client";
import { useRights } from "../api/rights";
import { isConsole, type User } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { CopyId } from "../ui/copy";
import { Page, Section } from "../ui/page";
import { Resource } from "../ui/resource";
import { Moment, Time } from "../ui/time";
import { StatusPill } from "./status-pill";
import { UserActivity } from "./user-activity";
import { UserApps } from "./user-apps";
import { UserClaims } from "./user-claims";
import { UserData } from "./user-data";
import { labelOf } from "./user-label";
import { UserMessages } from "./user-messages";
import { UserMethods } from "./user-methods";
import { UserPlan } from "./user-plan";
import { UserProfile } from "./user-profile";
import { UserSessions } from "./user-sessions";
import { useStatusChange } from "./user-status";

const BanUser = lazy(() => import("./ban-user"));
const DeactivateUser = lazy(() => import("./deactivate-user"));
const DeleteUser = lazy(() => import("./delete-user"));
const ImpersonateUser = lazy(() => import("./impersonate-user"));

export function UserPage() {
	const { project } = useProjectPlace();
	const { userId } = useParams({ strict: false }) as { userId: string };
	const user = useQuery({
		queryKey: ["user", project.id, userId],
		queryFn: () =>
			sendTagged(
				api.GET("/api/v1/users/{id}", { params: { path: { id: userId } }, headers: onProject(project.id) }),
			),
	});
	return (
		<Page
			title={user.data ? labelOf(user.data.value) : "User"}
			lead={user.data ? <StatusPill user={user.data.value} /> : undefined}
			calls={[
				{ label: "Get", method: "GET", path: `/api/v1/users/${userId}`, projectId: project.id },
				{
					label: "Change",
					method: "PATCH",
					path: `/api/v1/users/${userId}`,
					body: { metadata: { plan: "gold" } },
					projectId: project.id,
				},
				{ label: "End all sessions", method: "DELETE", path: `/api/v1/users/${userId}/sessions`, projectId: project.id },
			]}
		>
			<Resource query={user}>{(tagged) => <Parts tagged={tagged} />}</Resource>
		</Page>
	);
}

function Parts({ tagged }: { tagged: Tagged<User> }) {
	const { org, project } = useProjectPlace();
	const mayDo = useRights();
	const user = tagged.value;
	const role = project.role ?? org.role;
	return (
		<Tabs defaultValue="profile" keepMounted={false}>
			<Tabs.List>
				<Tabs.Tab value="profile">Profile</Tabs.Tab>
				<Tabs.Tab value="sessions">Sessions</Tabs.Tab>
				<Tabs.Tab value="methods">Methods</Tabs.Tab>
				<Tabs.Tab value="apps">Apps</Tabs.Tab>
				{mayDo(role, "plan.read") ? <Tabs.Tab value="plan">Plan</Tabs.Tab> : null}
				{isConsole(project) ? null : <Tabs.Tab value="claims">Claims</Tabs.Tab>}
				{mayDo(role, "mail.read") ? <Tabs.Tab value="messages">Messages</Tabs.Tab> : null}
				{mayDo(role, "audit.read") ? <Tabs.Tab value="activity">Activity</Tabs.Tab> : null}
			</Tabs.List>
			<Tabs.Panel value="profile" pt="md">
				<Facts user={user} />
				<UserProfile key={user.id} tagged={tagged} canWrite={mayDo(role, "user.write")} />
				{mayDo(role, "user.impersonate") && !isConsole(project) ? <Help user={user} /> : null}
				{mayDo(role, "user.export") ? <UserData user={user} /> : null}
				{mayDo(role, "user.write") ? <Danger user={user} canDelete={mayDo(role, "user.delete")} /> : null}
			</Tabs.Panel>
			<Tabs.Panel value="sessions" pt="md">
				<UserSessions user={user} canWrite={mayDo(role, "user.write")} />
			</Tabs.Panel>
			<Tabs.Panel value="methods" pt="md">
				<UserMethods user={user} canWrite={mayDo(role, "user.write")} />
			</Tabs.Panel>
			<Tabs.Panel value="apps" pt="md">
				<UserApps user={user} canWrite={mayDo(role, "user.write")} />
			</Tabs.Panel>
			<Tabs.Panel value="plan" pt="md">
				<UserPlan user={user} canWrite={mayDo(role, "plan.write")} />
			</Tabs.Panel>
			<Tabs.Panel value="claims" pt="md">
				<UserClaims user={user} canWrite={mayDo(role, "claim.write")} />
			</Tabs.Panel>
			<Tabs.Panel value="messages" pt="md">
				<UserMessages user={user} />
			</Tabs.Panel>
			<Tabs.Panel value="activity" pt="md">
				<UserActivity userId={user.id} />
			</Tabs.Panel>
		</Tabs>
	);
}

function Facts({ user }: { user: User }) {
	return (
		<Section title="At a glance">
			<dl className="gh-facts">
				<dt>Id</dt>
				<dd>
					<CopyId id={user.id} />
				</dd>
				<dt>Created</dt>
				<dd>
					<Time at={user.created_at} />
				</dd>
				<dt>Last sign-in</dt>
				<dd>
					<Time at={user.last_sign_in_at} />
				</dd>
				{user.status === "banned" ? (
					<>
						<dt>Banned</dt>
						<dd>
							{user.ban_reason || "No reason given"},{" "}
							{user.ban_expires_at ? (
								<>
									until <Moment at={user.ban_expires_at} />
								</>
							) : (
								"for ever"
							)}
						</dd>
					</>
				) : null}
			</dl>
		</Section>
	);
}

function Help({ user }: { user: User }) {
	const [isOpen, setOpen] = useState(false);
	return (
		<Section
			title="Help them"
			lead="Act in their name to see what they see. A session of at most an hour, recorded with your reason."
			action={
				<Button variant="default" size="xs" disabled={user.status !== "active"} onClick={() => setOpen(true)}>
					Impersonate
				</Button>
			}
		>
			<Suspense>{isOpen ? <ImpersonateUser user={user} onClose={() => setOpen(false)} /> : null}</Suspense>
		</Section>
	);
}

function Danger({ user, canDelete }: { user: User; canDelete: boolean }) {
	const [dialog, setDialog] = useState<"ban" | "deactivate" | "delete" | null>(null);
	const activate = useStatusChange(user, "activate", "The user is active again");
	const unban = useStatusChange(user, "unban", "The ban is lifted");
	const close = () => setDialog(null);
	return (
		<Section
			title="Access"
			lead="Deactivating and banning end every session at once. Deleting erases the person; the address is free again."
			isDanger
		>
			<Group gap="xs">
				{user.status === "deactivated" || user.status === "deletion_pending" ? (
					<Button variant="default" loading={activate.isPending} onClick={() => activate.mutate(undefined)}>
						Activate
					</Button>
				) : (
					<Button variant="default" onClick={() => setDialog("deactivate")}>
						Deactivate
					</Button>
				)}
				{user.status === "banned" ? (
					<Button variant="default" loading={unban.isPending} onClick={() => unban.mutate(undefined)}>
						Lift the ban
					</Button>
				) : (
					<Button variant="default" onClick={() => setDialog("ban")}>
						Ban
					</Button>
				)}
				{canDelete ? (
					<Button color="red.8" onClick={() => setDialog("delete")}>
						Delete user
					</Button>
				) : null}
			</Group>
			<Suspense>
				{dialog === "ban" ? <BanUser user={user} onClose={close} /> : null}
				{dialog === "deactivate" ? <DeactivateUser user={user} onClose={close} /> : null}
				{dialog === "delete" ? <DeleteUser user={user} onClose={close} /> : null}
			</Suspense>
		</Section>
	);
}
