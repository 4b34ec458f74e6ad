/*
 * Mails made of blocks: how a template and its values become a subject, a text and an HTML form (users.md rule 39). Pure.
 *
 * Only {{name}} is replaced. A value is escaped for the place it stands in: HTML, a URL's part, a header. Nobody's name can become part
 * of a mail's form.
 */
#ifndef GATEHOUSE_LIB_MAIL_RENDER_H
#define GATEHOUSE_LIB_MAIL_RENDER_H

#include "lib/fields.h"

#define MAIL_BLOCKS_MAX      100
#define MAIL_VARIABLES_MAX   50
#define MAIL_SUBJECT_MAX     500
#define MAIL_PREVIEW_MAX     200
/* Of the stored blocks, and of each form of the mail. */
#define MAIL_BYTES_MAX	     102400
#define MAIL_NAME_BYTES_MAX  64

struct mail_value {
	const char *name;
	const char *value; /* NULL or "": none */
	bool is_required;
};

struct mail_values {
	const struct mail_value *items;
	size_t count;
};

/* What a template says. */
struct mail_draft {
	const char *subject;
	const char *preview_text; /* shown behind the subject in lists of mails; "" or NULL: none */
	const char *blocks;	  /* JSON array; the kinds are in lib/mail_render.c */
};

struct mail_frame {
	const char *locale; /* of the texts, for the lang attribute */
	const char *color;  /* of buttons and links: "#0f766e" */
};

struct mail_form {
	const char *subject;
	const char *text;
	const char *html;
};

/*
 * False with everything that is wrong added to errors: "subject", "blocks[3].url" …; rules type, unknown, length, range, enum, required,
 * unknown_variable, variable, scheme, line_break. Missing values aren't an error here: see mail_missing_value().
 */
bool mail_render(struct arena *, const struct mail_draft *, struct mail_values, const struct mail_frame *,
		 struct field_errors *errors, struct mail_form *ret);
/* Would it render with any values of these names? The errors are those of mail_render(). */
bool mail_draft_check(struct arena *, const struct mail_draft *, struct mail_values names, struct field_errors *errors);
/* The first required value that there is none of, or NULL: then nothing may be sent. */
const char *mail_missing_value(struct mail_values);
/* May a variable be called that? [a-z][a-z0-9_]{0,63} */
bool mail_variable_name_is_valid(const char *name);

#endif
