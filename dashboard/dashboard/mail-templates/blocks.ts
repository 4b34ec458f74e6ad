// The blocks that mails are made of, as the editor holds them: each with a key that stays when it moves.

export const KINDS = ["heading", "text", "button", "image", "divider", "spacer", "code", "link", "columns"] as const;
export type Kind = (typeof KINDS)[number];

export const KIND_NAMES: Record<Kind, string> = {
	heading: "Heading",
	text: "Text",
	button: "Button",
	image: "Image",
	divider: "Divider",
	spacer: "Spacer",
	code: "Code",
	link: "Link",
	columns: "Columns",
};

/** A block of the API: its type and the members that the type has. */
export interface ApiBlock {
	type: Kind;
	columns?: ApiBlock[][];
	[member: string]: unknown;
}

/** Numbers are texts while they are typed. */
export interface Block {
	key: string;
	type: Kind;
	members: Record<string, string>;
	columns: Block[][];
}

export interface Member {
	name: string;
	label: string;
	placeholder?: string;
	isLong?: boolean;
	isNumber?: boolean;
	/** Choices; the first is what is taken when nothing is said. */
	data?: { value: string; label: string }[];
}

const TEXT: Member = { name: "text", label: "Text" };
const URL: Member = { name: "url", label: "Address", placeholder: "https://… or {{url}}" };

export const MEMBERS: Record<Kind, Member[]> = {
	heading: [
		TEXT,
		{
			name: "level",
			label: "Size",
			isNumber: true,
			data: [
				{ value: "1", label: "Large" },
				{ value: "2", label: "Medium" },
				{ value: "3", label: "Small" },
			],
		},
	],
	text: [{ ...TEXT, isLong: true }],
	button: [{ ...TEXT, label: "Words on the button" }, URL],
	image: [URL, { name: "alt", label: "What it shows" }, { name: "width", label: "Width in pixels", placeholder: "600", isNumber: true }],
	divider: [],
	spacer: [{ name: "height", label: "Height in pixels", placeholder: "16", isNumber: true }],
	code: [
		{ ...TEXT, label: "Code", placeholder: "{{code}}" },
		{ name: "label", label: "Sentence before it", placeholder: "Left out with the code when there is none" },
	],
	link: [{ ...TEXT, label: "Words of the link" }, URL],
	columns: [],
};

const NEW: Partial<Record<Kind, Record<string, string>>> = {
	heading: { text: "Heading", level: "1" },
	text: { text: "Text" },
	button: { text: "Open", url: "https://example.com/" },
	image: { url: "https://example.com/picture.png", alt: "" },
	code: { text: "123456" },
	link: { text: "Read on", url: "https://example.com/" },
};

let keys = 0;
function makeKey(): string {
	keys += 1;
	return `block-${keys}`;
}

export function newBlock(type: Kind): Block {
	return { key: makeKey(), type, members: { ...NEW[type] }, columns: type === "columns" ? [[newBlock("text")], [newBlock("text")]] : [] };
}

export function fromApi(block: ApiBlock): Block {
	const members = Object.entries(block).filter(([name]) => name !== "type" && name !== "columns");
	return {
		key: makeKey(),
		type: block.type,
		members: Object.fromEntries(members.map(([name, value]) => [name, String(value)])),
		columns: (block.columns ?? []).map((column) => column.map(fromApi)),
	};
}

export function toApi({ type, members, columns }: Block): ApiBlock {
	const said = MEMBERS[type].filter(({ name, isNumber }) => members[name] !== undefined && !(isNumber && members[name] === ""));
	const values = said.map(({ name, isNumber }) => [name, isNumber && /^\d+$/.test(members[name]) ? Number(members[name]) : members[name]]);
	return { type, ...Object.fromEntries(values), ...(type === "columns" ? { columns: columns.map((column) => column.map(toApi)) } : {}) };
}

/** The list with the block at `from` at `to`. */
export function moved<Item>(list: readonly Item[], from: number, to: number): Item[] {
	const rest = list.toSpliced(from, 1);
	return rest.toSpliced(to, 0, list[from]);
}
