// Names for the shapes that the API's replies have, taken from the generated types.
import type { paths } from "./schema";

type Json<T> = T extends { content: { "application/json": infer Body } } ? Body : never;
type Replies<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method] extends {
	responses: infer R;
}
	? R
	: never;

/** The body of a successful reply. */
export type Reply<
	Path extends keyof paths,
	Method extends keyof paths[Path],
	Status extends number,
> = Status extends keyof Replies<Path, Method> ? Json<Replies<Path, Method>[Status]> : never;

type Row<List> = List extends { data: (infer Item)[] } ? Item : never;

export type Session = Reply<"/api/v1/session", "get", 200>;
export type MyOrg = Row<Reply<"/api/v1/me/orgs", "get", 200>>;
export type MyProject = MyOrg["projects"][number];
export type RolePermission = Row<Reply<"/api/v1/org_roles", "get", 200>>;
export type Org = Reply<"/api/v1/orgs/{org_id}", "get", 200>;
export type Member = Row<Reply<"/api/v1/members", "get", 200>>;
export type Invitation = Row<Reply<"/api/v1/invitations", "get", 200>>;
export type NewInvitation = Reply<"/api/v1/invitations", "post", 201>;
export type Project = Row<Reply<"/api/v1/projects", "get", 200>>;
export type NewProject = Reply<"/api/v1/projects", "post", 201>;
export type ProjectMember = Row<Reply<"/api/v1/projects/{project_id}/members", "get", 200>>;
export type ApiKey = Row<Reply<"/api/v1/api_keys", "get", 200>>;
export type NewApiKey = Reply<"/api/v1/api_keys", "post", 201>;
export type ClientRow = Row<Reply<"/api/v1/clients", "get", 200>>;
export type Client = Reply<"/api/v1/clients/{id}", "get", 200>;
export type ClientPatch = NonNullable<paths["/api/v1/clients/{id}"]["patch"]["requestBody"]>["content"]["application/json"];
export type ResourceServer = Reply<"/api/v1/resource_servers/{id}", "get", 200>;
export type TrustedIssuer = Reply<"/api/v1/trusted_issuers/{id}", "get", 200>;
export type ResourceServerPatch = NonNullable<paths["/api/v1/resource_servers/{id}"]["patch"]["requestBody"]>["content"]["application/json"];
export type OauthSettings = Reply<"/api/v1/oauth_settings", "get", 200>;
export type OauthSettingsPatch = NonNullable<paths["/api/v1/oauth_settings"]["patch"]["requestBody"]>["content"]["application/json"];
export type Plan = Row<Reply<"/api/v1/plans", "get", 200>>;
export type Feature = Row<Reply<"/api/v1/features", "get", 200>>;
export type PlanAssignment = Reply<"/api/v1/users/{id}/plan", "get", 200>;
export type UserFeature = Row<Reply<"/api/v1/users/{id}/features", "get", 200>>;
export type License = Reply<"/api/v1/licenses/{id}", "get", 200>;
export type LicensePatch = NonNullable<paths["/api/v1/licenses/{id}"]["patch"]["requestBody"]>["content"]["application/json"];
export type Activation = Row<Reply<"/api/v1/licenses/{id}/activations", "get", 200>>;
export type LicenseFile = Row<Reply<"/api/v1/licenses/{id}/files", "get", 200>>;
export type LicenseFileInput = NonNullable<paths["/api/v1/licenses/{id}/files"]["post"]["requestBody"]>["content"]["application/json"];
export type LicenseSettings = Reply<"/api/v1/license_settings", "get", 200>;
export type LicenseSettingsPatch = NonNullable<paths["/api/v1/license_settings"]["patch"]["requestBody"]>["content"]["application/json"];
export type Payment = Reply<"/api/v1/payments/{id}", "get", 200>;
export type PaymentProvider = Reply<"/api/v1/payment_providers/{provider}", "get", 200>;
export type Connection = Reply<"/api/v1/connections/{id}", "get", 200>;
export type Item = Reply<"/api/v1/items/{id}", "get", 200>;
export type Grant = Row<Reply<"/api/v1/grants", "get", 200>>;
export type ConnectedApp = Row<Reply<"/api/v1/account/grants", "get", 200>>;
export type User = Row<Reply<"/api/v1/users", "get", 200>>;
export type AuditEvent = Row<Reply<"/api/v1/audit_events", "get", 200>>;
export type Event = Row<Reply<"/api/v1/events", "get", 200>>;
export type PaletteItem = Row<Reply<"/api/v1/palette/search", "get", 200>>;
export type OperatorOrg = Row<Reply<"/api/v1/installation/orgs", "get", 200>>;
export type Flow = Reply<"/api/v1/flows", "post", 201>;
export type Factor = Row<Reply<"/api/v1/account/factors", "get", 200>>;
export type Identity = Row<Reply<"/api/v1/users/{id}/identities", "get", 200>>;
export type NewTotp = Reply<"/api/v1/account/totp", "post", 201>;
export type AccountSession = Row<Reply<"/api/v1/account/sessions", "get", 200>>;

export type Message = Row<Reply<"/api/v1/messages", "get", 200>>;
export type MailTemplate = Row<Reply<"/api/v1/mail_templates", "get", 200>>;
export type MailSettings = Reply<"/api/v1/mail_settings", "get", 200>;
export type SmsSettings = Reply<"/api/v1/sms_settings", "get", 200>;

export type Role = "owner" | "admin" | "manager" | "member" | "viewer";
export type Environment = "live" | "test";

/** Gatehouse's own project in the organization that runs it: nobody else can take its slug, and it never changes. */
export function isConsole(project: { slug: string }): boolean {
	return project.slug === "console";
}

export const ROLES: readonly Role[] = ["owner", "admin", "manager", "member", "viewer"];

/** Roles from the highest down to the caller's own: nobody can give more than they have. */
export function rolesUpTo(own: string | null | undefined): Role[] {
	const from = ROLES.indexOf((own ?? "viewer") as Role);
	return from < 0 ? [] : ROLES.slice(from);
}
