/*
 * What people are found by: their texts from each letter on, a piece of them, written beside the person (sql/schema/user_words.sql). Whoever has
 * a text that holds what is searched for has a part that begins with it. Case is folded here for ASCII, by the column's collation for the rest;
 * what isn't a letter or a digit only parts words: "ada.lovelace" and "Ada Lovelace" are the same.
 */
#ifndef GATEHOUSE_LIB_SEARCH_WORDS_H
#define GATEHOUSE_LIB_SEARCH_WORDS_H

#include "lib/arena.h"

/* A text of a person. is_whole: found by all of it alone (ids, telephone numbers). text NULL: none. */
struct search_text {
	const char *text;
	bool is_whole;
};

/* JSON for the table: ["ada lovelace","da lovelace",…]; "[]" when there is nothing of two characters. */
const char *search_words(struct arena *, const struct search_text *texts, size_t count) RETURNS_NONNULL;

struct search_key {
	const char *part;	/* what a part begins with, for LIKE … ESCAPE '!' */
	const char *whole_part; /* the part of a text that is found whole */
	const char *longer;	/* for LIKE against the texts themselves where parts are too short for it; NULL: they aren't */
};

/* False when less than two letters or digits were typed. */
bool search_key_of(struct arena *, const char *typed, struct search_key *ret);

#endif
