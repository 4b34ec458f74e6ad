// What the generated cases share: the routes, the plain request that succeeds, and the shape of a case.

import assert from "node:assert/strict";
import { describe as suite, it, test } from "node:test";
import { asPolicy, describe } from "../../harness/describe.mjs";
import { expectStatus } from "../../harness/expect.mjs";
import { makeAddress } from "../../harness/http.mjs";
import { sharedServer } from "../../harness/suite.mjs";
import { samples, World } from "./samples.mjs";

/** OAuth's endpoints and MCP's are what their specifications say: their cases are written by hand (tests/api/oauth, tests/api/mcp). */
export const routes = (await describe()).filter((route) => !route.oauth && !route.mcp).map((route) => ({ ...asPolicy(route), id: route.id, site: route.site, pool: route.pool, input: route.input, body_bytes_max: route.body_bytes_max ?? 65536 }));

/** auth_request answers 204, 401 and 403 only (tenancy rule 41), assets are files, providers send what they like: their cases are written by hand. Health has no gates. */
const WITHOUT_GATES = new Set(["GET /api/v1/auth_request", "GET /api/v1/public/assets/{client_id}/{digest}", "GET /api/v1/social/callback", "POST /api/v1/social/callback", "GET /healthz", "GET /readyz", "GET /metrics", "POST /hooks/{id}"]);
export const gated = routes.filter((route) => !WITHOUT_GATES.has(route.name));

export const isPublic = (route) => route.callers.includes("-");
export const kindsOf = (route) => [..."SPKO"].filter((kind) => route.callers.includes(kind) || (kind === "K" && route.callers.includes("U")));
export const takesBody = (route) => ["POST", "PATCH", "PUT"].includes(route.method);

/** The least role of each permission that a route of this area asks for (tenancy.md section 2). */
export const LEAST_ROLE = {
	"org.read": "viewer", "member.read": "viewer", "project.read": "viewer", "project_member.read": "viewer", "client.read": "viewer", "resource_server.read": "viewer", "oauth_settings.read": "viewer",
	"event.read": "member", "sign_in.read": "member",
	"project.create": "manager", "project.write": "manager", "invitation.read": "manager", "invitation.write": "manager", "client.write": "manager", "resource_server.write": "manager", "branding.write": "manager",
	"user.read": "viewer", "license.read": "viewer", "analytics.read": "viewer", "plan.read": "viewer", "claim.read": "viewer", "claim.write": "manager", "plan.write": "manager", "feature.check": "viewer", "license.write": "manager", "license.manage": "admin", "usage.read": "viewer", "usage.write": "manager", "billing.read": "admin", "billing.write": "admin", "user.write": "manager", "user.delete": "admin", "user.import": "admin",
	"org.write": "admin", "member.write": "admin", "project.delete": "admin", "project_member.write": "admin", "audit.read": "admin", "audit.export": "admin", "sign_in.write": "admin", "oauth_settings.write": "admin",
	"payment.read": "viewer", "payment.write": "manager", "connection.read": "viewer", "connection.write": "manager",
	"mail.read": "manager", "mail.write": "admin",
	"org.delete": "owner",
	"user.impersonate": "admin", "user.export": "admin",
	// An operator is an owner or admin of the operator organization: those cases are written by hand.
	"installation.write": "operator",
};
export const ROLES = ["viewer", "member", "manager", "admin", "owner"];

const server = await sharedServer();

/** A request that would succeed. kind: which credential; undefined: the first that the route takes. */
export async function prepare(route, kind = kindsOf(route)[0]) {
	const world = await World.make(server);
	const make = samples[route.name];
	assert.ok(make, `samples.mjs has a request for ${route.name}`);
	const sample = await make(world, kind);
	const client = sample.by ?? (await world.client(kind ?? "S"));
	return {
		world, client, route,
		method: route.method, target: sample.target ?? route.path, json: sample.json, status: sample.status ?? 200,
		send(changes = {}) {
			const { by = client, target = this.target, method = this.method, ...options } = changes;
			const { json: body = this.json } = "body" in options ? { json: undefined } : options;
			const withBody = "body" in options ? {} : body === undefined ? {} : { json: body };
			return by.request(method, target, { ...withBody, ...options });
		},
	};
}

/** The plain request: proof that nothing but the one change was what was refused, and that the refusal changed nothing. */
export async function expectPlain(request) {
	expectStatus(await request.send(), request.status);
}

/** A client from the same place without any credential. */
export function stripped(client, changes = {}) {
	const cookies = { ...client.cookies };
	delete cookies[client.sessionCookie];
	const { Authorization: _, ...headers } = client.headers;
	return client.with({ bearer: undefined, headers, cookies, address: makeAddress(), ...changes });
}

/** Cases of one gate over many routes: made(route, kind) runs one. Fewer than `least` says that routes went missing; new ones come by themselves. */
export function gate(name, least, list, made) {
	test(`${name}: at least ${least} cases`, () => assert.ok(list.length >= least, `${list.length} cases are left`));
	suite(name, { concurrency: 6 }, () => {
		for (const one of list)
			it(one.label ?? one.name, () => made(one));
	});
}

/** Each route once for each credential it takes. */
export const perKind = (list) => list.flatMap((route) => kindsOf(route).map((kind) => ({ ...route, kind, label: `${route.name} as ${kind}` })));
