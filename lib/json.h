/*
 * The one door to json-c: a byte-level scan first, because json-c even in strict mode takes duplicate members, \u0000, NaN,
 * single quotes and overlong UTF-8, and saturates large integers (security.md 4.6, HT-15).
 */
#ifndef GATEHOUSE_LIB_JSON_H
#define GATEHOUSE_LIB_JSON_H

#include "lib/buffer.h"
#include "lib/errors.h"

#define JSON_DEPTH_MAX 32
#define JSON_MEMBERS_MAX 1000	/* of one object */
#define JSON_MEMBERS_IN_ALL_MAX 30000

enum json_kind { JSON_NULL, JSON_BOOL, JSON_INT, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/*
 * A read-only tree in the arena. Whole numbers beyond ±(2^53-1) don't parse. One with a fraction or exponent is a JSON_NUMBER, kept as it was
 * written: whoever wants a whole number doesn't take it.
 */
struct json {
	enum json_kind type;	/* json-c owns the name json_type */
	bool boolean;
	int64_t integer;
	const char *string;		/* NUL-terminated, holds none; of a JSON_NUMBER its text */
	const char *const *names;	/* of an object's members, in order */
	const struct json *items;	/* members or elements */
	size_t count;
};

/* Any value at the top. ERR_INVALID_JSON; *ret_reason (may be NULL) says what and at which octet, for the message. */
enum err json_parse(struct arena *, const char *text, size_t len, struct json *ret, const char **ret_reason) MUST_CHECK;
/* The same of what others have signed: fractions of numbers are cut off, for a NumericDate may have one (RFC 7519 section 2). */
enum err json_parse_cut(struct arena *, const char *text, size_t len, struct json *ret) MUST_CHECK;
/* NULL when the object has no such member. */
const struct json *json_member(const struct json *object, const char *name);
/* An object's text with one text member put in place; value NULL takes it out. object NULL, or none: an empty one. */
const char *json_with_text(struct arena *, const struct json *object, const char *name, const char *value);
/* The tree as text again. */
void json_render(struct buffer *, const struct json *);

#endif
