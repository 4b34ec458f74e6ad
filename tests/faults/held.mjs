// Races that are held, not hoped for: requests meet at the statement that decides. With its guard each rule holds; with the guard's text removed
// the same schedule must break it, or the test proves nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { sleep } from "../harness/index.mjs";
import { reached } from "./watched.mjs";

/* Who hasn't come by then waits for somebody's lock. Without its guard a race needs both there; the lock wait timeout (3 s) is the end of patience. */
const PATIENCE_MS = 1200;
const PATIENCE_WITHOUT_GUARD_MS = 2400;

/** The guard's row isn't written any more; a statement with as many parameters that hits one row stands in its place. */
export const withoutGuardRow = (text) => {
	const parameters = (text.match(/\?/g) ?? []).length;
	return `INSERT INTO faults.nothing (id) VALUES (LEFT(HEX(CONCAT_WS(',', ${Array(parameters).fill("?").join(", ")})), 64))`;
};

/** All requests are kept at the statement, or wait for the first one's guard; then they go on together. Answers in the order of the requests. */
export async function meetAt({ proxy, patience_ms = PATIENCE_MS }, at, first, ...others) {
	const hold = proxy.hold(at, { times: 1 + others.length });
	const running = [first()];
	await reached(hold, running[0]);
	running.push(...others.map((request) => request()));
	for (let waited_ms = 0; hold.seen < running.length && waited_ms < patience_ms; waited_ms += 20)
		await sleep(20);
	hold.release();
	return Promise.all(running);
}

/** The slow request stops before the statement, the fast one comes and goes meanwhile. */
export async function overtake(proxy, at, slow, fast) {
	const hold = proxy.hold(at);
	const running = slow();
	await reached(hold, running);
	const answer = await fast();
	hold.release();
	return [await running, answer];
}

/** The slow request stops before the statement; the fast one goes as far as it gets meanwhile, to its end when nothing holds it up. */
export async function cross({ proxy, patience_ms = PATIENCE_MS }, at, slow, fast) {
	const hold = proxy.hold(at);
	const running = slow();
	await reached(hold, running);
	const answer = fast();
	await Promise.race([answer, sleep(patience_ms)]);
	hold.release();
	return Promise.all([running, answer]);
}

async function breaks(check, answers) {
	try {
		await check(answers);
		return false;
	} catch (error) {
		if (error.name !== "AssertionError")
			throw error;
		return true;
	}
}

/**
 * Declares a race twice, with its guard and without. guard and remove: which statements, and what becomes of them. on: makes the place to play on,
 * {server, proxy, settle}; bare: the place for the second run, where the guard is a unique key that isn't there.
 * play(place) answers {answers, check}; place.meet, place.overtake and place.cross hold its requests.
 */
export function race(name, { guard, remove = withoutGuardRow, play, on, bare }) {
	const place = async (make, patience_ms) => {
		const there = await make();
		return {
			...there,
			meet: (...schedule) => meetAt({ proxy: there.proxy, patience_ms }, ...schedule),
			overtake: (...schedule) => overtake(there.proxy, ...schedule),
			cross: (...schedule) => cross({ proxy: there.proxy, patience_ms }, ...schedule),
		};
	};
	test(`${name}: holds`, async () => {
		const { check, answers } = await play(await place(on, PATIENCE_MS));
		await check(answers);
	});
	test(`${name}: breaks without its guard`, async () => {
		const there = await place(bare ?? on, PATIENCE_WITHOUT_GUARD_MS);
		if (guard) {
			there.proxy.rewrite(guard, remove);
			await there.settle();
		}
		// What meets at the statement goes on at its own pace: on a busy machine one may be through before the other looks. Once is enough.
		let isBroken = false;
		for (let plays = 0; plays < 3 && !isBroken; plays++) {
			const { check, answers } = await play(there);
			isBroken = await breaks(check, answers);
		}
		if (guard)
			assert.ok(there.proxy.rewritten > 0, "the guard was met and taken out");
		assert.ok(isBroken, "the same schedule must break the rule");
	});
}
