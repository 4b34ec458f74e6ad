// How long a project's people stay signed in.
import { Section } from "../ui/page";
import { DurationField } from "./fields";
import { SettingsForm } from "./settings-form";
import { SignInPage } from "./sign-in-page";

export function SessionPolicy() {
	return (
		<SignInPage
			title="Sessions"
			lead="How long people stay signed in. A shorter time ends the sessions that are older at once."
		>
			<SettingsForm done="Saved: sessions follow it from now on">
				{(fields) => (
					<Section title="Session policy">
						<div className="gh-form">
							<DurationField
								fields={fields}
								name="session_max_lifetime_s"
								label="Signed in at most"
								description="5 minutes to 365 days after the sign-in, however busy they are."
							/>
							<DurationField
								fields={fields}
								name="session_inactivity_s"
								label="Signed out when idle for"
								description="5 minutes to 30 days; each use begins it anew."
							/>
						</div>
					</Section>
				)}
			</SettingsForm>
		</SignInPage>
	);
}
