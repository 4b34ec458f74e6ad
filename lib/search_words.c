/*
 * Taking texts apart into what a search finds them by.
 */
#include "lib/search_words.h"

#include <stdlib.h>
#include <string.h>

#include "lib/buffer.h"
#include "lib/text.h"

/* What a column user_words.part holds. */
#define PART_CHARACTERS 24
#define TYPED_MIN 2
/* Of one person: an address, a name and a username of the greatest length have about as many. */
#define PARTS_MAX 512
/* Begins the parts of texts that are found whole, and no other part. */
#define WHOLE_SIGN "="

static bool
is_word_octet(char c)
{
	unsigned char octet = (unsigned char)c;

	return octet >= 0x80 || (octet >= '0' && octet <= '9') || (octet >= 'a' && octet <= 'z') ||
	       (octet >= 'A' && octet <= 'Z');
}

/* Words in small letters with a space between them. */
static const char *
plain(struct arena *arena, const char *text)
{
	char *copy = arena_strndup(arena, text, strlen(text));
	size_t len = 0;

	for (const char *at = text; *at != '\0'; at++) {
		if (is_word_octet(*at))
			copy[len++] = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
		else if (len > 0 && copy[len - 1] != ' ')
			copy[len++] = ' ';
	}
	copy[len > 0 && copy[len - 1] == ' ' ? len - 1 : len] = '\0';
	return copy;
}

/* As the column holds it: what a text begins with, without a space at its end. */
static const char *
part_of(struct arena *arena, const char *text)
{
	const char *part = utf8_cut(arena, text, PART_CHARACTERS);
	size_t len = strlen(part);

	while (len > 0 && part[len - 1] == ' ')
		len--;
	return arena_strndup(arena, part, len);
}

static size_t
add_parts(struct arena *arena, const char *text, const char **parts, size_t count)
{
	const char *at = plain(arena, text);

	while (utf8_length(at) >= TYPED_MIN && count < PARTS_MAX) {
		if (*at != ' ')
			parts[count++] = part_of(arena, at);
		(void)utf8_next(&at);
	}
	return count;
}

static const char *
whole_part(struct arena *arena, const char *text)
{
	return part_of(arena, arena_printf(arena, WHOLE_SIGN "%s", text));
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *
search_words(struct arena *arena, const struct search_text *texts, size_t count)
{
	const char **parts = ARENA_ARRAY(arena, PARTS_MAX, const char *);
	struct buffer json = buffer_new(arena);
	size_t part_count = 0;

	for (size_t i = 0; i < count; i++) {
		if (texts[i].text == NULL)
			continue;
		if (!texts[i].is_whole)
			part_count = add_parts(arena, texts[i].text, parts, part_count);
		else if (part_count < PARTS_MAX)
			parts[part_count++] = whole_part(arena, texts[i].text);
	}
	qsort(parts, part_count, sizeof(*parts), compare_texts);
	const char *separator = "[";
	for (size_t i = 0; i < part_count; i++) {
		/* What another part begins with is found with it. */
		if (i + 1 < part_count && strncmp(parts[i], parts[i + 1], strlen(parts[i])) == 0)
			continue;
		buffer_text(&json, separator);
		buffer_json_string(&json, parts[i]);
		separator = ",";
	}
	buffer_text(&json, part_count == 0 ? "[]" : "]");
	return buffer_string(&json);
}

/* The words in their order, whatever parts them. */
static const char *
like_words(struct arena *arena, const char *words)
{
	char *pattern = arena_printf(arena, "%%%s%%", words);

	for (char *at = pattern; *at != '\0'; at++)
		if (*at == ' ')
			*at = '%';
	return pattern;
}

bool
search_key_of(struct arena *arena, const char *typed, struct search_key *ret)
{
	const char *words = plain(arena, typed);

	if (utf8_length(words) < TYPED_MIN)
		return false;
	ret->part = arena_printf(arena, "%s%%", part_of(arena, words));
	ret->whole_part = whole_part(arena, typed);
	ret->longer = utf8_length(words) > PART_CHARACTERS ? like_words(arena, words) : NULL;
	return true;
}
