/*
 * Rules for text that people type. Lengths are counted in code points; nothing is trimmed or normalised unless it says so.
 */
#ifndef GATEHOUSE_LIB_TEXT_H
#define GATEHOUSE_LIB_TEXT_H

#include "lib/arena.h"

/* Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. */
bool utf8_is_valid(const char *data, size_t len);
/* Code points of valid UTF-8. */
size_t utf8_length(const char *text);
/* The code point at *text of valid UTF-8 that isn't at its end; *text moves behind it. */
uint32_t utf8_next(const char **text);
/* The first `count` code points at most. */
const char *utf8_cut(struct arena *, const char *text, size_t count) RETURNS_NONNULL;

/* No control characters (C0, DEL, C1; line breaks pass when allowed) and no bidi controls (U+061C, U+200E/F, U+202A-E, U+2066-9). */
bool text_is_clean(const char *text, bool allow_line_breaks);

/* A field's check for what is compared with a column of ASCII: the database refuses to compare anything else. */
const char *ascii_check(const char *text);

/* ^[a-z0-9_-]{1,64}$ with a letter or digit. */
bool slug_is_valid(const char *text);
/* The same as a field's check: NULL, or the rule it breaks. */
const char *slug_check(const char *text);
/* ASCII letters lowered, digits kept, runs of anything else become one '-', none at the ends, at most 58 characters; `fallback` when nothing is left. */
const char *slug_derive(struct arena *, const char *name, const char *fallback) RETURNS_NONNULL;
/* slug-2, slug-3 …: attempt 1 is the slug itself. */
const char *slug_numbered(struct arena *, const char *slug, unsigned attempt) RETURNS_NONNULL;

/*
 * The one form in which e-mail addresses are compared (users.md rule 1): local part in ASCII lower case, '@', domain as
 * lower-case IDNA A-label (libidn2). False for what isn't an address by that rule; at most 254 octets as typed.
 */
bool email_key(struct arena *, const char *typed, const char **ret_key);
/* p•••@example.com */
const char *email_mask(struct arena *, const char *email) RETURNS_NONNULL;

/* For LIKE … ESCAPE '!': % _ ! are escaped and the text is put between %. */
const char *like_contains(struct arena *, const char *text) RETURNS_NONNULL;
/* The same for a column of ASCII: NULL for text that no such column can hold, which the database would refuse to compare with it. */
const char *like_contains_ascii(struct arena *, const char *text);

/* Is the word, of len octets, one of `words`, which have single spaces between them? */
bool words_have(const char *words, const char *word, size_t len);
/* The words with single spaces between; "" for none. */
const char *words_join(struct arena *, struct strings words) RETURNS_NONNULL;

#endif
