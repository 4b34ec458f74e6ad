// A server whose workers reach their database through the proxy.

import path from "node:path";
import { after } from "node:test";
import { Client } from "../harness/http.mjs";
import { startGatehouse } from "../harness/server.mjs";
import { sharedBasis } from "../harness/suite.mjs";
import { Proxy } from "./proxy.mjs";

/** Limits that these tests don't look at are out of their way. */
export const WIDE_LIMITS = { credential: { limit: 1000000 }, anonymous: { limit: 1000000 }, project_write: { limit: 1000000 }, failed_credentials: { limit: 1000000 }, key_mint: { limit: 1000000 } };

export async function watchedServer({ config = {}, ...options } = {}) {
	let proxy;
	const server = await startGatehouse({
		basis: await sharedBasis(), jobs: false, ...options, config: { limits: WIDE_LIMITS, ...config },
		hosts: async ({ folder, db }) => {
			proxy = new Proxy({ listen: path.join(folder, "proxy.sock"), target: db.socket });
			await proxy.start();
			return [proxy.socket];
		},
	});
	after(async () => {
		proxy.clear();
		await server.stop();
		proxy.stop();
	});
	return { server, proxy };
}

/** Waits until a held statement is there; fails when its request was answered before it came to that. */
export function reached(hold, request) {
	return Promise.race([hold.reached, request.then(({ status, text }) => {
		throw new Error(`never came to the held statement: ${status} ${text}`);
	})]);
}

/** Every worker has a connection again: after the lines were cut, or at the start. */
export async function warmUp(server, key, { rounds = 3, clients = 12 } = {}) {
	for (let round = 0; round < rounds; round++)
		await Promise.all(Array.from({ length: clients }, () => new Client(server, { bearer: key.secret }).get("/api/v1/whoami")));
}
