// What a project counts: meters, and use of them.

import { makeId } from "./secrets.mjs";

async function made(answer, status) {
	if (answer.status !== status)
		throw new Error(`${answer.status} ${answer.text}`);
	return answer.json;
}

const makerOf = (owner, project) => owner.session({ headers: { "X-Project-Id": project.id } });

/** A meter of the project, with a key of its own. */
export async function meter(owner, project, body = {}) {
	return made(await (await makerOf(owner, project)).post("/api/v1/meters", { meter_key: makeId("tokens"), unit: "tokens", display_name: "Tokens", ...body }), 201);
}

/** The body of a consume, or one of the events of a report. */
export const use = ({ meter_key }, { id: subject_id }, more = {}) => ({ meter_key, subject_id, quantity: 1, event_key: makeId("use"), ...more });

export async function limitProject(owner, project, limits) {
	return made(await (await makerOf(owner, project)).put("/api/v1/project_limits", { limits }), 200);
}
