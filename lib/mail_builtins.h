/*
 * The mails the platform sends by itself: their words in each language they come in, as blocks that a project may write anew.
 */
#ifndef GATEHOUSE_LIB_MAIL_BUILTINS_H
#define GATEHOUSE_LIB_MAIL_BUILTINS_H

#include "lib/mail_render.h"

#define MAIL_BUILTIN_VARIABLES_MAX 6

struct mail_builtin_text {
	const char *locale; /* "en", "es" */
	const char *name;   /* shown in lists */
	struct mail_draft draft;
};

struct mail_builtin {
	const char *slug;
	const char *category;
	struct mail_value variables[MAIL_BUILTIN_VARIABLES_MAX]; /* without app_name and user_name, which every mail has */
	struct mail_builtin_text texts[2]; /* the first is English */
};

extern const struct mail_builtin mail_builtins[];
extern const size_t mail_builtin_count;

/* NULL for a slug that is a project's own. */
const struct mail_builtin *mail_builtin_find(const char *slug);
/* In the language of a locale ("es-MX" is "es"), else English. */
const struct mail_builtin_text *mail_builtin_text(const struct mail_builtin *, const char *locale) RETURNS_NONNULL;

/* The names every mail has, and the built-in's own after them. */
size_t mail_builtin_values(const struct mail_builtin *, struct mail_value ret[MAIL_BUILTIN_VARIABLES_MAX + 2]);

/* Do two locales name one language? Locales are compared as BCP 47 does, without letter case. */
bool locale_has_language(const char *locale, const char *language);
bool locale_is_valid(const char *locale);
/* The same as a field's check. */
const char *locale_check(const char *locale);

extern const char *const mail_categories[];

#endif
