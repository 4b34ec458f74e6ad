/*
 * The outer structure of PNG, JPEG and WebP: enough to name the type and the size.
 */
#include "lib/images.h"

#include <string.h>

#include "lib/encode.h"

#define PNG  "image/png"
#define JPEG "image/jpeg"
#define WEBP "image/webp"

const char *const image_media_types[] = { PNG, JPEG, WEBP, NULL };

/* ---- reading octets; a short run reads as not there ---- */

static bool
begins_with(struct bytes body, size_t at, struct bytes what)
{
	return body.len >= at && body.len - at >= what.len &&
	       memcmp(body.data + at, what.data, what.len) == 0;
}

static uint32_t
big_endian(const uint8_t *data, size_t len)
{
	uint32_t value = 0;

	for (size_t i = 0; i < len; i++)
		value = value << 8 | data[i];
	return value;
}

static uint32_t
little_endian(const uint8_t *data, size_t len)
{
	uint32_t value = 0;

	for (size_t i = len; i > 0; i--)
		value = value << 8 | data[i - 1];
	return value;
}

static bool
has_area(const struct image *image)
{
	return image->width > 0 && image->height > 0;
}

/* ---- PNG (W3C PNG, section 5): signature, then chunks of length, type, data, CRC ---- */

#define PNG_SIGNATURE	   BYTES("\x89PNG\r\n\x1a\n")
#define PNG_CHUNK_OVERHEAD 12
#define PNG_HEADER_LEN	   13

struct png_chunk {
	const uint8_t *type; /* four letters; the data stands behind */
	size_t len;	     /* of the data */
};

/* The chunk at *at, whole and with the right CRC; *at moves behind it. */
static bool
png_next_chunk(struct bytes body, size_t *at, struct png_chunk *ret)
{
	if (body.len - *at < PNG_CHUNK_OVERHEAD)
		return false;
	const uint8_t *start = body.data + *at;
	size_t len = big_endian(start, 4);
	if (len > body.len - *at - PNG_CHUNK_OVERHEAD ||
	    crc32_of(start + 4, len + 4) != big_endian(start + 8 + len, 4))
		return false;
	*ret = (struct png_chunk){ .type = start + 4, .len = len };
	*at += len + PNG_CHUNK_OVERHEAD;
	return true;
}

static bool
png_chunk_is(const struct png_chunk *chunk, const char *type)
{
	return memcmp(chunk->type, type, 4) == 0;
}

static bool
read_png(struct bytes body, struct image *ret)
{
	struct image image = { .media_type = PNG };
	struct png_chunk chunk;
	size_t at = PNG_SIGNATURE.len;
	bool has_data = false;

	if (!begins_with(body, 0, PNG_SIGNATURE) || !png_next_chunk(body, &at, &chunk) ||
	    !png_chunk_is(&chunk, "IHDR") || chunk.len != PNG_HEADER_LEN)
		return false;
	image.width = big_endian(chunk.type + 4, 4);
	image.height = big_endian(chunk.type + 8, 4);
	while (png_next_chunk(body, &at, &chunk)) {
		if (png_chunk_is(&chunk, "IDAT"))
			has_data = true;
		if (!png_chunk_is(&chunk, "IEND"))
			continue;
		*ret = image;
		return has_data && has_area(&image) && at == body.len;
	}
	return false;
}

/* ---- JPEG (ITU T.81, annex B): markers; a segment's length counts itself ---- */

#define JPEG_START	BYTES("\xff\xd8\xff")
#define JPEG_SOS	0xda
#define JPEG_FRAME_LEN	8 /* length, precision, height, width, components */
#define JPEG_MARKER_LEN 2

/* SOF0 to SOF15; DHT, JPG and DAC stand between them. */
static bool
is_frame_header(uint8_t marker)
{
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 &&
	       marker != 0xcc;
}

/* Markers that carry nothing, or have no place before the picture. */
static bool
is_segment(uint8_t marker)
{
	return marker >= 0xc0 && marker != 0xff && (marker < 0xd0 || marker > 0xd9);
}

static bool
read_jpeg(struct bytes body, struct image *ret)
{
	struct image image = { .media_type = JPEG };
	size_t at = JPEG_MARKER_LEN;

	if (!begins_with(body, 0, JPEG_START))
		return false;
	while (body.len - at >= JPEG_MARKER_LEN + JPEG_FRAME_LEN && body.data[at] == 0xff) {
		uint8_t marker = body.data[at + 1];
		if (marker == 0xff) { /* fill */
			at++;
			continue;
		}
		const uint8_t *segment = body.data + at + JPEG_MARKER_LEN;
		size_t len = big_endian(segment, 2);
		if (!is_segment(marker) || len < 2 || len > body.len - at - JPEG_MARKER_LEN)
			return false;
		if (is_frame_header(marker)) {
			if (len < JPEG_FRAME_LEN || has_area(&image))
				return false;
			image.height = big_endian(segment + 3, 2);
			image.width = big_endian(segment + 5, 2);
		}
		if (marker == JPEG_SOS) {
			*ret = image;
			return has_area(&image);
		}
		at += JPEG_MARKER_LEN + len;
	}
	return false;
}

/* ---- WebP (RFC 9649): RIFF, then a first chunk of one of three kinds ---- */

#define RIFF_HEAD_LEN	 8
#define WEBP_HEAD_LEN	 12
#define WEBP_CHUNK_HEAD	 8
#define WEBP_PAYLOAD_MIN 10

/* RFC 6386 section 9.1: a key frame's start code, then two sizes of 14 bits. */
static bool
read_vp8(const uint8_t *payload, struct image *image)
{
	if ((payload[0] & 1) != 0 || memcmp(payload + 3, "\x9d\x01\x2a", 3) != 0)
		return false;
	image->width = little_endian(payload + 6, 2) & 0x3fff;
	image->height = little_endian(payload + 8, 2) & 0x3fff;
	return has_area(image);
}

/* RFC 9649 section 3.4: signature, then two sizes less one of 14 bits, version 0. */
static bool
read_vp8l(const uint8_t *payload, struct image *image)
{
	uint32_t bits = little_endian(payload + 1, 4);

	if (payload[0] != 0x2f || bits >> 29 != 0)
		return false;
	image->width = (bits & 0x3fff) + 1;
	image->height = (bits >> 14 & 0x3fff) + 1;
	return true;
}

/* RFC 9649 section 2.7: flags, then two sizes less one of 24 bits. */
static bool
read_vp8x(const uint8_t *payload, struct image *image)
{
	image->width = little_endian(payload + 4, 3) + 1;
	image->height = little_endian(payload + 7, 3) + 1;
	return true;
}

static bool
read_webp(struct bytes body, struct image *ret)
{
	static const struct {
		const char *type;
		bool (*read)(const uint8_t *payload, struct image *);
	} kinds[] = { { "VP8 ", read_vp8 }, { "VP8L", read_vp8l }, { "VP8X", read_vp8x } };
	struct image image = { .media_type = WEBP };

	if (body.len < WEBP_HEAD_LEN + WEBP_CHUNK_HEAD + WEBP_PAYLOAD_MIN ||
	    !begins_with(body, 0, BYTES("RIFF")) || !begins_with(body, 8, BYTES("WEBP")) ||
	    little_endian(body.data + 4, 4) != body.len - RIFF_HEAD_LEN)
		return false;
	const uint8_t *chunk = body.data + WEBP_HEAD_LEN;
	size_t len = little_endian(chunk + 4, 4);
	if (len < WEBP_PAYLOAD_MIN || len > body.len - WEBP_HEAD_LEN - WEBP_CHUNK_HEAD)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (memcmp(chunk, kinds[i].type, 4) == 0 &&
		    kinds[i].read(chunk + WEBP_CHUNK_HEAD, &image)) {
			*ret = image;
			return true;
		}
	return false;
}

/* ---- all of them ---- */

bool
image_read(struct bytes body, struct image *ret)
{
	struct image image;

	if (!read_png(body, &image) && !read_jpeg(body, &image) && !read_webp(body, &image))
		return false;
	*ret = image;
	return true;
}

const char *
image_check(struct bytes body, const char *media_type)
{
	struct image image;

	if (!image_read(body, &image) || strcmp(image.media_type, media_type) != 0)
		return "media_type";
	return image.width > IMAGE_SIDE_MAX || image.height > IMAGE_SIDE_MAX ? "dimensions" : NULL;
}
