// How a project's OAuth server behaves: its issuer, who may register clients, what is demanded of them, and its signing keys.
import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, onProject, sendTagged } from "../api/client";
import { projectQuery } from "../api/queries";
import { useRights } from "../api/rights";
import type { OauthSettings } from "../api/types";
import { useProjectPlace } from "../shell/place";
import { SigningKeys } from "../signing-keys/signing-keys";
import { TrustedIssuers } from "../trusted-issuers/trusted-issuers";
import { CopyBlock } from "../ui/copy";
import { Page, Section } from "../ui/page";
import { Resource } from "../ui/resource";
import { InitialTokens } from "./initial-tokens";
import { OauthSettingsForm } from "./oauth-settings-form";

const AT = "/api/v1/oauth_settings";

const TYPES: Record<string, string> = {
	web: "Web: signs people in for apps",
	mcp: "MCP: gives programs tokens of their own",
	hybrid: "Hybrid: signs people in, and gives programs tokens of their own",
};

export function OauthSettingsPage() {
	const { project } = useProjectPlace();
	const mayDo = useRights();
	const canWrite = mayDo(project.role, "oauth_settings.write");
	const settings = useQuery({
		queryKey: ["oauth-settings", project.id, "tagged"],
		queryFn: () => sendTagged(api.GET(AT, { headers: onProject(project.id) })),
	});
	return (
		<Page
			title="OAuth settings"
			lead={`${project.name}'s own OAuth server: where its tokens come from, and who may ask for them.`}
			calls={[
				{ label: "Get", method: "GET", path: AT, projectId: project.id },
				{ label: "Change", method: "PATCH", path: AT, body: { access_token_ttl_s: 900 }, projectId: project.id },
				{ label: "Trusted issuers", method: "GET", path: "/api/v1/trusted_issuers", projectId: project.id, isSessionOnly: true },
			]}
		>
			<Resource query={settings}>
				{(tagged) => (
					<>
						<Server settings={tagged.value} />
						<OauthSettingsForm tagged={tagged} canWrite={canWrite} />
						{canWrite ? <InitialTokens policy={tagged.value.dcr} /> : null}
					</>
				)}
			</Resource>
			{canWrite ? <TrustedIssuers /> : null}
			{canWrite ? <SigningKeys /> : null}
		</Page>
	);
}

function Server({ settings }: { settings: OauthSettings }) {
	const { project } = useProjectPlace();
	const { data } = useQuery(projectQuery(project.id));
	const type = data?.value.type;
	return (
		<Section title="Server" lead="Libraries for OAuth and OpenID Connect find the rest by the issuer.">
			<CopyBlock label="Issuer" text={settings.issuer} />
			<Text size="sm" mt="sm">
				{type ? TYPES[type] : ""}
			</Text>
		</Section>
	);
}
