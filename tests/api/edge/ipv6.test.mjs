// HT-19, HT-20: people behind one IPv6 network count as one, through the shipped nginx site. That nginx believes a header of this test
// about who connects (ngx_http_realip_module), for a machine rarely has two networks to come from.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, entryOf, expectError, expectStatus, makeSecret, ownServer, person } from "../../harness/index.mjs";

const server = await ownServer({
	jobs: false, nginx: { extra: () => "set_real_ip_from 127.0.0.0/8;\n\treal_ip_header X-Test-Address;" },
});

/** Shows wrong keys from these addresses, one after the other; answers the status of each. */
async function tries(addresses) {
	const seen = [];
	for (const address of addresses)
		seen.push((await new Client(server, { bearer: makeSecret("gsk_live_"), headers: { "X-Test-Address": address } }).get("/api/v1/whoami")).status);
	return seen;
}

const times = (count, make) => Array.from({ length: count }, (_, i) => make(i + 1));

test("HT-20 IPv6 counts by /64: thirty neighbours spend one bucket, the next network has its own", async () => {
	const neighbours = times(31, (i) => `2001:db8:0:1:${i.toString(16)}::${i.toString(16)}`);
	assert.deepEqual(await tries(neighbours), [...Array(30).fill(401), 429]);
	assert.deepEqual(await tries(["2001:db8:0:2::1"]), [401]);
});

test("HT-20 IPv4 counts by address, also where it is written as IPv6", async () => {
	assert.deepEqual(await tries(times(31, (i) => `192.0.2.${i}`)), Array(31).fill(401));
	assert.deepEqual(await tries([...times(29, () => "192.0.2.1"), "::ffff:192.0.2.1"]), [...Array(29).fill(401), 429]);
});

test("a good key works from another network, and the log has the whole address", async () => {
	const owner = await person(server);
	const key = await owner.org.key();
	const from = (address) => new Client(server, { bearer: key.secret, headers: { "X-Test-Address": address } }).get("/api/v1/whoami");
	expectError(await from("2001:db8:0:1::99"), 429, "rate_limited");
	const answer = await from("2001:db8:0:3::99");
	expectStatus(answer, 200);
	assert.equal((await entryOf(server, answer.headers["x-request-id"])).ip, "2001:db8:0:3::99");
});
