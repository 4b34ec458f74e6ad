// How to put a site on the same nginx behind the project's keys, with the project's real ids.
import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { projectQuery } from "../api/queries";
import type { Project } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { CopyBlock } from "../ui/copy";
import { Page, Section } from "../ui/page";
import { Resource } from "../ui/resource";
import {
	CALLBACK,
	checkCommand,
	NGINX_ALL_LOCATIONS,
	NGINX_SIGN_IN,
	NGINX_TOKENS,
	nginxSnippet,
	phpLines,
	SIGN_OUT_LINK,
	STATIC_LOCATION,
} from "./snippets";

export function Protect() {
	const { project: place } = useProjectPlace();
	const project = useQuery(projectQuery(place.id));
	return (
		<Page
			title="Protect a site"
			calls={[
				{
					method: "GET",
					path: `/api/v1/auth_request?client_id=${project.data?.value.client_id ?? "proj_…"}&accept=api_key`,
				},
			]}
			lead="Let only callers with one of this project's keys or access tokens, and people who sign in to it, reach a PHP or static site that the same nginx serves."
		>
			<Resource query={project}>{({ value }) => <Steps project={value} />}</Resource>
		</Page>
	);
}

function Steps({ project }: { project: Project }) {
	return (
		<>
			<Section
				title="1. In the site's server block"
				lead="nginx asks Gatehouse about every request; without a good key the answer is 401, and the page is never sent."
			>
				<CopyBlock text={nginxSnippet(project)} label="nginx lines" />
			</Section>
			<Section title="2. In the locations that serve it" lead="PHP gets to know who calls; files need nothing more.">
				<CopyBlock text={NGINX_ALL_LOCATIONS} label="nginx location for PHP" />
				<CopyBlock text={STATIC_LOCATION} label="nginx location that stays public" />
			</Section>
			<Section
				title="3. In PHP"
				lead="These values come from nginx, which overwrites whatever a visitor may have sent under the same names."
			>
				<CopyBlock text={phpLines(project)} label="PHP lines" />
			</Section>
			<Section
				title="4. For people with a browser"
				lead="Who isn't signed in is led to the project's sign-in page and back. The project must name the site's callback among its redirect URIs."
			>
				<CopyBlock text={NGINX_SIGN_IN} label="nginx line for signing in" />
				<CopyBlock text={CALLBACK} label="redirect URI of the site" />
				<CopyBlock text={SIGN_OUT_LINK} label="link that signs out" />
			</Section>
			<Section
				title="5. For access tokens"
				lead="An API takes the tokens that the project's apps and programs have, where they are for it. One for something else is 401, one that lacks a scope 403."
			>
				<CopyBlock text={NGINX_TOKENS} label="nginx lines for access tokens" />
			</Section>
			<Section title="6. Try it" lead="401 without the key, the page with it.">
				<CopyBlock text={checkCommand(project)} label="curl lines to try it" />
				<Text size="sm" c="dimmed">
					A test project takes <code>gsk_test_</code> keys, a live project <code>gsk_live_</code> keys; personal tokens
					of members work on both.
				</Text>
			</Section>
		</>
	);
}
