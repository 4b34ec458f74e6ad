/*
 * The forms of identifiers.
 */
#include "lib/identifiers.h"

#include <string.h>

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
