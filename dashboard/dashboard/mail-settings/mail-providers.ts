// Ways for a project's mail to go out, and what each has to know.
import type { MailSettings } from "../api/types";
import type { FieldOf, ProviderOf } from "./provider-form";

const FROM_NAME: FieldOf = { name: "from_name", label: "Sender's name", placeholder: "Shop" };
const REPLY_TO: FieldOf = { name: "reply_to", label: "Answers go to", placeholder: "help@example.com" };
const FROM: FieldOf[] = [
	FROM_NAME,
	{ name: "from_address", label: "Sender's address", placeholder: "shop@example.com", description: "Of a domain that the provider may send for." },
	REPLY_TO,
];
const API_KEY: FieldOf = { name: "api_key", label: "API key", isSecret: true };

const SMTP: FieldOf[] = [
	{ name: "host", label: "Server", placeholder: "smtp.example.com" },
	{
		name: "security",
		label: "Encryption",
		data: [
			{ value: "starttls", label: "STARTTLS" },
			{ value: "tls", label: "TLS from the start" },
		],
	},
	{ name: "port", label: "Port", isNumber: true, description: "Empty: 465 with TLS, 587 with STARTTLS." },
	{ name: "username", label: "User" },
	{ name: "password", label: "Password", isSecret: true },
];

const HTTP: FieldOf[] = [
	{ name: "url", label: "Address", placeholder: "https://…", description: "Takes a POST of JSON: message_id, from, to, reply_to, subject, text, html." },
	{ name: "header", label: "Header of the key", placeholder: "Authorization" },
	API_KEY,
];

const SES: FieldOf[] = [
	{ name: "region", label: "Region", placeholder: "eu-west-1" },
	{ name: "username", label: "Access key id", placeholder: "AKIA…" },
	{ name: "api_key", label: "Secret access key", isSecret: true },
];

const MAILGUN: FieldOf = {
	name: "region",
	label: "Region",
	data: [
		{ value: "", label: "United States" },
		{ value: "eu", label: "European Union" },
	],
};

export const MAIL_PROVIDERS: (ProviderOf & { value: MailSettings["provider"] })[] = [
	{ value: "platform", label: "This installation", note: "Works at once, from the installation's own address.", fields: [FROM_NAME, REPLY_TO] },
	{ value: "smtp", label: "An SMTP server", note: "Always encrypted, at public addresses only.", fields: [...FROM, ...SMTP] },
	{ value: "sendmail", label: "sendmail on the server", note: "The program that the installation's configuration names.", fields: FROM },
	{ value: "http", label: "An HTTP endpoint of yours", fields: [...FROM, ...HTTP] },
	{ value: "resend", label: "Resend", fields: [...FROM, API_KEY] },
	{ value: "sendgrid", label: "SendGrid", fields: [...FROM, API_KEY] },
	{ value: "ses", label: "Amazon SES", fields: [...FROM, ...SES] },
	{ value: "mailgun", label: "Mailgun", note: "Sends for the domain of the sender's address.", fields: [...FROM, MAILGUN, API_KEY] },
	{ value: "postmark", label: "Postmark", fields: [...FROM, { ...API_KEY, label: "Server token" }] },
];

export const MAIL_COMMON: FieldOf[] = [
	{ name: "locale", label: "Language", placeholder: "en", description: "Of mails to people whose own language isn't known: en, es, de-AT …" },
];
