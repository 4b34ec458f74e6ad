// A project's own application names itself and its secret in the body (licensing.md, callers: C).

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, expectError, expectField, expectStatus, feature, item, manualProvider, projectUser, sharedServer } from "../../harness/index.mjs";
import { basic, makeApp } from "../oauth/oauth.mjs";

const server = await sharedServer();
const CHECK = "/api/v1/features/check";
const anybody = () => new Client(server, { check: false });

async function make() {
	const app = await makeApp(server);
	await feature(app.owner, app, { feature_key: "export", default: true });
	const shopper = await projectUser(server, { id: app.id, clientId: app.clientId });
	return { ...app, shopper, who: { client_id: app.clientId, client_secret: app.secret }, asks: { user_id: shopper.id, feature_key: "export" } };
}

test("client_id and client_secret in the body are the application, as by Basic", async () => {
	const { who, asks } = await make();
	const byBasic = expectStatus(await anybody().post(CHECK, asks, { headers: basic(who.client_id, who.client_secret) }), 200);
	assert.deepEqual(expectStatus(await anybody().post(CHECK, { ...who, ...asks }), 200), byBasic);
	assert.equal(byBasic.has_feature, true);
	const stranger = await make();
	expectError(await anybody().post(CHECK, { ...stranger.who, ...asks }), 404, "not_found");
	expectField(await anybody().post(CHECK, { ...who, ...asks, more: 1 }), "more", "unknown");
});

test("a wrong secret, another client's, none, and what isn't a text are nobody", async () => {
	const { who, asks } = await make();
	const stranger = await make();
	for (const wrong of [{ ...who, client_secret: `${who.client_secret}x` }, { ...who, client_secret: stranger.who.client_secret }, { ...who, client_id: `${who.client_id} ` }]) {
		const answer = await anybody().post(CHECK, { ...wrong, ...asks });
		expectError(answer, 401, "unauthorized");
		assert.match(answer.headers["www-authenticate"], /^Basic realm=/);
	}
	for (const none of [{ client_id: who.client_id }, { client_secret: who.client_secret }, { ...who, client_secret: 7 }, { ...who, client_id: null }, {}])
		expectError(await anybody().post(CHECK, { ...none, ...asks }), 401, "unauthorized");
	expectStatus(await anybody().post(CHECK, { ...who, ...asks }), 200);
});

test("beside another credential they are one too many: 400 ambiguous_credentials", async () => {
	const { who, asks, owner, id } = await make();
	const key = await owner.org.key({ project: { id, environment: "test" }, environment: "test", scopes: ["feature.check"] });
	expectStatus(await key.post(CHECK, asks), 200);
	expectError(await key.post(CHECK, { ...who, ...asks }), 400, "ambiguous_credentials");
	expectError(await anybody().post(CHECK, { ...who, ...asks }, { headers: basic(who.client_id, who.client_secret) }), 400, "ambiguous_credentials");
	const member = await owner.session({ headers: { "X-Project-Id": id } });
	expectStatus(await member.post(CHECK, asks), 200);
	expectError(await member.post(CHECK, { ...who, ...asks }), 400, "ambiguous_credentials");
});

test("where anybody may ask by a client_id, the secret beside it makes it the application, and only there", async () => {
	const { who, owner, id } = await make();
	await manualProvider(owner, { id });
	const sold = await item(owner, { id }, { price: 1000 });
	const buy = (body) => anybody().post(`/api/v1/items/${sold.id}/purchase`, { buyer_email: "buyer@example.com", amount: 500, ...body });
	expectError(await buy({ client_id: who.client_id }), 403, "amount_not_allowed");
	expectStatus(await buy(who), 201);
	expectError(await buy({ ...who, client_secret: "wrong" }), 401, "unauthorized");
	expectError(await anybody().request("GET", "/api/v1/users/lookup?external_id=1", { json: who }), 401, "unauthorized");
});
