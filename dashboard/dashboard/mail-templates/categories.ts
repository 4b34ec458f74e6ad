// What mails are for.
import type { MailTemplate } from "../api/types";

export const CATEGORIES: { value: MailTemplate["category"]; label: string }[] = [
	{ value: "auth", label: "Sign-in" },
	{ value: "transactional", label: "Transactions" },
	{ value: "onboarding", label: "Getting started" },
	{ value: "notification", label: "Notices" },
	{ value: "marketing", label: "Marketing" },
	{ value: "custom", label: "Others" },
];
