// The route table as `gatehoused --describe` prints it, and the policy that was typed from the contract.

import fs from "node:fs";
import path from "node:path";
import { BUILD, ROOT, run } from "./workplace.mjs";

let cached;

export async function describe() {
	cached ??= run(path.join(BUILD, "gatehoused"), ["--describe"]).then(({ stdout }) => JSON.parse(stdout).routes);
	return cached;
}

/** Rows of tests/api/policy.tsv. */
export function policy() {
	return fs.readFileSync(path.join(ROOT, "tests/api/policy.tsv"), "utf8").split("\n").filter((line) => line && !line.startsWith("#")).map((line) => {
		const [method, route, callers, permission, tenant, errors] = line.split("\t");
		return { method, path: route, name: `${method} ${route}`, callers, permission: permission === "-" ? null : permission, tenant, errors: errors ? errors.split(" ") : [] };
	});
}

const LETTERS = { session: "S", personal_token: "P", service_key: "K", project_user: "E", oauth: "O", client: "C", user_token: "A" };

/** A described route in the words of the policy. */
export function asPolicy(route) {
	const kinds = (route.auth ?? []).map((kind) => LETTERS[kind]);
	const isUnpinned = route.unpinned_key_only;
	const callers = ["S", "E", "A", "P", "K", "O", "C"].filter((letter) => kinds.includes(letter)).map((letter) => (letter === "K" && isUnpinned ? "U" : letter)).join("") + (route.public ? "-" : "");
	return {
		method: route.method, path: route.path, name: `${route.method} ${route.path}`, callers,
		permission: route.permission === "in_handler" ? "*" : route.permission || null, tenant: route.tenant, errors: [...(route.errors ?? [])].sort(),
	};
}
