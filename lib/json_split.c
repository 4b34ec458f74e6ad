/*
 * A scan by brackets and quotes. Commas and colons count as blanks: what is wrong with them shows in the elements, or does no harm.
 */
#include "lib/json_split.h"

#include <string.h>

enum place { BEFORE, IN_OBJECT, AT_VALUE, PASSING, IN_ARRAY, BEHIND };

#define WANTED "\"users\""

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',' || c == ':';
}

static size_t
skip_blanks(const char *text, size_t len, size_t at)
{
	while (at < len && is_blank(text[at]))
		at++;
	return at;
}

/* One octet of a string. */
static void
pass_in_string(struct json_split *split, char c)
{
	if (split->is_escaped)
		split->is_escaped = false;
	else if (c == '\\')
		split->is_escaped = true;
	else if (c == '"')
		split->is_in_string = false;
}

/* Moves *at behind the value that is under way; false when the text ends before it does. */
static bool
pass_value(struct json_split *split, const char *text, size_t len, size_t *at)
{
	for (; *at < len; ++*at) {
		char c = text[*at];
		bool was_in_string = split->is_in_string;

		if (was_in_string)
			pass_in_string(split, c);
		else if (c == '"')
			split->is_in_string = true;
		else if (c == '{' || c == '[')
			split->depth++;
		else if (split->depth == 0 && (is_blank(c) || c == '}' || c == ']'))
			return true; /* the end of a number or word */
		else if (c == '}' || c == ']')
			split->depth--;
		else
			continue;
		if (split->depth == 0 && !split->is_in_string) {
			++*at;
			return true;
		}
	}
	return false;
}

/* An element or a member's name at `at`, looked at from where the last call stopped. */
static bool
pass_whole(struct json_split *split, const char *text, size_t len, size_t at, size_t *ret_end)
{
	size_t end = at + split->passed;
	bool is_whole = pass_value(split, text, len, &end);

	split->passed = is_whole ? 0 : end - at;
	*ret_end = end;
	return is_whole;
}

/* A member's name; its value comes next. */
static bool
read_name(struct json_split *split, const char *text, size_t len, size_t *at)
{
	size_t end;

	if (!pass_whole(split, text, len, *at, &end))
		return false;
	split->is_wanted = end - *at == strlen(WANTED) && memcmp(text + *at, WANTED, strlen(WANTED)) == 0;
	split->place = AT_VALUE;
	*at = end;
	return true;
}

/* Goes on to the array: true once it is there, or broken. */
static bool
find_array(struct json_split *split, const char *text, size_t len, size_t *at, bool *ret_is_broken)
{
	while (split->place != IN_ARRAY) {
		if (split->place == PASSING) {
			if (!pass_value(split, text, len, at))
				return false;
			split->place = IN_OBJECT;
		}
		*at = skip_blanks(text, len, *at);
		if (*at == len)
			return false;
		char c = text[*at];
		if (split->place == IN_OBJECT && c == '"') {
			if (!read_name(split, text, len, at))
				return false;
		} else if (c == '[' && (split->place == BEFORE || (split->place == AT_VALUE && split->is_wanted))) {
			split->place = IN_ARRAY;
			++*at;
		} else if (split->place == AT_VALUE) {
			split->place = PASSING;
		} else if (split->place == BEFORE && c == '{') {
			split->place = IN_OBJECT;
			++*at;
		} else {
			*ret_is_broken = true;
			return true;
		}
	}
	return true;
}

enum json_cut
json_split(struct json_split *split, const char *text, size_t len, size_t *ret_start, size_t *ret_len)
{
	bool is_broken = false;
	size_t at = 0, end;

	*ret_start = *ret_len = 0;
	if (split->place == BEHIND)
		return CUT_END;
	bool is_there = find_array(split, text, len, &at, &is_broken);
	if (is_broken)
		return CUT_BROKEN;
	if (is_there)
		at = skip_blanks(text, len, at);
	*ret_start = at;
	if (!is_there || at == len)
		return CUT_MORE;
	if (text[at] == '}')
		return CUT_BROKEN;
	if (text[at] == ']') {
		split->place = BEHIND;
		return CUT_END;
	}
	if (!pass_whole(split, text, len, at, &end))
		return CUT_MORE;
	*ret_len = end - at;
	return CUT_ELEMENT;
}
