/*
 * The parts of a style sheet's rule that are recognised, each written anew from its tokens. Everything not in a list of css_parts.c is
 * refused; what is refused may have appended something, so `out` is to be thrown away then.
 */
#ifndef GATEHOUSE_LIB_CSS_PARTS_H
#define GATEHOUSE_LIB_CSS_PARTS_H

#include "lib/buffer.h"
#include "lib/css_tokens.h"

const struct css_token *css_skip_space(const struct css_token *);

/* "color:red" of the tokens up to `to`. NULL, or the rule that is broken: "syntax", "property", "value" or "position". */
const char *css_add_declaration(struct buffer *out, const struct css_token *from, const struct css_token *to);
/* One selector, without commas: compounds that begin with a class `.gh-…`. */
bool css_add_selector(struct buffer *out, const struct css_token *from, const struct css_token *to);
/* "(min-width:30em) and (…)" of the tokens between "@media" and its '{'. */
bool css_add_media_condition(struct buffer *out, const struct css_token *at, const struct css_token *open);

#endif
