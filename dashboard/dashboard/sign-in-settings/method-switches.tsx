// The ways to sign in: a switch each, with what it still needs beside it.
import { Input, Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useProjectPlace } from "../shell/place";
import { CopyBlock } from "../ui/copy";
import { Pill } from "../ui/pill";
import { toggled } from "./fields";
import { type Readiness, readinessQuery } from "./settings";
import type { Fields } from "./settings-form";

const METHODS: { value: string; label: string; description: string }[] = [
	{ value: "password", label: "Password", description: "An e-mail address and a password." },
	{ value: "magic_link", label: "Mailed link", description: "A link by mail that signs in the browser that opens it." },
	{ value: "email_otp", label: "Mailed code", description: "Six digits by mail." },
	{ value: "username", label: "Username", description: "A username in place of the address, with the password." },
	{ value: "phone_otp", label: "Code by text message", description: "Six digits to a telephone." },
	{ value: "passkey", label: "Passkey", description: "The device's own lock or a security key; no password." },
	{ value: "social", label: "Account at a provider", description: "Google, GitHub, Apple and others." },
	{ value: "anonymous", label: "Guest", description: "Nothing at all; guests keep their data when they sign up later." },
	{ value: "sso", label: "Single sign-on", description: "An account at a workspace's own identity provider." },
];
const ORDER = METHODS.map(({ value }) => value);

const PROBLEMS: Record<string, string> = {
	password_off: "Needs the method Password, which is off.",
	sign_up_closed: "Guests are new accounts, and sign-up isn't open.",
	no_sms_provider: "Needs an SMS provider.",
	no_sso_connection: "Needs a workspace with an SSO connection.",
};

function ProblemText({ word }: { word: string }): ReactNode {
	const { project } = useProjectPlace();
	if (word !== "no_social_provider") {
		return PROBLEMS[word] ?? word;
	}
	return (
		<>
			Needs a provider:{" "}
			<Link className="gh-link" to="/projects/$projectId/sign-in/providers" params={{ projectId: project.id }}>
				set one up
			</Link>
			.
		</>
	);
}

function Ready({ readiness }: { readiness: Readiness | undefined }) {
	if (!readiness) {
		return null;
	}
	if (readiness.ready) {
		return <Pill tone="accent">Ready</Pill>;
	}
	return (
		<>
			<Pill tone="test">Not ready</Pill>
			<ul className="gh-problems">
				{readiness.problems.map((word) => (
					<li key={word}>
						<ProblemText word={word} />
					</li>
				))}
			</ul>
		</>
	);
}

export function MethodSwitches({ fields }: { fields: Fields }) {
	const { project } = useProjectPlace();
	const { data } = useQuery(readinessQuery(project.id));
	const { draft, change, isDisabled } = fields;
	const readinessOf = (value: string) => data?.methods.find(({ method }) => method === value);
	return (
		<>
			<ul className="gh-methods" aria-label="Ways to sign in">
				{METHODS.map(({ value, label, description }) => (
					<li key={value}>
						<Switch
							label={label}
							description={description}
							checked={draft.methods.includes(value)}
							disabled={isDisabled}
							onChange={(event) =>
								change({ methods: toggled(draft.methods, value, event.currentTarget.checked, ORDER) })
							}
						/>
						<div className="gh-ready">
							<Ready readiness={readinessOf(value)} />
						</div>
						{readinessOf(value)?.callback_urls.map((url) => (
							<div key={url} className="gh-wide">
								<Input.Description mb={4}>Callback URL, to be registered with each provider</Input.Description>
								<CopyBlock text={url} label="Callback URL" />
							</div>
						))}
					</li>
				))}
			</ul>
			{fields.problemOf("methods") ? <Input.Error role="alert">{fields.problemOf("methods")}</Input.Error> : null}
		</>
	);
}
