// Where a test file gets its server: the one of the run (tests/run.mjs), or one of its own when it is run alone.

import { after } from "node:test";
import { makeBasis, startGatehouse, attach } from "./server.mjs";

let shared;
let basis;

/** The server that all files of a run share. Nobody moves its clock or breaks it. */
export function sharedServer() {
	if (!shared)
		shared = process.env.GATEHOUSE_TEST_SERVER ? attach(process.env.GATEHOUSE_TEST_SERVER) : ownServer();
	return shared;
}

export function sharedBasis() {
	if (!basis)
		basis = process.env.GATEHOUSE_TEST_BASIS ? Promise.resolve(JSON.parse(process.env.GATEHOUSE_TEST_BASIS)) : makeBasis();
	return basis;
}

/** A server of this file's own, ended after its tests. Options: startGatehouse(). */
export async function ownServer(options = {}) {
	const server = await startGatehouse({ basis: await sharedBasis(), ...options });
	after(() => server.stop());
	return server;
}

/** The same thing many times at once. */
export function atOnce(times, make) {
	return Promise.all(Array.from({ length: times }, (_, i) => make(i)));
}
