// People with second factors, set up as they do it themselves.

import { Authenticator, totp } from "./authenticator.mjs";
import { sqlTime } from "./clock.mjs";
import { openFlow, signInFlow } from "./fixtures.mjs";
import { Client } from "./http.mjs";
import { person, projectUser } from "./person.mjs";
import { remember } from "./secrets.mjs";

const must = (answer, status) => {
	if (answer.status !== status)
		throw new Error(`expected ${status}: ${answer.status} ${answer.text}`);
	return answer.json;
};

/** An authenticator app for who is signed in; the code of the step before is used up by it. Answers { secret, factor_id, backup_codes }. */
export async function addTotp(session) {
	const begun = must(await session.post("/api/v1/account/totp"), 201);
	remember(begun.secret);
	const verify = () => session.post("/api/v1/account/totp/verify", { code: totp(begun.secret, { steps: -1 }) });
	const first = await verify();
	/* Half a minute may have begun meanwhile. */
	const { backup_codes } = must(first.status === 401 ? await verify() : first, 200);
	return { ...begun, backup_codes };
}

/** A passkey for who is signed in. Answers the authenticator that holds it, with its factor_id. */
export async function addPasskey(session, options = {}) {
	const authenticator = new Authenticator({ origin: session.origin, ...options });
	const { passkey_options } = must(await session.post("/api/v1/account/passkeys/options"), 200);
	const factor = must(await session.post("/api/v1/account/passkeys", { credential: authenticator.create(passkey_options), name: options.name }), 201);
	return Object.assign(authenticator, { factor_id: factor.id });
}

/** What a project's people sign in by: members of sign_in_settings that differ from the defaults. */
export async function setSignIn(server, projectId, settings) {
	await server.sql.run`INSERT INTO area_settings (project_id, area, body, version, updated_at)
		VALUES (${projectId}, 'sign_in', ${JSON.stringify(settings)}, 1, ${sqlTime()})
		ON DUPLICATE KEY UPDATE body = VALUES(body), version = version + 1`;
}

/** A project whose settings are these, with somebody who has a password; signIn() gives a flow in which it was right. */
export async function projectWith(server, settings) {
	const owner = await person(server);
	const project = await owner.org.project({ redirect_uris: ["https://shop.example.com/callback"] });
	await setSignIn(server, project.id, settings);
	const user = await projectUser(server, project, { password: true });
	const open = (kind = "sign_in") => openFlow(server, kind, { browser: new Client(server, { site: "auth" }), client_id: project.clientId, redirect_uri: "https://shop.example.com/callback" });
	const signIn = async () => {
		const flow = await open();
		await flow.go("identify", { identifier: user.email });
		await flow.go("password", { password: user.password });
		return flow;
	};
	return { owner, project, user, open, signIn };
}

/** A flow that asks somebody's second factor: { flow, user, session, secret, backup_codes }, or with an authenticator for a passkey. */
export async function secondFactorFlow(server, kind = "totp") {
	const user = await person(server, { password: true });
	const session = await user.session();
	const factor = kind === "totp" ? await addTotp(session) : { authenticator: await addPasskey(session) };
	return { user, session, ...factor, flow: await signInFlow(server, { email: user.email, password: user.password }) };
}

/** A flow in which a second factor has to be set up. */
export async function enrollFlow(server) {
	const place = await projectWith(server, { mfa: "required" });
	return { ...place, flow: await place.signIn() };
}
