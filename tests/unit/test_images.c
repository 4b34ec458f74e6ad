/*
 * Tests of lib/images.c: pictures made here by hand, whole, cut off, and dressed up as one another.
 */
#include <string.h>

#include "lib/buffer.h"
#include "lib/encode.h"
#include "lib/images.h"
#include "tests/unit/unit.h"

#define PNG  "image/png"
#define JPEG "image/jpeg"
#define WEBP "image/webp"

static void
add_big_endian(struct buffer *to, uint32_t value, unsigned len)
{
	while (len-- > 0)
		buffer_char(to, (char)(value >> 8 * len & 0xff));
}

static void
add_little_endian(struct buffer *to, uint32_t value, unsigned len)
{
	for (unsigned i = 0; i < len; i++)
		buffer_char(to, (char)(value >> 8 * i & 0xff));
}

static struct bytes
bytes_of(const struct buffer *buffer)
{
	return (struct bytes){ (const uint8_t *)buffer->data, buffer->len };
}

static void
add_chunk(struct buffer *png, const char *type, const void *data, size_t len)
{
	struct buffer body = buffer_new(arena);

	buffer_add(&body, type, 4);
	buffer_add(&body, data, len);
	add_big_endian(png, (uint32_t)len, 4);
	buffer_add(png, body.data, body.len);
	add_big_endian(png, crc32_of(body.data, body.len), 4);
}

static struct buffer
png_of(uint32_t width, uint32_t height)
{
	struct buffer png = buffer_new(arena), header = buffer_new(arena);

	add_big_endian(&header, width, 4);
	add_big_endian(&header, height, 4);
	buffer_add(&header, "\x08\x06\0\0\0", 5);
	buffer_add(&png, "\x89PNG\r\n\x1a\n", 8);
	add_chunk(&png, "IHDR", header.data, header.len);
	add_chunk(&png, "IDAT", "x", 1);
	add_chunk(&png, "IEND", "", 0);
	return png;
}

static void
add_frame(struct buffer *jpeg, uint8_t marker, uint32_t width, uint32_t height)
{
	buffer_char(jpeg, (char)0xff);
	buffer_char(jpeg, (char)marker);
	add_big_endian(jpeg, 11, 2);
	buffer_char(jpeg, 8);
	add_big_endian(jpeg, height, 2);
	add_big_endian(jpeg, width, 2);
	buffer_add(jpeg, "\x01\x01\x11\x00", 4);
}

static struct buffer
jpeg_of(uint32_t width, uint32_t height)
{
	struct buffer jpeg = buffer_new(arena);

	buffer_add(&jpeg, "\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0", 20);
	add_frame(&jpeg, 0xc2, width, height);
	buffer_add(&jpeg, "\xff\xff\xda\0\x08\1\1\0\0\x3f\0x\xff\xd9", 14);
	return jpeg;
}

static struct buffer
webp_around(const char *type, const struct buffer *payload)
{
	struct buffer webp = buffer_new(arena);

	buffer_add(&webp, "RIFF", 4);
	add_little_endian(&webp, (uint32_t)payload->len + 12, 4);
	buffer_add(&webp, "WEBP", 4);
	buffer_add(&webp, type, 4);
	add_little_endian(&webp, (uint32_t)payload->len, 4);
	buffer_add(&webp, payload->data, payload->len);
	return webp;
}

static struct buffer
webp_of(const char *type, uint32_t width, uint32_t height)
{
	struct buffer payload = buffer_new(arena);

	if (strcmp(type, "VP8 ") == 0) {
		buffer_add(&payload, "\x10\0\0\x9d\x01\x2a", 6);
		add_little_endian(&payload, width | 1u << 14, 2);
		add_little_endian(&payload, height, 2);
	} else if (strcmp(type, "VP8L") == 0) {
		buffer_char(&payload, 0x2f);
		add_little_endian(&payload, (width - 1) | (height - 1) << 14, 4);
		buffer_add(&payload, "\0\0\0\0\0", 5);
	} else {
		add_little_endian(&payload, 0x10, 4);
		add_little_endian(&payload, width - 1, 3);
		add_little_endian(&payload, height - 1, 3);
	}
	return webp_around(type, &payload);
}

static void
assert_reads(struct buffer picture, const char *media_type, uint32_t width, uint32_t height)
{
	struct image image;

	assert_true(image_read(bytes_of(&picture), &image));
	assert_string_equal(image.media_type, media_type);
	assert_int_equal(image.width, width);
	assert_int_equal(image.height, height);
}

static void
the_type_and_the_size_are_read_from_the_octets(void **state)
{
	(void)state;
	assert_reads(png_of(3, 1024), PNG, 3, 1024);
	assert_reads(jpeg_of(640, 480), JPEG, 640, 480);
	assert_reads(webp_of("VP8 ", 17, 5), WEBP, 17, 5);
	assert_reads(webp_of("VP8L", 1, 16384), WEBP, 1, 16384);
	assert_reads(webp_of("VP8X", 70000, 2), WEBP, 70000, 2);
}

static void
rule_37_octets_must_match_the_media_type(void **state)
{
	(void)state;
	struct buffer pictures[] = { png_of(1, 1), jpeg_of(1, 1), webp_of("VP8 ", 1, 1) };

	for (size_t i = 0; i < ARRAY_LEN(pictures); i++)
		for (size_t type = 0; image_media_types[type] != NULL; type++) {
			const char *rule = image_check(bytes_of(&pictures[i]), image_media_types[type]);
			if (i == type)
				assert_null(rule);
			else
				assert_string_equal(rule, "media_type");
		}
	struct buffer png = png_of(1, 1);
	assert_string_equal(image_check(bytes_of(&png), "image/svg+xml"), "media_type");
}

static void
rule_37_no_side_is_longer_than_1024(void **state)
{
	(void)state;
	struct buffer fits = png_of(1024, 1024), wide = png_of(1025, 1), high = png_of(1, 1025);

	assert_null(image_check(bytes_of(&fits), PNG));
	assert_string_equal(image_check(bytes_of(&wide), PNG), "dimensions");
	assert_string_equal(image_check(bytes_of(&high), PNG), "dimensions");
}

static void
what_is_cut_off_anywhere_is_no_picture(void **state)
{
	(void)state;
	struct buffer pictures[] = { png_of(9, 9), webp_of("VP8 ", 9, 9), webp_of("VP8L", 9, 9),
				     webp_of("VP8X", 9, 9) };
	struct image image = { .width = 7 };

	for (size_t i = 0; i < ARRAY_LEN(pictures); i++) {
		assert_true(image_read(bytes_of(&pictures[i]), &(struct image){ 0 }));
		for (size_t len = 0; len < pictures[i].len; len++)
			assert_false(image_read(
			    (struct bytes){ arena_copy(arena, pictures[i].data, len), len }, &image));
	}
	/* A JPEG's scan has no length of its own: it must reach that far. */
	struct buffer jpeg = jpeg_of(9, 9);
	for (size_t len = 0; len < jpeg.len - 4; len++)
		assert_false(image_read(
		    (struct bytes){ arena_copy(arena, jpeg.data, len), len }, &image));
	assert_int_equal(image.width, 7);
}

static void
nothing_stands_behind_the_end_of_a_png_or_a_webp(void **state)
{
	(void)state;
	struct buffer pictures[] = { png_of(9, 9), webp_of("VP8 ", 9, 9) };

	for (size_t i = 0; i < ARRAY_LEN(pictures); i++) {
		assert_true(image_read(bytes_of(&pictures[i]), &(struct image){ 0 }));
		buffer_text(&pictures[i], "<script>");
		assert_false(image_read(bytes_of(&pictures[i]), &(struct image){ 0 }));
	}
}

static void
a_png_with_a_wrong_sum_or_without_data_is_none(void **state)
{
	(void)state;
	struct buffer png = png_of(9, 9), empty = buffer_new(arena);

	png.data[20] = (char)(png.data[20] ^ 1);
	assert_false(image_read(bytes_of(&png), &(struct image){ 0 }));
	png.data[20] = (char)(png.data[20] ^ 1);
	assert_true(image_read(bytes_of(&png), &(struct image){ 0 }));
	buffer_add(&empty, png.data, 8 + 12 + 13);
	add_chunk(&empty, "IEND", "", 0);
	assert_false(image_read(bytes_of(&empty), &(struct image){ 0 }));
}

static void
a_picture_without_area_is_none(void **state)
{
	(void)state;
	struct buffer pictures[] = { png_of(0, 9), png_of(9, 0), jpeg_of(0, 9), jpeg_of(9, 0),
				     webp_of("VP8 ", 0, 9), webp_of("VP8 ", 9, 0) };

	for (size_t i = 0; i < ARRAY_LEN(pictures); i++)
		assert_false(image_read(bytes_of(&pictures[i]), &(struct image){ 0 }));
}

/* The second frame header would be the one that counts for a decoder. */
static void
a_jpeg_says_its_size_once(void **state)
{
	(void)state;
	struct buffer jpeg = buffer_new(arena), twice = buffer_new(arena);
	static const char SCAN[] = "\xff\xda\0\x08\1\1\0\0\x3f\0";

	buffer_add(&jpeg, "\xff\xd8", 2);
	add_frame(&jpeg, 0xc0, 9, 9);
	buffer_add(&twice, jpeg.data, jpeg.len);
	add_frame(&twice, 0xc0, 9000, 9000);
	buffer_add(&jpeg, SCAN, sizeof(SCAN) - 1);
	buffer_add(&twice, SCAN, sizeof(SCAN) - 1);
	assert_true(image_read(bytes_of(&jpeg), &(struct image){ 0 }));
	assert_false(image_read(bytes_of(&twice), &(struct image){ 0 }));
}

static void
se_13_a_program_is_no_picture(void **state)
{
	(void)state;
	static const char *const TEXTS[] = { "<svg xmlns='http://www.w3.org/2000/svg'/>",
					     "<?xml version=\"1.0\"?><svg/>", "GIF89a", "BM", "",
					     "<html><script>alert(1)</script>" };

	for (size_t i = 0; i < ARRAY_LEN(TEXTS); i++)
		assert_string_equal(
		    image_check((struct bytes){ (const uint8_t *)TEXTS[i], strlen(TEXTS[i]) }, PNG),
		    "media_type");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_type_and_the_size_are_read_from_the_octets),
		TEST(rule_37_octets_must_match_the_media_type),
		TEST(rule_37_no_side_is_longer_than_1024),
		TEST(what_is_cut_off_anywhere_is_no_picture),
		TEST(nothing_stands_behind_the_end_of_a_png_or_a_webp),
		TEST(a_png_with_a_wrong_sum_or_without_data_is_none),
		TEST(a_picture_without_area_is_none),
		TEST(a_jpeg_says_its_size_once),
		TEST(se_13_a_program_is_no_picture),
	};

	return cmocka_run_group_tests_name("images", tests, NULL, NULL);
}
