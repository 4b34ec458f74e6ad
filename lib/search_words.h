/*
 * The words that people are found by: written beside the person (sql/schema/user_words.sql), walked by a search. Any part of a word is found,
 * so each word is kept once from each of its letters on, listed under the first two of them.
 */
#ifndef GATEHOUSE_LIB_SEARCH_WORDS_H
#define GATEHOUSE_LIB_SEARCH_WORDS_H

#include "lib/arena.h"

/* A text of a person. is_whole: found by the beginnings of its words alone (ids, telephone numbers). text NULL: none. */
struct search_text {
	const char *text;
	bool is_whole;
};

/* JSON for the table: [["lo"," love lovelace"],["ov"," ovelace"],…]; "[]" when there is no word of two letters. */
const char *search_words(struct arena *, const struct search_text *texts, size_t count) RETURNS_NONNULL;

struct search_key {
	const char *head;	/* which list to walk */
	const char *word;	/* what it must hold, for LIKE … ESCAPE '!' */
};

/*
 * The list that holds everybody whose text holds `typed`: that of its longest word. What the list gives must still be compared with all of
 * `typed`. False when it has no two letters or digits in a row.
 */
bool search_key_of(struct arena *, const char *typed, struct search_key *ret);

#endif
