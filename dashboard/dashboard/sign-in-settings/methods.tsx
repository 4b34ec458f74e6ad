// How a project's people may sign in, and what new accounts, passwords and second factors have to be.
import { Section } from "../ui/page";
import { ChoiceField, LinesField, NumberField, SetField, SwitchField, TextField } from "./fields";
import { MethodSwitches } from "./method-switches";
import { AT } from "./settings";
import { type Fields, SettingsForm } from "./settings-form";
import { SignInPage } from "./sign-in-page";
import { useProjectPlace } from "../shell/place";

const SIGN_UP = [
	{ value: "open", label: "Anybody" },
	{ value: "invite_only", label: "Only who is invited" },
	{ value: "closed", label: "Nobody: your own people make the accounts" },
];

const MFA = [
	{ value: "off", label: "Off" },
	{ value: "optional", label: "Optional: asked of who has set one up" },
	{ value: "required", label: "Required: whoever has none sets one up at the next sign-in" },
];

const MFA_METHODS = [
	{ value: "totp", label: "Authenticator app" },
	{ value: "passkey", label: "Passkey" },
	{ value: "phone", label: "Phone" },
];

const PLAN_PAGE = [
	{ value: "always", label: "At each sign-in" },
	{ value: "until_chosen", label: "Until they are on a plan" },
	{ value: "never", label: "Never" },
];

const CHANNELS = [
	{ value: "sms", label: "SMS" },
	{ value: "whatsapp", label: "WhatsApp" },
	{ value: "voice", label: "Call" },
];

export function SignInMethods() {
	const { project } = useProjectPlace();
	return (
		<SignInPage
			title="Sign-in methods"
			lead="A method that is turned off is closed at once on every path. A client may narrow this further."
		>
			<SettingsForm
				done="Saved: this holds from now on"
				reads={[
					{ label: "What each method still needs", method: "GET", path: `${AT}/readiness`, projectId: project.id },
				]}
			>
				{(fields) => (
					<>
						<Section title="Ways to sign in">
							<MethodSwitches fields={fields} />
						</Section>
						<Accounts fields={fields} />
						<Passwords fields={fields} />
						<SecondFactor fields={fields} />
						<Passkeys fields={fields} />
						<Phones fields={fields} />
						<Times fields={fields} />
						<PlanPage fields={fields} />
					</>
				)}
			</SettingsForm>
		</SignInPage>
	);
}

function Accounts({ fields }: { fields: Fields }) {
	return (
		<Section title="Accounts">
			<div className="gh-form">
				<ChoiceField fields={fields} name="sign_up" label="Who may sign up" choices={SIGN_UP} />
				<SwitchField
					fields={fields}
					name="require_email_verification"
					label="Verify e-mail addresses"
					description="An account is made once its address has proven itself."
				/>
				<SwitchField
					fields={fields}
					name="link_verified_email"
					label="Link accounts at providers by e-mail"
					description="Where the address is verified there and here. Otherwise the person proves it again."
				/>
				<SwitchField
					fields={fields}
					name="multi_session"
					label="Several accounts in one browser"
					description="People may switch between them."
				/>
				<SwitchField
					fields={fields}
					name="self_deletion"
					label="People may delete their account"
					description="On their account page."
				/>
				<div className="gh-pair">
					<NumberField
						fields={fields}
						name="deletion_grace_days"
						label="Days until it is erased"
						description="0 to 30; a sign-in meanwhile takes it back. 0: at once."
					/>
					<NumberField
						fields={fields}
						name="anonymous_max_age_days"
						label="Days that guests are kept"
						description="Up to 3650. 0: for ever."
					/>
				</div>
			</div>
		</Section>
	);
}

function Passwords({ fields }: { fields: Fields }) {
	return (
		<Section title="Passwords" lead="Asked of new passwords; those that are there stay.">
			<div className="gh-form">
				<div className="gh-pair">
					<NumberField fields={fields} name="password_min_length" label="Characters, at least" description="8 to 64" />
					<NumberField fields={fields} name="password_max_length" label="Characters, at most" description="64 to 256" />
					<NumberField
						fields={fields}
						name="password_min_score"
						label="Strength, at least"
						description="0 to 4, as zxcvbn guesses"
					/>
				</div>
				<SwitchField
					fields={fields}
					name="password_block_breached"
					label="Refuse known passwords"
					description="Those of the installation's list of breached passwords, where it has one."
				/>
			</div>
		</Section>
	);
}

function SecondFactor({ fields }: { fields: Fields }) {
	return (
		<Section title="Second factor" lead="Applies to every way to sign in and to recovery. A passkey is both factors.">
			<div className="gh-form">
				<ChoiceField fields={fields} name="mfa" label="When it is asked for" choices={MFA} />
				<SetField fields={fields} name="mfa_methods" label="Which ones" choices={MFA_METHODS} />
			</div>
		</Section>
	);
}

function Passkeys({ fields }: { fields: Fields }) {
	return (
		<Section title="Passkeys">
			<div className="gh-form">
				<TextField
					fields={fields}
					name="passkey.rp_id"
					label="Host they belong to"
					description="Passkeys made for one host don't work for another: choose before people have any."
					placeholder="the host of the sign-in pages"
				/>
				<TextField
					fields={fields}
					name="passkey.rp_name"
					label="Name that devices show"
					placeholder="the project's name"
				/>
				<LinesField
					fields={fields}
					name="passkey.origins"
					label="Pages that may ask for them"
					description="One origin a line, 10 at most; on the host above or below it."
					placeholder="those of the sign-in pages"
				/>
			</div>
		</Section>
	);
}

function PlanPage({ fields }: { fields: Fields }) {
	return (
		<Section title="Plan page" lead="Where people choose a plan before they go on. Without a public plan nobody is asked.">
			<div className="gh-form">
				<ChoiceField fields={fields} name="plan_page" label="When it comes" choices={PLAN_PAGE} />
			</div>
		</Section>
	);
}

function Phones({ fields }: { fields: Fields }) {
	return (
		<Section title="Phone">
			<div className="gh-form">
				<SetField fields={fields} name="phone.channels" label="How codes are sent" choices={CHANNELS} />
				<LinesField
					fields={fields}
					name="phone.calling_codes"
					label="Countries"
					description="Calling codes, one a line. Numbers of others are refused; without any, none is."
					placeholder="+49"
				/>
				<NumberField
					fields={fields}
					name="phone.daily_limit"
					label="Codes in 24 hours"
					description="For the whole project, 1 to 100000: what a flood of requests can cost you."
				/>
			</div>
		</Section>
	);
}

function Times({ fields }: { fields: Fields }) {
	return (
		<Section title="Links and codes">
			<div className="gh-form">
				<div className="gh-pair">
					<NumberField
						fields={fields}
						name="reset_minutes"
						label="Minutes that a reset link works"
						description="5 to 60"
					/>
					<NumberField
						fields={fields}
						name="link_minutes"
						label="Minutes that a sign-in link or code works"
						description="5 to 30"
					/>
				</div>
			</div>
		</Section>
	);
}
