// What is wrong with an address that people would be led to, while it's typed; the server has the last word.

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

export function targetProblem(text: string): string | undefined {
	if (text === "") {
		return undefined;
	}
	if (!URL.canParse(text) || !/^https?:\/\//.test(text)) {
		return "A whole address: https://app.example.com/…";
	}
	const url = new URL(text);
	if (url.protocol === "http:" && !LOOPBACK.includes(url.hostname)) {
		return "https, except on localhost.";
	}
	if (url.username || url.password) {
		return "No name or password in the address.";
	}
	if (text.includes("#")) {
		return "No part behind #.";
	}
	if (text.includes("*")) {
		return "One exact address, without *.";
	}
	return undefined;
}
