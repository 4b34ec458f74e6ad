/*
 * CSS text as tokens (CSS Syntax Level 3 section 4), as far as a style sheet may go that we take from strangers: names are ASCII, an
 * escape is a token of its own, so that nothing can be spelled in a second way, and a comment is a space.
 */
#ifndef GATEHOUSE_LIB_CSS_TOKENS_H
#define GATEHOUSE_LIB_CSS_TOKENS_H

#include "lib/arena.h"

enum css_token_type {
	CSS_END,
	CSS_SPACE,	/* and comments */
	CSS_IDENT,	/* [A-Za-z_-][A-Za-z0-9_-]* */
	CSS_FUNCTION,	/* an ident with its '(' */
	CSS_AT,		/* '@' and an ident */
	CSS_HASH,	/* '#' and name characters */
	CSS_NUMBER,	/* digits with sign and point; the unit (an ident or '%') is from `unit` on */
	CSS_STRING,	/* with its quotes */
	CSS_ESCAPE,	/* a backslash, wherever it stands */
	CSS_CHAR,	/* any other octet, each by itself */
};

struct css_token {
	enum css_token_type type;
	const char *text;	/* in the text that was cut up */
	size_t len;
	size_t unit;
};

/* All tokens, CSS_END last. The text must be valid UTF-8 and stay as long as they do. */
const struct css_token *css_tokens(struct arena *, const char *css) RETURNS_NONNULL;

/* Letters in any case; for CSS_FUNCTION without its '(', for CSS_AT without its '@'. */
bool css_token_is(const struct css_token *, enum css_token_type, const char *name);
bool css_token_is_char(const struct css_token *, char);

#endif
