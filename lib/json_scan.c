/*
 * A strict reading of JSON that builds nothing: grammar of RFC 8259, UTF-8, depth, number range, no
 * NUL in any spelling.
 */
#include <string.h>

#include "lib/encode.h"
#include "lib/json.h"
#include "lib/json_scan.h"
#include "lib/text.h"

#define INTEGER_MAX    ((INT64_C(1) << 53) - 1)
#define WHOLE_LEN_MAX 17
#define NUMBER_LEN_MAX 32
#define EXPONENT_DIGITS_MAX 2

struct cursor {
	const char *start;
	const char *at;
	const char *end;
	size_t members;		/* of all objects */
	size_t members_here;	/* of the object that is read */
	unsigned depth;
	const char *reason;
};

static bool
refuse(struct cursor *cursor, const char *reason)
{
	cursor->reason = reason;
	return false;
}

static bool
is_at(const struct cursor *cursor, char c)
{
	return cursor->at < cursor->end && *cursor->at == c;
}

static void
skip_space(struct cursor *cursor)
{
	while (is_at(cursor, ' ') || is_at(cursor, '\t') || is_at(cursor, '\n') ||
	       is_at(cursor, '\r'))
		cursor->at++;
}

static bool
scan_word(struct cursor *cursor, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(cursor->end - cursor->at) < len || strncmp(cursor->at, word, len) != 0)
		return refuse(cursor, "a value was expected");
	cursor->at += len;
	return true;
}

static size_t
skip_digits(struct cursor *cursor)
{
	const char *start = cursor->at;

	while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9')
		cursor->at++;
	return (size_t)(cursor->at - start);
}

/* Behind the whole part. What is left out is no fraction: that is the whole number's rule. */
static bool
scan_fraction_and_exponent(struct cursor *cursor)
{
	size_t digits;

	if (is_at(cursor, '.')) {
		cursor->at++;
		if (skip_digits(cursor) == 0)
			return refuse(cursor, "a fraction has no digits");
	}
	if (!is_at(cursor, 'e') && !is_at(cursor, 'E'))
		return true;
	cursor->at++;
	if (is_at(cursor, '+') || is_at(cursor, '-'))
		cursor->at++;
	digits = skip_digits(cursor);
	if (digits == 0)
		return refuse(cursor, "an exponent has no digits");
	return digits <= EXPONENT_DIGITS_MAX || refuse(cursor, "a number is out of range");
}

/* Whole numbers that every JSON reader holds exactly (RFC 8259 section 6). */
static bool
is_whole_in_range(const char *text, size_t len)
{
	char digits[WHOLE_LEN_MAX + 1] = "";
	int64_t value = 0;

	if (len > WHOLE_LEN_MAX)
		return false;
	memcpy(digits, text, len);
	return strcmp(digits, "-0") == 0 || int_parse(digits, -INTEGER_MAX, INTEGER_MAX, &value);
}

/* What isn't whole has no more digits and no larger exponent than a double holds without becoming infinite. */
static bool
scan_number(struct cursor *cursor)
{
	const char *start = cursor->at, *whole_end;

	if (is_at(cursor, '-'))
		cursor->at++;
	const char *digits = cursor->at;
	if (skip_digits(cursor) == 0 || (*digits == '0' && cursor->at - digits > 1))
		return refuse(cursor, "a number isn't written as JSON has it");
	whole_end = cursor->at;
	if (!scan_fraction_and_exponent(cursor))
		return false;
	if (cursor->at == whole_end)
		return is_whole_in_range(start, (size_t)(whole_end - start)) ||
		       refuse(cursor, "a whole number is beyond ±(2^53-1)");
	return cursor->at - start <= NUMBER_LEN_MAX || refuse(cursor, "a number is out of range");
}

/* Four hex digits behind "\u". */
static bool
scan_code_unit(struct cursor *cursor, unsigned *ret_unit)
{
	unsigned unit = 0;

	if (cursor->end - cursor->at < 4)
		return refuse(cursor, "an escape is cut off");
	for (int i = 0; i < 4; i++) {
		char c = *cursor->at;
		if (c >= '0' && c <= '9')
			unit = unit * 16 + (unsigned)(c - '0');
		else if (c >= 'a' && c <= 'f')
			unit = unit * 16 + (unsigned)(c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			unit = unit * 16 + (unsigned)(c - 'A' + 10);
		else
			return refuse(cursor, "an escape isn't hexadecimal");
		cursor->at++;
	}
	*ret_unit = unit;
	return true;
}

static bool
scan_unicode_escape(struct cursor *cursor)
{
	unsigned unit = 0;
	unsigned low = 0;

	if (!scan_code_unit(cursor, &unit))
		return false;
	if (unit == 0)
		return refuse(cursor, "\\u0000 isn't allowed");
	if (unit < 0xd800 || unit > 0xdfff)
		return true;
	if (unit > 0xdbff || !is_at(cursor, '\\') || cursor->end - cursor->at < 2 ||
	    cursor->at[1] != 'u')
		return refuse(cursor, "half a surrogate pair");
	cursor->at += 2;
	if (!scan_code_unit(cursor, &low))
		return false;
	return (low >= 0xdc00 && low <= 0xdfff) || refuse(cursor, "half a surrogate pair");
}

static bool
scan_escape(struct cursor *cursor)
{
	cursor->at++;
	if (cursor->at == cursor->end || *cursor->at == '\0' ||
	    strchr("\"\\/bfnrtu", *cursor->at) == NULL)
		return refuse(cursor, "there is no such escape");
	if (*cursor->at++ != 'u')
		return true;
	return scan_unicode_escape(cursor);
}

static bool
scan_string(struct cursor *cursor)
{
	cursor->at++;
	while (cursor->at < cursor->end && *cursor->at != '"') {
		if ((unsigned char)*cursor->at < 0x20)
			return refuse(cursor, "a control character in a string");
		if (*cursor->at != '\\')
			cursor->at++;
		else if (!scan_escape(cursor))
			return false;
	}
	if (cursor->at == cursor->end)
		return refuse(cursor, "a string has no end");
	cursor->at++;
	return true;
}

static bool scan_value(struct cursor *);

static bool
scan_element(struct cursor *cursor)
{
	return scan_value(cursor);
}

static bool
scan_member(struct cursor *cursor)
{
	skip_space(cursor);
	if (!is_at(cursor, '"'))
		return refuse(cursor, "a member's name was expected");
	if (!scan_string(cursor))
		return false;
	cursor->members++;
	if (++cursor->members_here > JSON_MEMBERS_MAX || cursor->members > JSON_MEMBERS_IN_ALL_MAX)
		return refuse(cursor, "too many members");
	skip_space(cursor);
	if (!is_at(cursor, ':'))
		return refuse(cursor, "':' was expected");
	cursor->at++;
	return scan_value(cursor);
}

/* What arrays and objects share: opening, items with commas between, closing. */
static bool
scan_container(struct cursor *cursor, char close, bool (*scan_item)(struct cursor *))
{
	size_t members_outside = cursor->members_here;

	cursor->members_here = 0;
	if (++cursor->depth > JSON_DEPTH_MAX)
		return refuse(cursor, "nested too deeply");
	cursor->at++;
	skip_space(cursor);
	while (!is_at(cursor, close)) {
		if (!scan_item(cursor))
			return false;
		skip_space(cursor);
		if (is_at(cursor, close))
			break;
		if (!is_at(cursor, ','))
			return refuse(cursor, "',' was expected");
		cursor->at++;
		skip_space(cursor);
		if (is_at(cursor, close))
			return refuse(cursor, "a comma at the end");
	}
	cursor->at++;
	cursor->depth--;
	cursor->members_here = members_outside;
	return true;
}

static bool
scan_value(struct cursor *cursor)
{
	skip_space(cursor);
	if (cursor->at == cursor->end)
		return refuse(cursor, "a value was expected");
	switch (*cursor->at) {
	case '{':
		return scan_container(cursor, '}', scan_member);
	case '[':
		return scan_container(cursor, ']', scan_element);
	case '"':
		return scan_string(cursor);
	case 't':
		return scan_word(cursor, "true");
	case 'f':
		return scan_word(cursor, "false");
	case 'n':
		return scan_word(cursor, "null");
	default:
		if (*cursor->at != '-' && (*cursor->at < '0' || *cursor->at > '9'))
			return refuse(cursor, "a value was expected");
		return scan_number(cursor);
	}
}

bool
json_scan(const char *text, size_t len, struct json_scan *ret)
{
	struct cursor cursor = { .start = text, .at = text, .end = text + len };

	if (!utf8_is_valid(text, len))
		cursor.reason = "not UTF-8";
	else if (scan_value(&cursor)) {
		skip_space(&cursor);
		if (cursor.at != cursor.end)
			cursor.reason = "something behind the end";
	}
	*ret = (struct json_scan){
		.reason = cursor.reason,
		.offset = (size_t)(cursor.at - text),
		.members = cursor.members,
	};
	return cursor.reason == NULL;
}
