// Generated for every list: pages add up to what include_total says (conventions.md section 6).

import assert from "node:assert/strict";
import { describe } from "../../harness/describe.mjs";
import { expectStatus } from "../../harness/expect.mjs";
import { addPasskey } from "../../harness/factors.mjs";
import { client, identity, rateLimit, resourceServer, socialProvider, user } from "../../harness/fixtures.mjs";
import { license } from "../../harness/licenses.mjs";
import { feature, plan } from "../../harness/plans.mjs";
import { connection, midtransKey, payment } from "../../harness/payments.mjs";
import { invoice, meter } from "../../harness/usage.mjs";
import { makeEmail } from "../../harness/secrets.mjs";
import { gate, prepare, routes } from "./cases.mjs";

const isList = new Map((await describe()).map((route) => [route.id, route.list]));
const lists = routes.filter((route) => isList.get(route.id));

/** Two of everything that a list of this area shows. */
async function fill({ owner, org, project, server }) {
	const session = await owner.session();
	for (const name of ["One", "Two"]) {
		expectStatus(await session.patch(`/api/v1/projects/${project.id}`, { name }), 200);
		expectStatus(await session.post("/api/v1/orgs", { name }), 201);
		expectStatus(await session.post("/api/v1/invitations", { kind: "email", email: makeEmail(), role: "member" }, { headers: { "X-Org-Id": org.id } }), 201);
		await org.key();
		await org.member("viewer");
		await org.project();
		await client(owner);
		await user(project, { server });
		await rateLimit(project, { server });
		await addPasskey(session);
		expectStatus(await session.post(`/api/v1/mail_settings/test?project_id=${project.id}`, { to: makeEmail() }), 202);
		const isFirst = name === "One";
		await socialProvider(owner, isFirst ? "github" : "discord");
		await identity(server.consoleId, owner.id, { server, provider: isFirst ? "github" : "discord" });
		await resourceServer(owner, project);
		await license(owner, project);
		await payment(owner, project);
		await plan(owner, project);
		await feature(owner, project);
		await connection(owner, project, isFirst ? {} : midtransKey());
		await meter(owner, project);
		await invoice(org, { server, period_at: isFirst ? "2025-02-01 00:00:00.000" : "2025-03-01 00:00:00.000" });
		expectStatus(await session.post(`/api/v1/license_signing_keys/rotate?project_id=${project.id}`), 201);
		expectStatus(await session.post(`/api/v1/signing_keys/rotate?project_id=${project.id}`, { alg: isFirst ? "ES256" : "EdDSA", mode: "planned" }), 201);
	}
}

gate("the pages of a list hold as many objects as include_total says, each once", 32, lists, async (route) => {
	const request = await prepare(route);
	await fill(request.world);
	const at = (query) => `${request.target}${request.target.includes("?") ? "&" : "?"}${query}`;
	assert.equal("total" in expectStatus(await request.send(), 200), false);
	const first = expectStatus(await request.send({ target: at("include_total=true&limit=1") }), 200);
	assert.ok(first.total >= 2, `total is ${first.total}`);
	const seen = new Set();
	for (let cursor = ""; cursor !== null;) {
		const page = expectStatus(await request.send({ target: at(`limit=1${cursor && `&cursor=${cursor}`}`) }), 200);
		for (const object of page.data)
			seen.add(object.id ?? object.user_id ?? object.kid ?? object.key ?? object.feature_key ?? object.digest);
		cursor = page.next_cursor;
	}
	assert.equal(seen.size, first.total);
});
