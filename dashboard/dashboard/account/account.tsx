// The person's own page: who they are, how they are reached, password, second factors, sessions, data and leave.
import { useSession } from "../api/queries";
import { CopyId } from "../ui/copy";
import { Page, Section } from "../ui/page";
import { Pill } from "../ui/pill";
import { ViewAsApi } from "../ui/view-as-api";
import { ConnectedApps } from "./connected-apps";
import { EmailForm } from "./email-form";
import { Factors } from "./factors";
import { Leave } from "./leave";
import { PasswordForm } from "./password-form";
import { ProfileForm } from "./profile-form";
import { Sessions } from "./sessions";

export function Account() {
	const { data: session } = useSession();
	const user = session?.user;
	return (
		<Page title="Your account">
			<Section title="You">
				<dl className="gh-facts">
					<dt>Name</dt>
					<dd>{user?.name || <span className="gh-dim">none</span>}</dd>
					<dt>E-mail</dt>
					<dd>
						{user?.email}{" "}
						{user?.email_verified ? <Pill tone="accent">verified</Pill> : <Pill tone="test">not verified</Pill>}
					</dd>
					<dt>User id</dt>
					<dd>{user ? <CopyId id={user.id} label="Copy user id" /> : null}</dd>
				</dl>
				<ViewAsApi calls={[{ method: "GET", path: "/api/v1/me" }]} />
			</Section>
			<ProfileForm />
			<EmailForm />
			<PasswordForm email={user?.email ?? ""} />
			<Factors />
			<Sessions />
			<ConnectedApps />
			<Leave />
		</Page>
	);
}
