// After everything else: each error that a route declares as its own was produced by some test of this run.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { describe } from "../../harness/describe.mjs";
import { sharedServer } from "../../harness/index.mjs";

const server = await sharedServer();

function readSeen() {
	const folder = process.env.GATEHOUSE_TEST_SEEN ?? path.join(server.folder, "seen");
	return [...new Set(fs.readdirSync(folder).flatMap((name) => fs.readFileSync(path.join(folder, name), "utf8").split("\n")).filter(Boolean))].map((line) => line.split(" "));
}

/** Declared by the contract, and out of reach until something else exists. */
const UNREACHABLE = new Set([
	// Caps run under their guard row, but no plan sets a limit yet.
	"POST /api/v1/projects plan_limit_reached", "POST /api/v1/invitations plan_limit_reached", "POST /api/v1/invitations/accept plan_limit_reached",
	"POST /api/v1/orgs/join plan_limit_reached",
	// Only whoever is overtaken between two steps of one flow meets these: the address or number was taken, or the guest became a user elsewhere.
	"POST /api/v1/flows/redeem email_taken", "POST /api/v1/flows/redeem not_anonymous", "POST /api/v1/flows/{flow_id}/sign_up not_anonymous",
	"POST /api/v1/flows/{flow_id}/verify_code email_taken", "POST /api/v1/flows/{flow_id}/verify_code not_anonymous",
	"POST /api/v1/account/phone/verify phone_taken",
	// A test of a template has an example for whatever isn't given.
	"POST /api/v1/mail_templates/{slug}/test missing_variable",
	// Whoever may set overrides is an admin, and no override is above that: there are no custom roles yet.
	"POST /api/v1/projects/{project_id}/members role_too_high", "PATCH /api/v1/projects/{project_id}/members/{user_id} role_too_high",
	"DELETE /api/v1/projects/{project_id}/members/{user_id} role_too_high",
	// Visitors of a protected site meet these under the site's own addresses (tests/browser/site.test.mjs).
	"GET /api/v1/auth_request/sign_in invalid_client", "GET /api/v1/auth_request/sign_in redirect_uri_not_registered",
	"GET /api/v1/auth_request/callback invalid_client", "GET /api/v1/auth_request/callback invalid_grant",
	"GET /api/v1/auth_request/callback invalid_request", "GET /api/v1/auth_request/callback request_expired",
	// A connector is played by a job (tests/jobs/connector_tests.test.mjs).
	"POST /api/v1/connector_tests/{id}/answer already_decided",
]);

test("every declared error was seen", { skip: process.env.GATEHOUSE_TEST_FULL ? false : "only a full run sees all" }, async () => {
	const seen = readSeen();
	const literal = (route) => (route.path.match(/\{/g) ?? []).length;
	const routes = (await describe()).map((route) => ({ ...route, pattern: new RegExp(`^${route.path.replace(/\{[^}]+\}/g, "[^/]+")}$`) })).sort((a, b) => literal(a) - literal(b));
	const produced = new Set();
	for (const [method, target, code] of seen) {
		const route = routes.find((one) => one.method === method && one.pattern.test(target));
		if (route)
			produced.add(`${route.method} ${route.path} ${code}`);
	}
	const missing = routes.flatMap((route) => route.errors.map((code) => `${route.method} ${route.path} ${code}`)).filter((one) => !produced.has(one) && !UNREACHABLE.has(one));
	assert.deepEqual(missing, []);
});
