/*
 * E-mail addresses: the one form in which they are compared, and the form in which they are shown.
 */
#include <string.h>

#include <idn2.h>

#include "lib/text.h"

#define ADDRESS_BYTES_MAX 254
#define LOCAL_BYTES_MAX   64
#define DOMAIN_BYTES_MAX  253

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
is_lower_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* RFC 5322 dot-atom: what mail systems take without quotes. */
static bool
local_part_is_valid(const char *text, size_t len)
{
	static const char specials[] = "!#$%&'*+-/=?^_`{|}~";

	if (len < 1 || len > LOCAL_BYTES_MAX || text[0] == '.' || text[len - 1] == '.')
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

	if (len < 1 || len > DOMAIN_BYTES_MAX || domain[len - 1] == '-')
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
		uint32_t point = utf8_next(&text);
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

	if (len > ADDRESS_BYTES_MAX || at == NULL || strchr(at + 1, '@') != NULL ||
	    !utf8_is_valid(typed, len))
		return false;
	if (!text_is_clean(typed, false) || has_invisible(typed))
		return false;
	size_t local_len = (size_t)(at - typed);
	if (!local_part_is_valid(typed, local_len) || !domain_to_ascii(arena, at + 1, &domain))
		return false;

	const char *key = arena_printf(arena, "%s@%s", lower_copy(arena, typed, local_len), domain);
	if (strlen(key) > ADDRESS_BYTES_MAX)
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
