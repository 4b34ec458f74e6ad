// What tests ask of replies, with messages that show the reply when it is another one.

import assert from "node:assert/strict";

const show = (answer) => `${answer.status} ${answer.text.slice(0, 600)}`;

export function expectStatus(answer, status) {
	assert.equal(answer.status, status, `expected ${status}, got ${show(answer)}`);
	return answer.json;
}

/** Any of these statuses. */
export function expectOneOf(answer, ...statuses) {
	assert.ok(statuses.includes(answer.status), `expected ${statuses.join(" or ")}, got ${show(answer)}`);
	return answer.json;
}

/** The whole shape of an error: conventions.md section 6. */
export function expectError(answer, status, code) {
	assert.equal(answer.status, status, `expected ${status} ${code}, got ${show(answer)}`);
	assert.equal(answer.json?.error?.code, code, `expected ${status} ${code}, got ${show(answer)}`);
	assert.equal(typeof answer.json.error.message, "string");
	assert.ok(answer.json.error.message.length > 0, "an error says something");
	assert.match(answer.json.request_id, /^req_[a-z0-9]{16}$/);
	assert.equal(answer.headers["x-request-id"], answer.json.request_id);
	assert.deepEqual(Object.keys(answer.json).sort(), ["error", "request_id"]);
	if (status === 401)
		assert.ok(answer.headers["www-authenticate"], "401 has WWW-Authenticate");
	if (status === 429 || status === 503)
		assert.match(answer.headers["retry-after"] ?? "", /^\d+$/, "429 and 503 have Retry-After");
	return answer.json.error;
}

/** An error of an OAuth endpoint (RFC 6749 section 5.2). */
export function expectOAuthError(answer, status, code, challenge = code === "invalid_token" ? /^Bearer / : /^Basic /) {
	assert.equal(answer.status, status, `expected ${status} ${code}, got ${show(answer)}`);
	assert.deepEqual(Object.keys(answer.json ?? {}).sort(), ["error", "error_description"], show(answer));
	assert.equal(answer.json.error, code, show(answer));
	assert.equal(answer.headers["cache-control"], "no-store");
	if (status === 401)
		assert.match(answer.headers["www-authenticate"] ?? "", challenge);
	return answer.json;
}

/** 422 validation_failed that names this field with this rule. */
export function expectField(answer, field, rule) {
	const error = expectError(answer, 422, "validation_failed");
	const fields = error.details?.fields ?? [];
	assert.ok(fields.some((one) => one.field === field && (rule === undefined || one.rule === rule)), `expected field ${field} rule ${rule}, got ${JSON.stringify(fields)}`);
	for (const one of fields)
		assert.ok(one.field && one.rule && one.message, `each field has field, rule and message: ${JSON.stringify(one)}`);
	return fields;
}

/** The error without what differs on every request. */
export function withoutRequestId(answer) {
	return answer.text.replaceAll(answer.headers["x-request-id"], "req_");
}

export function count(answers, status) {
	return answers.filter((answer) => answer.status === status).length;
}

/** How many of each status: {201: 1, 409: 49}. */
export function tally(answers) {
	const found = {};
	for (const { status } of answers)
		found[status] = (found[status] ?? 0) + 1;
	return found;
}
