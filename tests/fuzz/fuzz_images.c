/*
 * Pictures: what is read has a type of the list and an area, its first octets are that type's, and the
 * rules of image_check() follow from what image_read() says.
 */
#include "lib/images.h"
#include "tests/fuzz/fuzz.h"

static bool
looks_like(struct bytes body, const char *media_type)
{
	if (strcmp(media_type, "image/png") == 0)
		return memcmp(body.data, "\x89PNG", 4) == 0 &&
		       memcmp(body.data + body.len - 8, "IEND", 4) == 0;
	if (strcmp(media_type, "image/jpeg") == 0)
		return memcmp(body.data, "\xff\xd8\xff", 3) == 0;
	return memcmp(body.data, "RIFF", 4) == 0 && memcmp(body.data + 8, "WEBPVP8", 7) == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes body = { data, len };
	struct image image = { 0 };
	bool is_image = image_read(body, &image);
	size_t good = 0;

	CHECK(is_image == (image.media_type != NULL));
	if (is_image) {
		CHECK(image.width > 0 && image.height > 0);
		CHECK(looks_like(body, image.media_type));
	}
	for (size_t i = 0; image_media_types[i] != NULL; i++)
		good += image_check(body, image_media_types[i]) == NULL;
	CHECK(good == (is_image && image.width <= IMAGE_SIDE_MAX && image.height <= IMAGE_SIDE_MAX));
	return 0;
}
