/*
 * Rules for text: UTF-8, characters that have no place in a name, slugs, e-mail addresses, LIKE
 * patterns.
 */
#include <string.h>

#include <idn2.h>

#include "lib/buffer.h"
#include "lib/text.h"

#define SLUG_LEN_MAX           64
#define SLUG_DERIVED_LEN_MAX   58
#define EMAIL_BYTES_MAX        254
#define EMAIL_LOCAL_BYTES_MAX  64
#define EMAIL_DOMAIN_BYTES_MAX 253

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

/* The code point at *text of valid UTF-8; *text moves behind it. */
static uint32_t
next_code_point(const char **text)
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
		uint32_t point = next_code_point(&text);
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

/* RFC 5322 dot-atom: what mail systems take without quotes. */
static bool
local_part_is_valid(const char *text, size_t len)
{
	static const char specials[] = "!#$%&'*+-/=?^_`{|}~";

	if (len < 1 || len > EMAIL_LOCAL_BYTES_MAX || text[0] == '.' || text[len - 1] == '.')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '.' && text[i + 1] == '.')
			return false;
		if (text[i] != '.' && !is_lower_or_digit(lower(text[i])) &&
		    strchr(specials, text[i]) == NULL)
			return false;
	}
	return true;
}

/*
 * Letters, digits and hyphens in labels of 1 to 63 (RFC 1035 section 2.3.1), at least two, the last
 * one not a number.
 */
static bool
domain_is_valid(const char *domain)
{
	size_t len = strlen(domain);
	size_t label_len = 0;
	size_t dots = 0;
	bool label_has_letter = false;

	if (len < 1 || len > EMAIL_DOMAIN_BYTES_MAX || domain[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = domain[i];
		if (c == '.') {
			if (label_len == 0 || domain[i - 1] == '-')
				return false;
			dots++;
			label_len = 0;
			label_has_letter = false;
			continue;
		}
		if (!is_lower_or_digit(c) && (c != '-' || label_len == 0))
			return false;
		label_has_letter = label_has_letter || (c >= 'a' && c <= 'z');
		if (++label_len > 63)
			return false;
	}
	return dots > 0 && label_len > 0 && label_has_letter;
}

static bool
is_plain_ascii(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text >= 0x80)
			return false;
	}
	return true;
}

static char *
lower_copy(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_strndup(arena, text, len);

	for (size_t i = 0; i < len; i++)
		copy[i] = lower(copy[i]);
	return copy;
}

/*
 * A-labels by UTS #46 without its deviations. ASCII names don't go through libidn2, which refuses
 * hyphens in the third and fourth place that real hosts have; but a name that claims to be an
 * A-label must be one.
 */
static bool
domain_to_ascii(struct arena *arena, const char *typed, const char **ret_domain)
{
	uint8_t *ascii = NULL;
	const char *lowered = lower_copy(arena, typed, strlen(typed));

	if (is_plain_ascii(lowered) && strstr(lowered, "xn--") == NULL) {
		*ret_domain = lowered;
		return domain_is_valid(lowered);
	}
	if (idn2_lookup_u8((const uint8_t *)typed, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) !=
	    IDN2_OK)
		return false;
	*ret_domain = arena_strdup(arena, (const char *)ascii);
	idn2_free(ascii);
	return domain_is_valid(*ret_domain);
}

static bool
is_zero_width(uint32_t point)
{
	return point == 0x00ad || point == 0x034f || point == 0x180e ||
	       (point >= 0x200b && point <= 0x200d) || (point >= 0x2060 && point <= 0x2064) ||
	       point == 0xfeff || (point >= 0xfe00 && point <= 0xfe0f) || point == 0x3164 ||
	       point == 0x115f || point == 0x1160 || point == 0xffa0;
}

/* Spaces of every script (Unicode's Zs, U+2028 and U+2029). */
static bool
is_space(uint32_t point)
{
	return point == ' ' || point == 0x00a0 || point == 0x1680 ||
	       (point >= 0x2000 && point <= 0x200a) || point == 0x2028 || point == 0x2029 ||
	       point == 0x202f || point == 0x205f || point == 0x3000;
}

static bool
has_invisible(const char *text)
{
	while (*text != '\0') {
		uint32_t point = next_code_point(&text);
		if (is_zero_width(point) || is_space(point))
			return true;
	}
	return false;
}

bool
email_key(struct arena *arena, const char *typed, const char **ret_key)
{
	size_t len = strlen(typed);
	const char *at = strchr(typed, '@');
	const char *domain = NULL;

	if (len > EMAIL_BYTES_MAX || at == NULL || strchr(at + 1, '@') != NULL ||
	    !utf8_is_valid(typed, len))
		return false;
	if (!text_is_clean(typed, false) || has_invisible(typed))
		return false;
	size_t local_len = (size_t)(at - typed);
	if (!local_part_is_valid(typed, local_len) || !domain_to_ascii(arena, at + 1, &domain))
		return false;

	const char *key = arena_printf(arena, "%s@%s", lower_copy(arena, typed, local_len), domain);
	if (strlen(key) > EMAIL_BYTES_MAX)
		return false;
	*ret_key = key;
	return true;
}

const char *
email_mask(struct arena *arena, const char *email)
{
	const char *at = strrchr(email, '@');

	if (at == NULL || at == email)
		return arena_strndup(arena, "•••", strlen("•••"));
	return arena_printf(arena, "%s•••%s", utf8_cut(arena, email, 1), at);
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
