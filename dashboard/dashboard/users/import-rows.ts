// Reads a file of users in the browser and brings it into the shape that the API takes: CSV or JSON, also the exports of other systems.

/** What a row may say; the API refuses anything else. */
export const FIELDS = [
	"email",
	"email_verified",
	"phone",
	"phone_verified",
	"username",
	"external_id",
	"name",
	"locale",
	"password_hash",
] as const;
export type Field = (typeof FIELDS)[number];

export type Source = Record<string, unknown>;
/** Which column becomes which field. */
export type Mapping = Partial<Record<Field, string>>;

/** What stands between the cells of a file: of comma, semicolon and tab the one that its head line has most of. */
function separatorOf(text: string): string {
	const head = text.split("\n", 1)[0].replace(/"[^"]*"/g, "");
	const countOf = (separator: string) => head.split(separator).length;
	return [",", ";", "\t"].reduce((best, one) => (countOf(one) > countOf(best) ? one : best));
}

/** RFC 4180: fields in quotes may hold separators, line breaks and doubled quotes. */
export function parseCsv(text: string): string[][] {
	const separator = separatorOf(text);
	const rows: string[][] = [];
	let row: string[] = [];
	let cell = "";
	let isQuoted = false;
	for (let i = 0; i < text.length; i++) {
		const c = text[i];
		if (isQuoted) {
			if (c !== '"') {
				cell += c;
			} else if (text[i + 1] === '"') {
				cell += '"';
				i++;
			} else {
				isQuoted = false;
			}
		} else if (c === '"' && cell === "") {
			isQuoted = true;
		} else if (c === separator || c === "\n") {
			row.push(cell.replace(/\r$/, ""));
			cell = "";
			if (c === "\n") {
				rows.push(row);
				row = [];
			}
		} else {
			cell += c;
		}
	}
	row.push(cell.replace(/\r$/, ""));
	rows.push(row);
	return rows.filter((cells) => cells.some((one) => one !== ""));
}

/** A JSON array, {"users": […]}, or one JSON object a line. */
function parseJson(text: string): Source[] {
	try {
		const value: unknown = JSON.parse(text);
		const list = Array.isArray(value) ? value : (value as { users?: unknown }).users;
		return Array.isArray(list) ? (list as Source[]) : [value as Source];
	} catch {
		return text
			.split("\n")
			.filter((line) => line.trim())
			.map((line) => JSON.parse(line) as Source);
	}
}

function listOf(text: string): Source[] {
	try {
		return parseJson(text);
	} catch {
		throw new Error("This isn't valid JSON, nor one JSON object a line.");
	}
}

/** Throws an Error with a sentence when the file is neither. */
export function parseFile(text: string): Source[] {
	const clean = text.replace(/^\uFEFF/, "").trim();
	if (/^[[{]/.test(clean)) {
		const list = listOf(clean);
		if (!list.every((one) => typeof one === "object" && one !== null && !Array.isArray(one))) {
			throw new Error("Each user has to be a JSON object.");
		}
		return list;
	}
	const [head, ...rows] = parseCsv(clean);
	if (!head || rows.length === 0) {
		throw new Error("The file has no rows below its first line.");
	}
	return rows.map((cells) => Object.fromEntries(head.map((name, i) => [name, cells[i] ?? ""])));
}

/** Names that other systems have for the same thing, as plain() writes them. */
const ALIASES: Record<Field, string[]> = {
	email: ["email", "useremail", "mail", "emailaddress"],
	email_verified: ["emailverified", "emailverifiedat", "verified"],
	phone: ["phone", "phonenumber"],
	phone_verified: ["phoneverified"],
	username: ["username", "userlogin", "login", "nickname"],
	external_id: ["externalid", "id", "userid"],
	name: ["name", "displayname", "fullname"],
	locale: ["locale", "language", "lang"],
	password_hash: ["passwordhash", "password", "userpass", "hash"],
};

/** "E-Mail", "e_mail" and "eMail" are one name. */
const plain = (name: string) => name.toLowerCase().replace(/[\s_-]/g, "");

export function guessMapping(rows: readonly Source[]): Mapping {
	const columns = columnsOf(rows);
	const columnOf = (alias: string) => columns.find((column) => plain(column) === alias);
	const found = FIELDS.map((field) => [field, ALIASES[field].map(columnOf).find(Boolean)] as const);
	return Object.fromEntries(found.filter(([, column]) => column !== undefined));
}

export function columnsOf(rows: readonly Source[]): string[] {
	return [...new Set(rows.slice(0, 100).flatMap((row) => Object.keys(row)))];
}

function truth(value: unknown): boolean {
	return !["", "0", "false", "no", "null", "undefined"].includes(String(value ?? "").toLowerCase());
}

/** Laravel's $2y$ and others come as they are; an empty cell says nothing. */
export function toUser(row: Source, mapping: Mapping): Record<string, unknown> {
	const user: Record<string, unknown> = {};
	for (const field of FIELDS) {
		const column = mapping[field];
		const value = column === undefined ? undefined : row[column];
		if (value === undefined || value === null || value === "") {
			continue;
		}
		user[field] = field.endsWith("_verified") ? truth(value) : String(value);
	}
	return user;
}

/** What is plainly wrong, before anything is sent; the server judges the rest. */
export function problemOf(user: Record<string, unknown>): string | null {
	if (!user.email && !user.phone && !user.username && !user.external_id) {
		return "no e-mail, phone, username or external id";
	}
	if (user.email && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(String(user.email))) {
		return "the e-mail address isn't one";
	}
	return null;
}

/** Something that a spreadsheet opens; a cell that it would take for a formula is led by an apostrophe. */
export function toCsv(rows: readonly string[][]): string {
	const cell = (text: string) => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
	return rows.map((row) => row.map(cell).join(",")).join("\r\n");
}
