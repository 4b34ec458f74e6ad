/*
 * Taking texts apart into the words that a search finds them by.
 */
#include "lib/search_words.h"

#include <string.h>

#include "lib/buffer.h"
#include "lib/text.h"

#define HEAD_CHARACTERS 2
/* Longer parts are told apart by comparing the text itself. */
#define PART_CHARACTERS 24
/* Of one list of one text: beyond it a person is found by other parts of theirs. */
#define LIST_BYTES_MAX 200
#define LISTS_MAX 256

struct list {
	const char *head;
	struct buffer words;
};

struct lists {
	struct arena *arena;
	struct list items[LISTS_MAX];
	size_t count;
};

static bool
is_word_octet(char c)
{
	unsigned char octet = (unsigned char)c;

	return octet >= 0x80 || (octet >= '0' && octet <= '9') || (octet >= 'a' && octet <= 'z') ||
	       (octet >= 'A' && octet <= 'Z');
}

/* The next word at or behind `text`; NULL when there is none. */
static const char *
find_word(const char *text, size_t *ret_len)
{
	size_t len = 0;

	while (*text != '\0' && !is_word_octet(*text))
		text++;
	while (is_word_octet(text[len]))
		len++;
	*ret_len = len;
	return len > 0 ? text : NULL;
}

/* The collation of the column sees to all letters beyond ASCII. */
static char *
lower_copy(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_strndup(arena, text, len);

	for (char *at = copy; *at != '\0'; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
	return copy;
}

static struct buffer *
list_of(struct lists *lists, const char *head)
{
	for (size_t i = 0; i < lists->count; i++)
		if (strcmp(lists->items[i].head, head) == 0)
			return &lists->items[i].words;
	if (lists->count == LISTS_MAX)
		return NULL;
	lists->items[lists->count] = (struct list){ .head = head, .words = buffer_new(lists->arena) };
	return &lists->items[lists->count++].words;
}

/* What another part begins with is found with it. */
static void
add_part(struct lists *lists, const char *word)
{
	const char *part = arena_printf(lists->arena, " %s", utf8_cut(lists->arena, word, PART_CHARACTERS));
	struct buffer *list = list_of(lists, utf8_cut(lists->arena, word, HEAD_CHARACTERS));

	if (list == NULL || list->len + strlen(part) > LIST_BYTES_MAX ||
	    strstr(buffer_string(list), part) != NULL)
		return;
	buffer_text(list, part);
}

static void
add_text(struct lists *lists, const struct search_text *text)
{
	size_t len;

	for (const char *word = find_word(text->text, &len); word != NULL; word = find_word(word + len, &len)) {
		const char *part = lower_copy(lists->arena, word, len);

		while (utf8_length(part) >= HEAD_CHARACTERS) {
			add_part(lists, part);
			if (text->is_whole)
				break;
			(void)utf8_next(&part);
		}
	}
}

const char *
search_words(struct arena *arena, const struct search_text *texts, size_t count)
{
	struct lists *lists = arena_alloc(arena, sizeof(*lists));
	struct buffer json = buffer_new(arena);

	lists->arena = arena;
	for (size_t i = 0; i < count; i++)
		if (texts[i].text != NULL)
			add_text(lists, &texts[i]);
	for (size_t i = 0; i < lists->count; i++) {
		buffer_text(&json, i == 0 ? "[[" : "],[");
		buffer_json_string(&json, lists->items[i].head);
		buffer_char(&json, ',');
		buffer_json_string(&json, buffer_string(&lists->items[i].words));
	}
	buffer_text(&json, lists->count == 0 ? "[]" : "]]");
	return buffer_string(&json);
}

bool
search_key_of(struct arena *arena, const char *typed, struct search_key *ret)
{
	const char *longest = "";
	size_t len;

	for (const char *at = find_word(typed, &len); at != NULL; at = find_word(at + len, &len)) {
		const char *word = lower_copy(arena, at, len);
		if (utf8_length(word) > utf8_length(longest))
			longest = word;
	}
	if (utf8_length(longest) < HEAD_CHARACTERS)
		return false;
	ret->head = utf8_cut(arena, longest, HEAD_CHARACTERS);
	ret->word = like_contains(arena, arena_printf(arena, " %s", utf8_cut(arena, longest, PART_CHARACTERS)));
	return true;
}
