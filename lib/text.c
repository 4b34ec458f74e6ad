/*
 * Rules for text: UTF-8, characters that have no place in a name, slugs, LIKE patterns.
 */
#include <string.h>

#include "lib/buffer.h"
#include "lib/text.h"

#define SLUG_LEN_MAX         64
#define SLUG_DERIVED_LEN_MAX 58

/*
 * Length of the character at data (RFC 3629 section 4, table of well-formed sequences), or 0. The
 * second octet alone carries the limits that exclude overlong forms, surrogates and what lies above
 * U+10FFFF.
 */
static size_t
utf8_character(const unsigned char *data, size_t len)
{
	unsigned char lead = data[0];
	unsigned char low = 0x80;
	unsigned char high = 0xbf;
	size_t count = 0;

	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead <= 0xdf)
		count = 2;
	else if (lead >= 0xe0 && lead <= 0xef)
		count = 3;
	else if (lead >= 0xf0 && lead <= 0xf4)
		count = 4;
	if (count == 0 || len < count)
		return 0;

	if (lead == 0xe0)
		low = 0xa0;
	else if (lead == 0xed)
		high = 0x9f;
	else if (lead == 0xf0)
		low = 0x90;
	else if (lead == 0xf4)
		high = 0x8f;
	if (data[1] < low || data[1] > high)
		return 0;
	for (size_t i = 2; i < count; i++) {
		if ((data[i] & 0xc0) != 0x80)
			return 0;
	}
	return count;
}

bool
utf8_is_valid(const char *data, size_t len)
{
	const unsigned char *at = (const unsigned char *)data;

	while (len > 0) {
		size_t count = utf8_character(at, len);
		if (count == 0)
			return false;
		at += count;
		len -= count;
	}
	return true;
}

static bool
starts_character(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

size_t
utf8_length(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += starts_character(*text) ? 1 : 0;
	return count;
}

const char *
utf8_cut(struct arena *arena, const char *text, size_t count)
{
	size_t len = 0;

	for (; text[len] != '\0'; len++) {
		if (starts_character(text[len]) && count-- == 0)
			break;
	}
	return arena_strndup(arena, text, len);
}

uint32_t
utf8_next(const char **text)
{
	const unsigned char *at = (const unsigned char *)*text;
	size_t count = utf8_character(at, strnlen(*text, 4));
	uint32_t point = at[0];

	if (count == 2)
		point &= 0x1f;
	else if (count == 3)
		point &= 0x0f;
	else if (count == 4)
		point &= 0x07;
	for (size_t i = 1; i < count; i++)
		point = (point << 6) | (at[i] & 0x3f);
	*text += count == 0 ? 1 : count;
	return point;
}

static bool
is_control(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point <= 0x9f);
}

static bool
is_bidi_control(uint32_t point)
{
	return point == 0x061c || point == 0x200e || point == 0x200f ||
	       (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
}

bool
text_is_clean(const char *text, bool allow_line_breaks)
{
	while (*text != '\0') {
		uint32_t point = utf8_next(&text);
		if (allow_line_breaks && (point == '\n' || point == '\r'))
			continue;
		if (is_control(point) || is_bidi_control(point))
			return false;
	}
	return true;
}

static bool
is_lower_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
slug_is_valid(const char *text)
{
	size_t len = strlen(text);
	bool has_alphanumeric = false;

	if (len < 1 || len > SLUG_LEN_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (is_lower_or_digit(text[i]))
			has_alphanumeric = true;
		else if (text[i] != '-' && text[i] != '_')
			return false;
	}
	return has_alphanumeric;
}

const char *
slug_check(const char *text)
{
	return slug_is_valid(text) ? NULL : "pattern";
}

const char *
slug_derive(struct arena *arena, const char *name, const char *fallback)
{
	char slug[SLUG_DERIVED_LEN_MAX + 1];
	size_t len = 0;
	bool wants_hyphen = false;

	for (; *name != '\0' && len < SLUG_DERIVED_LEN_MAX; name++) {
		char c = lower(*name);
		if (!is_lower_or_digit(c)) {
			wants_hyphen = len > 0;
			continue;
		}
		if (wants_hyphen) {
			if (len + 2 > SLUG_DERIVED_LEN_MAX)
				break;
			slug[len++] = '-';
		}
		wants_hyphen = false;
		slug[len++] = c;
	}
	return len == 0 ? arena_strndup(arena, fallback, strlen(fallback))
			: arena_strndup(arena, slug, len);
}

const char *
slug_numbered(struct arena *arena, const char *slug, unsigned attempt)
{
	return attempt <= 1 ? arena_strndup(arena, slug, strlen(slug))
			    : arena_printf(arena, "%s-%u", slug, attempt);
}

const char *
ascii_check(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text > 0x7f)
			return "ascii";
	return NULL;
}

const char *
like_contains(struct arena *arena, const char *text)
{
	struct buffer pattern = buffer_new(arena);

	buffer_char(&pattern, '%');
	for (; *text != '\0'; text++) {
		if (*text == '%' || *text == '_' || *text == '!')
			buffer_char(&pattern, '!');
		buffer_char(&pattern, *text);
	}
	buffer_char(&pattern, '%');
	return buffer_string(&pattern);
}

const char *
like_contains_ascii(struct arena *arena, const char *text)
{
	return ascii_check(text) == NULL ? like_contains(arena, text) : NULL;
}

bool
words_have(const char *words, const char *word, size_t len)
{
	while (*words != '\0') {
		size_t n = strcspn(words, " ");

		if (n == len && strncmp(words, word, len) == 0)
			return true;
		words += n + (words[n] == ' ');
	}
	return false;
}

const char *
words_join(struct arena *arena, struct strings words)
{
	struct buffer text = buffer_new(arena);

	for (size_t i = 0; i < words.count; i++) {
		if (i > 0)
			buffer_char(&text, ' ');
		buffer_text(&text, words.items[i]);
	}
	return buffer_string(&text);
}
