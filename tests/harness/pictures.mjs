// Small pictures made by hand: whole PNG, JPEG and WebP files of any size that their heads name.

import zlib from "node:zlib";

function chunk(type, data) {
	const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
	const out = Buffer.alloc(body.length + 8);
	out.writeUInt32BE(data.length, 0);
	body.copy(out, 4);
	out.writeUInt32BE(zlib.crc32(body), body.length + 4);
	return out;
}

/** A PNG of one colour, by default of one pixel; `noise` octets that no packer makes smaller come along as text. */
export function png({ width = 1, height = 1, color = [15, 118, 110], noise = 0 } = {}) {
	const head = Buffer.alloc(13);
	head.writeUInt32BE(width, 0);
	head.writeUInt32BE(height, 4);
	head.set([8, 2], 8);
	const line = Buffer.concat([Buffer.from([0]), Buffer.concat(Array(width).fill(Buffer.from(color)))]);
	const pixels = Buffer.concat(Array(height).fill(line));
	return Buffer.concat([
		Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", head), ...(noise ? [chunk("tEXt", Buffer.alloc(noise, 1))] : []),
		chunk("IDAT", zlib.deflateSync(pixels)), chunk("IEND", Buffer.alloc(0)),
	]);
}

export function jpeg({ width = 1, height = 1 } = {}) {
	const frame = Buffer.from([0xff, 0xc0, 0, 11, 8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
	frame.writeUInt16BE(height, 5);
	frame.writeUInt16BE(width, 7);
	return Buffer.concat([Buffer.from([0xff, 0xd8]), frame, Buffer.from([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0, 0xff, 0xd9])]);
}

export function webp({ width = 1, height = 1 } = {}) {
	const out = Buffer.alloc(30);
	out.write("RIFF", 0, "latin1");
	out.writeUInt32LE(22, 4);
	out.write("WEBPVP8X", 8, "latin1");
	out.writeUInt32LE(10, 16);
	out.writeUIntLE(width - 1, 24, 3);
	out.writeUIntLE(height - 1, 27, 3);
	return out;
}

/** The body of an upload. */
export function upload(octets, media_type = "image/png") {
	return { media_type, data_base64: octets.toString("base64") };
}
