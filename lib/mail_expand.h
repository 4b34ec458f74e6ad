/*
 * The placeholders of a mail template, and what escaping each place in a mail asks for.
 */
#ifndef GATEHOUSE_LIB_MAIL_EXPAND_H
#define GATEHOUSE_LIB_MAIL_EXPAND_H

#include "lib/mail_render.h"

enum mail_place {
	MAIL_PLACE_TEXT,   /* as it is */
	MAIL_PLACE_HTML,   /* content or a quoted attribute; line breaks become <br> */
	MAIL_PLACE_HEADER, /* one line: a value with a control character is an error */
};

struct mail_expansion {
	struct arena *arena;
	struct mail_values values;
	struct field_errors *errors;
};

/* Adds the text with its placeholders replaced. A value that is empty takes the space before it along: "Hello {{name}}," is "Hello,". */
void mail_expand(const struct mail_expansion *, const char *field, const char *text, enum mail_place, struct buffer *out);
/*
 * The URL with its placeholders replaced: a value at its beginning as it is, any other percent-encoded (RFC 3986 section 2.1). "" with
 * an error unless it is https or mailto, both as written and as expanded.
 */
const char *mail_expand_url(const struct mail_expansion *, const char *field, const char *url);
/* The text as HTML content or attribute. */
void mail_add_html(struct buffer *, const char *text);

#endif
