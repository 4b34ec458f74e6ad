// Reads what the mail transport "file" wrote: decoded headers, text, and the links and codes in it.

import fs from "node:fs";
import path from "node:path";
import { domainToASCII } from "node:url";
import { remember } from "./secrets.mjs";
import { until } from "./workplace.mjs";

function decodeWords(text) {
	return text.replace(/\?=\s+=\?/g, "?==?").replace(/=\?([^?]+)\?([bq])\?([^?]*)\?=/gi, (_, charset, how, data) =>
		(how.toLowerCase() === "b" ? Buffer.from(data, "base64") : decodeQuoted(data.replace(/_/g, " "))).toString());
}

function decodeQuoted(text) {
	const plain = text.replace(/=\r?\n/g, "");
	const octets = [];
	for (let i = 0; i < plain.length; i++) {
		if (plain[i] === "=" && /^[0-9a-f]{2}$/i.test(plain.slice(i + 1, i + 3))) {
			octets.push(parseInt(plain.slice(i + 1, i + 3), 16));
			i += 2;
		} else {
			octets.push(...Buffer.from(plain[i]));
		}
	}
	return Buffer.from(octets);
}

function parsePart(source) {
	const split = source.search(/\r?\n\r?\n/);
	const head = source.slice(0, split).replace(/\r?\n[ \t]+/g, " ");
	const body = source.slice(split).replace(/^\r?\n\r?\n/, "");
	const headers = {};
	for (const line of head.split(/\r?\n/)) {
		const at = line.indexOf(":");
		headers[line.slice(0, at).toLowerCase()] = decodeWords(line.slice(at + 1).trim());
	}
	const boundary = /boundary="?([^";]+)"?/i.exec(headers["content-type"] ?? "")?.[1];
	if (boundary)
		return { headers, parts: body.split(new RegExp(`(?:^|\\r?\\n)--${boundary.replace(/[^A-Za-z0-9]/g, "\\$&")}`)).slice(1, -1).map((part) => parsePart(part.replace(/^\r?\n/, ""))) };
	const coding = (headers["content-transfer-encoding"] ?? "7bit").toLowerCase();
	const text = coding === "base64" ? Buffer.from(body, "base64").toString() : coding === "quoted-printable" ? decodeQuoted(body).toString() : body;
	return { headers, type: headers["content-type"] ?? "text/plain", text };
}

const leaves = (part) => (part.parts ? part.parts.flatMap(leaves) : [part]);

function parseMail(file) {
	const mail = parsePart(fs.readFileSync(file, "utf8"));
	const texts = leaves(mail);
	const text = texts.find((part) => /^text\/plain/i.test(part.type))?.text ?? "";
	const html = texts.find((part) => /^text\/html/i.test(part.type))?.text ?? "";
	const url = /https:\/\/\S+/.exec(text)?.[0];
	const token = /#(?:token=|secret=|t=)?([A-Za-z]+_[A-Za-z0-9]+)/.exec(url ?? "")?.[1];
	remember(token);
	return { file, headers: mail.headers, to: mail.headers.to ?? "", subject: mail.headers.subject ?? "", text, html, url, token, code: /(?:^|\D)(\d{6})(?:\D|$)/.exec(text)?.[1] };
}

/** Envelopes and headers carry the domain as A-label. */
const asSent = (address) => address.toLowerCase().replace(/@(.*)$/, (_, domain) => `@${domainToASCII(domain)}`);

export function mailsTo(server, address) {
	return fs.readdirSync(server.mailFolder).filter((name) => name.endsWith(".eml")).sort()
		.map((name) => parseMail(path.join(server.mailFolder, name)))
		.filter((mail) => mail.to.toLowerCase().includes(asSent(address)));
}

/** The newest mail to an address, once there are at least `count`. */
export async function waitForMail(server, address, { count = 1, patience_ms = 15000 } = {}) {
	const mails = await until(`${count} mail(s) to ${address}`, () => {
		const found = mailsTo(server, address);
		return found.length >= count ? found : null;
	}, { patience_ms, every_ms: 50 });
	return mails.at(-1);
}
