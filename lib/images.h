/*
 * Pictures that people upload: what they are is read from their octets, never from what somebody calls them. Only the structure is
 * walked, nothing is decoded; browsers do that, told not to guess the type. SVG is a program and no picture (SE-13).
 */
#ifndef GATEHOUSE_LIB_IMAGES_H
#define GATEHOUSE_LIB_IMAGES_H

#include "lib/base.h"

#define IMAGE_SIDE_MAX 1024

/* "image/png", "image/jpeg", "image/webp"; NULL-terminated, for the field of a route. */
extern const char *const image_media_types[];

struct image {
	const char *media_type;	/* one of image_media_types */
	uint32_t width, height;	/* of the whole canvas, when it moves */
};

/* PNG (with nothing behind its end), JPEG or WebP of any size; false for everything else, and when it is cut off. */
bool image_read(struct bytes body, struct image *ret);
/* May this be stored as that type? NULL, or the rule it breaks: "media_type" (other octets than that) or "dimensions" (a side over IMAGE_SIDE_MAX). */
const char *image_check(struct bytes body, const char *media_type);

#endif
