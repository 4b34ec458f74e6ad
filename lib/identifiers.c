/*
 * The forms of identifiers.
 */
#include "lib/identifiers.h"

#include <string.h>

#include "lib/buffer.h"
#include "lib/text.h"

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define PHONE_DIGITS_MIN 8
#define PHONE_DIGITS_MAX 15

const char *
phone_check(const char *text)
{
	size_t len = text[0] == '+' ? strspn(text + 1, DIGITS) : 0;
	bool is_good = len >= PHONE_DIGITS_MIN && len <= PHONE_DIGITS_MAX && text[1] != '0' && text[1 + len] == '\0';

	return is_good ? NULL : "pattern";
}

const char *
username_check(const char *text)
{
	size_t len = strspn(text, LETTERS DIGITS "_-");

	if (text[len] != '\0' || strspn(text, LETTERS) == 0)
		return "pattern";
	return len >= USERNAME_MIN && len <= USERNAME_MAX ? NULL : "length";
}

const char *
external_id_check(const char *text)
{
	return text[0] != '\0' && strlen(text) <= EXTERNAL_ID_BYTES_MAX ? NULL : "length";
}

const char *
username_lower(struct arena *arena, const char *text)
{
	if (text == NULL)
		return NULL;
	char *lowered = arena_strdup(arena, text);
	for (char *at = lowered; *at != '\0'; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
	return lowered;
}

bool
username_key(struct arena *arena, const char *typed, const char **ret_key)
{
	if (username_check(typed) != NULL)
		return false;
	*ret_key = username_lower(arena, typed);
	return true;
}

bool
phone_key(struct arena *arena, const char *typed, const char **ret_key)
{
	struct buffer key = buffer_new(arena);

	for (; *typed != '\0'; typed++)
		if (strchr(" .-()", *typed) == NULL)
			buffer_char(&key, *typed);
	if (phone_check(buffer_string(&key)) != NULL)
		return false;
	*ret_key = buffer_string(&key);
	return true;
}

bool
phone_is_of(const char *phone, struct strings calling_codes)
{
	for (size_t i = 0; i < calling_codes.count; i++)
		if (strncmp(phone, calling_codes.items[i], strlen(calling_codes.items[i])) == 0)
			return true;
	return calling_codes.count == 0;
}

enum identifier_kind
identifier_parse(struct arena *arena, const char *typed, const char **ret_key)
{
	if (strchr(typed, '@') != NULL)
		return email_key(arena, typed, ret_key) ? IDENTIFIER_EMAIL : IDENTIFIER_NONE;
	if (typed[0] == '+')
		return phone_key(arena, typed, ret_key) ? IDENTIFIER_PHONE : IDENTIFIER_NONE;
	return username_key(arena, typed, ret_key) ? IDENTIFIER_USERNAME : IDENTIFIER_NONE;
}

const char *
identifier_mask(struct arena *arena, const char *typed)
{
	size_t len = strlen(typed);

	if (strchr(typed, '@') != NULL)
		return email_mask(arena, typed);
	if (typed[0] == '+' && len > PHONE_DIGITS_MIN)
		return arena_printf(arena, "%.3s•••%s", typed, typed + len - 2);
	return arena_printf(arena, "%s•••", utf8_cut(arena, typed, 1));
}
