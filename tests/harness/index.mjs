// What a test file usually needs.

export { Authenticator, cbor, FLAG, Raw, totp } from "./authenticator.mjs";
export * from "./clock.mjs";
export * from "./expect.mjs";
export * from "./factors.mjs";
export * from "./fixtures.mjs";
export { Client, makeAddress, sendOctets } from "./http.mjs";
export * from "./licenses.mjs";
export * from "./plans.mjs";
export { entryOf, logEntries, logLines } from "./logs.mjs";
export { mailsTo, waitForMail } from "./mail.mjs";
export * from "./payments.mjs";
export { consoleClient, KEY_SCOPES, OAUTH_SCOPES, operator, person, projectUser } from "./person.mjs";
export { checksum, digest, makeEmail, makeId, makeInviteCode, makePassword, makePhone, makePublicId, makeSecret, makeSlug } from "./secrets.mjs";
export { startGatehouse } from "./server.mjs";
export { atOnce, ownServer, sharedBasis, sharedServer } from "./suite.mjs";
export { consolePlan, invoice, limitProject, meter, use } from "./usage.mjs";
export { sleep, until } from "./workplace.mjs";
