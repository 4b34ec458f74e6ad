// A database of addresses in MaxMind's format, as an admin has one for countries: a binary tree of the bits of IPv6 addresses, then what it says.
// https://maxmind.github.io/MaxMind-DB/

const RECORD_OCTETS = 3;

const size = (type, length) => (length < 29 ? Buffer.from([type << 5 | length]) : Buffer.from([type << 5 | 29, length - 29]));
const text = (said) => Buffer.concat([size(2, Buffer.byteLength(said)), Buffer.from(said)]);
const unsigned16 = (said) => Buffer.from([5 << 5 | 2, said >>> 8, said & 255]);
const unsigned32 = (said) => Buffer.from([6 << 5 | 4, said >>> 24, said >>> 16 & 255, said >>> 8 & 255, said & 255]);
const unsigned64 = (said) => Buffer.from([4, 9 - 7, said >>> 24, said >>> 16 & 255, said >>> 8 & 255, said & 255]);	// leading zeros are left out
const list = (...items) => Buffer.concat([Buffer.from([items.length, 11 - 7]), ...items]);

function map(members) {
	const names = Object.keys(members);
	return Buffer.concat([size(7, names.length), ...names.flatMap((name) => [text(name), members[name]])]);
}

/** The bits of an IPv4 network's place among IPv6 addresses: ::a.b.c.d. */
function bitsOf(network) {
	const [address, length] = network.split("/");
	const bits = address.split(".").map((octet) => Number(octet).toString(2).padStart(8, "0")).join("").slice(0, Number(length));
	return "0".repeat(96) + bits;
}

/** The octets of a database that says these countries: {"127.200.0.0/16": "DE"}. */
export function countriesDatabase(countries) {
	const nodes = [[null, null]];
	const data = [];
	let dataOctets = 0;
	for (const [network, iso] of Object.entries(countries)) {
		const bits = bitsOf(network);
		let at = 0;
		for (const bit of bits.slice(0, -1)) {
			if (nodes[at][bit] === null)
				nodes[at][bit] = nodes.push([null, null]) - 1;
			at = nodes[at][bit];
		}
		nodes[at][bits.at(-1)] = { offset: dataOctets };
		data.push(map({ country: map({ iso_code: text(iso) }) }));
		dataOctets += data.at(-1).length;
	}
	const record = (to) => (to === null ? nodes.length : typeof to === "number" ? to : nodes.length + 16 + to.offset);
	const tree = Buffer.alloc(nodes.length * 2 * RECORD_OCTETS);
	nodes.forEach((sides, i) => sides.forEach((to, side) => tree.writeUIntBE(record(to), (2 * i + side) * RECORD_OCTETS, RECORD_OCTETS)));
	const about = map({
		node_count: unsigned32(nodes.length), record_size: unsigned16(8 * RECORD_OCTETS), ip_version: unsigned16(6), database_type: text("Countries"),
		languages: list(text("en")), binary_format_major_version: unsigned16(2), binary_format_minor_version: unsigned16(0),
		build_epoch: unsigned64(1767225600), description: map({ en: text("for tests") }),
	});
	return Buffer.concat([tree, Buffer.alloc(16), ...data, Buffer.from("\xab\xcd\xefMaxMind.com", "latin1"), about]);
}
