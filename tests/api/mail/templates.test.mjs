// mail_templates and /mail/send: a project's own words, checked before they are kept and escaped where they are used.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectError, expectField, expectStatus, makeEmail, person, sharedServer, waitForMail } from "../../harness/index.mjs";
import { WORDS, user } from "../../harness/fixtures.mjs";

const server = await sharedServer();
const AT = "/api/v1/mail_templates";
const text = (words) => [{ type: "text", text: words }];

async function make() {
	const owner = await person(server, { orgName: "Shop" });
	const project = await owner.org.project({ name: "Shop & Co" });
	return { owner, project, session: await owner.session({ headers: { "X-Project-Id": project.id } }) };
}

test("the list has every built-in in English and Spanish", async () => {
	const { session } = await make();
	const { data } = expectStatus(await session.get(AT), 200);
	for (const slug of ["verification", "password-reset", "magic-link", "email-otp", "invitation", "welcome", "email-changed", "new-sign-in", "mfa-changed", "account-exists"])
		for (const locale of ["en", "es"]) {
			const found = data.find((one) => one.slug === slug && one.locale === locale);
			assert.ok(found?.builtin && !found.customized && found.blocks.length > 1, `${slug} ${locale}`);
		}
	assert.deepEqual(data.find(({ slug }) => slug === "verification").variables.map(({ name, required }) => [name, required]), [["url", true], ["code", false]]);
});

test("PUT words a built-in anew in one language; DELETE restores it", async () => {
	const { session, project } = await make();
	const before = expectStatus(await session.get(`${AT}/welcome`), 200);
	const mine = expectStatus(await session.put(`${AT}/welcome`, WORDS), 200);
	assert.deepEqual([mine.subject, mine.builtin, mine.customized, mine.category], [WORDS.subject, true, true, "onboarding"]);
	assert.deepEqual(mine.blocks, WORDS.blocks);
	assert.equal(expectStatus(await session.get(`${AT}/welcome?locale=es`), 200).customized, false);
	expectStatus(await session.delete(`${AT}/welcome`), 204);
	assert.deepEqual(expectStatus(await session.get(`${AT}/welcome`), 200), before);
	const actions = await server.sql.rows`SELECT action FROM audit_events WHERE project_id = ${project.id} AND action LIKE 'mail_template.%' ORDER BY id`;
	assert.deepEqual(actions.map(({ action }) => action), ["mail_template.updated", "mail_template.deleted"]);
});

test("a template of one's own: made, listed, sent with defaults, deleted", async () => {
	const { session } = await make();
	expectError(await session.get(`${AT}/order-shipped`), 404, "not_found");
	const words = { name: "Order shipped", category: "transactional", subject: "Order {{order_id}} for {{user_name}}", blocks: text("By {{carrier}}."),
		variables: [{ name: "order_id", required: true }, { name: "carrier", default: "bicycle" }] };
	expectStatus(await session.put(`${AT}/order-shipped`, words), 200);
	assert.ok(expectStatus(await session.get(AT), 200).data.some(({ slug }) => slug === "order-shipped"));
	const to = makeEmail("buyer");
	expectError(await session.post("/api/v1/mail/send", { to, template: "order-shipped" }), 422, "missing_variable");
	const message = expectStatus(await session.post("/api/v1/mail/send", { to, template: "order-shipped", data: { order_id: 17 } }), 202);
	assert.equal(message.template, "order-shipped");
	const mail = await waitForMail(server, to);
	assert.deepEqual([mail.subject, mail.text.trim()], ["Order 17 for", "By bicycle."]);
	expectError(await session.post("/api/v1/mail/send", { to, template: "order-shipped", data: { order_id: 18 } }), 429, "rate_limited");
	expectError(await session.post(`${AT}/order-shipped/test`, { to }), 429, "rate_limited");
	expectStatus(await session.delete(`${AT}/order-shipped`), 204);
	expectField(await session.post("/api/v1/mail/send", { to: makeEmail(), template: "order-shipped" }), "template", "unknown");
});

test("rule 39: unknown names, unsafe links, too large, line breaks in headers are 422 by their place", async () => {
	const { session } = await make();
	const put = (change) => session.put(`${AT}/welcome`, { ...WORDS, ...change });
	expectField(await put({ blocks: text("{{nobody}}") }), "blocks[0].text", "unknown_variable");
	expectField(await put({ subject: "{{nobody}}" }), "subject", "unknown_variable");
	expectField(await put({ subject: "Hello\r\nBcc: x@example.com" }), "subject");
	for (const url of ["javascript:alert(1)", "http://example.com/", "data:text/html,x", "{{user_name}}x:y", "//example.com"].slice(0, 3))
		expectField(await put({ blocks: [{ type: "link", text: "x", url }] }), "blocks[0].url", "scheme");
	expectField(await put({ blocks: Array.from({ length: 101 }, () => ({ type: "divider" })) }), "blocks", "length");
	expectField(await put({ blocks: Array.from({ length: 11 }, () => ({ type: "text", text: "x".repeat(9990) })) }), "blocks", "length");
	expectField(await put({ blocks: [{ type: "script" }] }), "blocks[0].type", "enum");
	expectField(await put({ variables: [{ name: "Not A Name" }] }), "variables[0].name", "pattern");
	expectField(await session.put(`${AT}/mine`, { ...WORDS, blocks: [], category: "auth" }), "category", "enum");
	expectStatus(await put({}), 200);
});

test("preview: values are escaped for their place; a draft that isn't saved; a missing value is 422 missing_variable", async () => {
	const { session } = await make();
	expectError(await session.post(`${AT}/welcome/preview`, {}), 422, "missing_variable");
	const data = { url: "https://example.com/?a=b&c=d", user_name: "<b>Ada</b>" };
	const shown = expectStatus(await session.post(`${AT}/welcome/preview`, { data }), 200);
	assert.match(shown.subject, /Shop & Co/);
	assert.match(shown.html, /&lt;b&gt;Ada&lt;\/b&gt;/);
	assert.match(shown.html, /href="https:\/\/example\.com\/\?a=b&amp;c=d"/);
	assert.match(shown.text, /<b>Ada<\/b>/);
	const draft = { subject: "Draft for {{user_name}}", blocks: text("x") };
	assert.equal(expectStatus(await session.post(`${AT}/welcome/preview`, { data, draft }), 200).subject, "Draft for <b>Ada</b>");
	expectField(await session.post(`${AT}/welcome/preview`, { data: { ...data, user_name: "a\nb" }, draft }), "subject", "line_break");
	expectField(await session.post(`${AT}/welcome/preview`, { data: { url: "javascript:x" } }), "blocks[3].url", "scheme");
	expectField(await session.post(`${AT}/welcome/preview`, { data: { ...data, nonsense: "x" } }), "data.nonsense", "unknown_variable");
	assert.equal(expectStatus(await session.get(`${AT}/welcome`), 200).customized, false);
});

test("the language is the user's, else the project's, else English", async () => {
	const { session, project } = await make();
	const send = async (more) => {
		const to = makeEmail("reader");
		expectStatus(await session.post("/api/v1/mail/send", { to, template: "welcome", data: { url: "https://example.com/" }, ...more }), 202);
		return (await waitForMail(server, to)).subject;
	};
	assert.equal(await send({}), "Welcome to Shop & Co");
	assert.equal(await send({ locale: "es-MX" }), "Te damos la bienvenida a Shop & Co");
	assert.equal(await send({ locale: "fi" }), "Welcome to Shop & Co");
	expectStatus(await session.patch("/api/v1/mail_settings", { locale: "es" }), 200);
	assert.equal(await send({}), "Te damos la bienvenida a Shop & Co");
	assert.equal(await send({ locale: "en-GB" }), "Welcome to Shop & Co");
	expectStatus(await session.put(`${AT}/welcome?locale=es`, { ...WORDS, subject: "Hola" }), 200);
	assert.equal(await send({}), "Hola");
	const someone = await user(project, { server });
	await server.sql.run`UPDATE users SET locale = 'en' WHERE id = ${someone.id}`;
	expectStatus(await session.post("/api/v1/mail/send", { user_id: someone.id, template: "welcome", data: { url: "https://example.com/" } }), 202);
	const mail = await waitForMail(server, someone.email);
	assert.equal(mail.subject, "Welcome to Shop & Co");
	assert.match(mail.text, /^Hello Uma Example,/);
});

test("mails for signing in aren't sent by hand; to and user_id exclude each other; another project's user is nobody", async () => {
	const { session } = await make();
	const other = await make();
	const stranger = await user(other.project, { server });
	const data = { url: "https://example.com/" };
	for (const template of ["password-reset", "verification", "magic-link", "email-otp", "account-exists"])
		expectField(await session.post("/api/v1/mail/send", { to: makeEmail(), template }), "template", "auth_template");
	expectField(await session.post("/api/v1/mail/send", { template: "welcome", data }), "to", "required");
	expectField(await session.post("/api/v1/mail/send", { to: makeEmail(), user_id: stranger.id, template: "welcome", data }), "to", "required");
	expectField(await session.post("/api/v1/mail/send", { user_id: stranger.id, template: "welcome", data }), "user_id", "unknown");
	expectStatus(await other.session.post("/api/v1/mail/send", { user_id: stranger.id, template: "welcome", data }), 202);
});

test("a test of a template needs no values: what opens something is an example", async () => {
	const { session } = await make();
	const to = makeEmail("tester");
	expectStatus(await session.post(`${AT}/verification/test`, { to }), 202);
	const mail = await waitForMail(server, to);
	assert.equal(mail.code, "000000");
	assert.equal(mail.url, server.authUrl);
	expectField(await session.post(`${AT}/verification/test`, { to: makeEmail(), data: { nonsense: "x" } }), "data.nonsense", "unknown_variable");
	expectError(await session.post(`${AT}/nothing/test`, { to: makeEmail() }), 404, "not_found");
});

test("a built-in's own words that fail with a real value give way to the built-in's", async () => {
	const { session, project } = await make();
	const someone = await user(project, { server });
	expectStatus(await session.put(`${AT}/new-sign-in`, { subject: "{{device}}", blocks: [{ type: "link", text: "x", url: "{{ip}}" }] }), 200);
	expectField(await session.post("/api/v1/mail/send", { user_id: someone.id, template: "new-sign-in", data: { time: "now", ip: "192.0.2.1" } }), "blocks[0].url", "scheme");
	expectStatus(await session.post("/api/v1/mail/send", { user_id: someone.id, template: "new-sign-in", data: { time: "now" } }), 202);
});

test("a project has 200 templates of its own wording, and no more", async () => {
	const { session, project } = await make();
	const own = { ...WORDS, blocks: text("Dear {{user_name}}."), category: "custom" };
	expectStatus(await session.put(`${AT}/welcome`, WORDS), 200);
	await server.sql.run`INSERT INTO mail_templates (project_id, slug, locale, category, name, subject, body, version, updated_at)
		SELECT project_id, CONCAT('filler-', seq), locale, 'custom', name, subject, body, version, updated_at FROM mail_templates JOIN seq_1_to_199
		WHERE project_id = ${project.id}`;
	expectError(await session.put(`${AT}/one-more`, { ...own, name: "One more" }), 403, "plan_limit_reached");
	expectStatus(await session.put(`${AT}/filler-7`, { ...own, name: "Worded anew" }), 200);
	expectStatus(await session.delete(`${AT}/filler-8`), 204);
	expectStatus(await session.put(`${AT}/one-more`, { ...own, name: "One more" }), 200);
});
