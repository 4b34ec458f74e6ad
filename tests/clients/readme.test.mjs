// The README's first session, run as it stands there; and the example programs, run as they tell people to.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { ownServer, person } from "../harness/index.mjs";
import { ROOT } from "../harness/workplace.mjs";

const run = promisify(execFile);
const server = await ownServer();
const owner = await person(server);
const key = await owner.org.key({ environment: "test" });
const environment = {
	...process.env, GATEHOUSE_URL: server.url, GATEHOUSE_KEY: key.secret, CURL_CA_BUNDLE: server.ca, GATEHOUSE_CA: server.ca, NODE_EXTRA_CA_CERTS: server.ca,
};

/** The blocks of shell that the README marks as its session, in order. */
function sessionOf(text) {
	return [...text.matchAll(/<!-- session -->\n```sh\n([\s\S]*?)```/g)].map((match) => match[1]);
}

const shell = (script, env = environment) => run("bash", ["-euo", "pipefail", "-c", script], { env, cwd: ROOT });
const slugs = () => server.sql.query(`SELECT slug, environment FROM projects WHERE org_id = '${owner.org.id}' ORDER BY id`);

test("the README's first session runs as it stands there", async () => {
	const blocks = sessionOf(fs.readFileSync(path.join(ROOT, "README.md"), "utf8"));
	assert.equal(blocks.length, 3, "the README has a session of three blocks");
	const outputs = [];
	for (const block of blocks)
		outputs.push((await shell(block)).stdout);
	assert.equal(JSON.parse(outputs[0]).credential.id, key.id);
	assert.equal(JSON.parse(outputs[1]).slug, "my-saas-app");
	assert.match(outputs[2], /"project\.created"/);
	assert.match(JSON.stringify(await slugs()), /my-saas-app/);
});

test("the session fails with a key that is wrong, so its success means something", async () => {
	const [block] = sessionOf(fs.readFileSync(path.join(ROOT, "README.md"), "utf8"));
	await assert.rejects(shell(block, { ...environment, GATEHOUSE_KEY: key.secret.slice(0, -1) }));
	await shell(block);
});

for (const [language, program, args] of [
	["Node", "node", ["--import", path.join(ROOT, "tests/clients/localhost.mjs"), "docs/examples/node/projects.mjs"]],
	["PHP", "php", ["docs/examples/php/projects.php"]],
]) {
	test(`the ${language} example makes one project, however often it runs`, async () => {
		const name = `Made by ${language}`;
		for (let i = 0; i < 2; i++) {
			const { stdout } = await run(program, [...args, name], { env: environment, cwd: ROOT });
			assert.match(stdout, new RegExp(`made ${name}: prj_[a-z0-9]{16}, client proj_[A-Za-z0-9]{24}`));
			assert.match(stdout, /^Key \(test\) of Example$/m);
		}
		const made = JSON.stringify(await slugs()).split(`made-by-${language.toLowerCase()}`).length - 1;
		assert.equal(made, 1);
	});

	test(`the ${language} example says what is wrong with a key`, async () => {
		const env = { ...environment, GATEHOUSE_KEY: "gsk_test_wrong" };
		const failure = await run(program, [...args, "Nothing"], { env, cwd: ROOT }).then(() => null, (error) => error);
		assert.ok(failure, "it failed");
		assert.match(failure.stderr + failure.stdout, /unauthorized: /);
	});
}
