// What keeps machines and guessers out: the bot check, and who has to wait.
import { useProjectPlace } from "../shell/place";
import { RATE_LIMITS, RateLimits } from "../rate-limits/rate-limits";
import { Section } from "../ui/page";
import { SecretField } from "../ui/secret-field";
import { ChoiceField, SetField, SwitchField, TextField } from "./fields";
import { type Fields, SettingsForm } from "./settings-form";
import { SignInPage } from "./sign-in-page";

const PROVIDERS = [
	{ value: "none", label: "None" },
	{ value: "turnstile", label: "Cloudflare Turnstile" },
	{ value: "hcaptcha", label: "hCaptcha" },
	{ value: "recaptcha", label: "reCAPTCHA" },
	{ value: "http", label: "A service of your own" },
];

const PLACES = [
	{ value: "sign_in", label: "Sign-in" },
	{ value: "sign_up", label: "Sign-up" },
	{ value: "recover", label: "Forgotten password" },
	{ value: "send", label: "Sending codes and links" },
];

export function Protection() {
	const { project } = useProjectPlace();
	return (
		<SignInPage
			title="Protection"
			lead="What stands in the way of machines and of people who guess."
		>
			<SettingsForm
				done="Saved: this holds from now on"
				reads={[{ label: "Who has to wait", method: "GET", path: RATE_LIMITS, projectId: project.id }]}
			>
				{(fields) => (
					<Section title="Bot check" lead="A question that people pass without noticing, and programs don't.">
						<BotCheck fields={fields} />
					</Section>
				)}
			</SettingsForm>
			<RateLimits />
		</SignInPage>
	);
}

function BotCheck({ fields }: { fields: Fields }) {
	const { draft, saved, change, problemOf, isDisabled } = fields;
	const provider = draft["bot_check.provider"];
	return (
		<div className="gh-form">
			<ChoiceField fields={fields} name="bot_check.provider" label="Provider" choices={PROVIDERS} />
			{provider === "none" ? null : (
				<>
					{provider === "http" ? (
						<TextField
							fields={fields}
							name="bot_check.url"
							label="Address"
							description="Gets {token, action, ip} by POST and answers {allow}."
							placeholder="https://…"
							type="url"
						/>
					) : (
						<TextField
							fields={fields}
							name="bot_check.site_key"
							label="Site key"
							description="The public one, which the pages show to the provider."
						/>
					)}
				</>
			)}
			{provider === "none" && !saved.bot_check.secret.set ? null : (
				<SecretField
					label="Secret"
					stored={saved.bot_check.secret}
					draft={draft["bot_check.secret"]}
					error={problemOf("bot_check.secret")}
					isDisabled={isDisabled}
					onChange={(secret) => change({ "bot_check.secret": secret })}
				/>
			)}
			<SetField fields={fields} name="bot_check.on" label="Where it asks" choices={PLACES} />
			<SwitchField
				fields={fields}
				name="bot_check.fail_open"
				label="Let people pass while the provider can't be asked"
				description="Each time is noted in the audit log. Otherwise nobody gets in meanwhile."
			/>
		</div>
	);
}
