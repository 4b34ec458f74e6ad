// A small certificate authority of the tests' own and one certificate for the two host names.

import fs from "node:fs";
import path from "node:path";
import { run } from "./workplace.mjs";

export async function makeCertificates(folder, { names = [] } = {}) {
	const file = (name) => path.join(folder, name);
	await run("openssl", [
		"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=Gatehouse tests CA",
		"-keyout", file("ca.key"), "-out", file("ca.crt"),
	]);
	await run("openssl", [
		"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
		"-keyout", file("tls.key"), "-out", file("tls.csr"),
	]);
	fs.writeFileSync(file("tls.ext"), `subjectAltName=${["localhost", "auth.localhost", "site.localhost", "api.localhost", "login.localhost", ...names].map((name) => `DNS:${name}`).join(",")},IP:127.0.0.1\n`);
	await run("openssl", [
		"x509", "-req", "-in", file("tls.csr"), "-CA", file("ca.crt"), "-CAkey", file("ca.key"), "-CAcreateserial", "-days", "2",
		"-extfile", file("tls.ext"), "-out", file("tls.crt"),
	]);
	return { ca: file("ca.crt"), cert: file("tls.crt"), key: file("tls.key") };
}
