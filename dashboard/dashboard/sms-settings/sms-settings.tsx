// A project's text messages: through whom they go, and whether they arrive.
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, onProject, send, sendTagged } from "../api/client";
import { useRights } from "../api/rights";
import type { SmsSettings } from "../api/types";
import { type FieldOf, ProviderForm, type ProviderOf } from "../mail-settings/provider-form";
import { TestSend } from "../messages/test-send";
import { useProjectPlace } from "../shell/place";
import { Page, Section } from "../ui/page";
import { Resource } from "../ui/resource";

const AT = "/api/v1/sms_settings";

const API_KEY: FieldOf = { name: "api_key", label: "API key", isSecret: true };
const FROM: FieldOf = {
	name: "from",
	label: "Sender",
	placeholder: "+15005550006",
	description: "A number or name that the provider lets you send from.",
};
const CHANNEL: FieldOf = {
	name: "default_channel",
	label: "Sent as",
	description: "Where a sign-in doesn't ask for a certain way.",
	data: [
		{ value: "sms", label: "Text message" },
		{ value: "whatsapp", label: "WhatsApp" },
		{ value: "voice", label: "Voice call" },
	],
};

const PROVIDERS: (ProviderOf & { value: SmsSettings["provider"] })[] = [
	{ value: "none", label: "None", note: "No text is sent; sign-in by phone stays closed to people.", fields: [] },
	{
		value: "twilio",
		label: "Twilio",
		fields: [{ name: "username", label: "Account", placeholder: "AC…" }, { ...API_KEY, label: "Auth token" }, FROM, CHANNEL],
	},
	{
		value: "vonage",
		label: "Vonage",
		fields: [{ name: "username", label: "API key" }, { ...API_KEY, label: "API secret" }, FROM, CHANNEL],
	},
	{ value: "messagebird", label: "MessageBird", fields: [{ ...API_KEY, label: "Access key" }, FROM, CHANNEL] },
	{
		value: "http",
		label: "An HTTP endpoint of yours",
		fields: [
			{ name: "url", label: "Address", placeholder: "https://…", description: "Takes a POST of JSON: message_id, channel, from, to, text." },
			{ name: "header", label: "Header of the key", placeholder: "Authorization" },
			API_KEY,
			FROM,
			CHANNEL,
		],
	},
];

export function SmsSettingsPage() {
	const { org, project } = useProjectPlace();
	const mayDo = useRights();
	const canWrite = mayDo(project.role ?? org.role, "mail.write");
	const settings = useQuery(
		queryOptions({
			queryKey: ["sms-settings", project.id],
			queryFn: () => sendTagged(api.GET(AT, { headers: onProject(project.id) })),
		}),
	);
	return (
		<Page
			title="SMS"
			lead="Through whom codes reach telephones. A test project has settings of its own."
			calls={[{ method: "GET", path: AT, projectId: project.id }]}
		>
			<Resource query={settings}>
				{(found) => (
					<>
						<ProviderForm
							key={project.id}
							project={project}
							title="Sending"
							path={AT}
							providers={PROVIDERS}
							common={[]}
							found={found}
							canWrite={canWrite}
							refresh={[
								["sms-settings", project.id],
								["audit-events", project.id],
							]}
							patch={(body, headers) => api.PATCH(AT, { headers, body: body as never })}
						/>
						{canWrite ? (
							<Section title="Test" lead="Goes by the saved settings; what the provider answers is shown here.">
								<TestSend
									label="Send it to"
									placeholder="+491701234567"
									type="tel"
									hint={found.value.provider === "none" ? "Choose and save a provider first." : undefined}
									run={(to) => send(api.POST(`${AT}/test`, { headers: onProject(project.id), body: { to } }))}
								/>
							</Section>
						) : null}
					</>
				)}
			</Resource>
		</Page>
	);
}
