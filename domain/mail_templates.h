/*
 * Which words a mail has: a project's own where there are any, else the built-in's, in the language that fits best.
 */
#ifndef GATEHOUSE_DOMAIN_MAIL_TEMPLATES_H
#define GATEHOUSE_DOMAIN_MAIL_TEMPLATES_H

#include "lib/mail_builtins.h"
#include "sql/tx.h"

/* A template in one language. Texts are the arena's. */
struct mail_template_text {
	const char *slug;
	const char *locale;
	const char *category;
	const char *name;
	struct mail_draft draft;
	struct mail_values variables; /* every name it may use; value is the default */
	bool is_builtin;	      /* the platform sends it */
	bool is_customized;	      /* the project's words, not the built-in's */
	int64_t version;	      /* 0: never changed */
	int64_t updated_at;	      /* NONE: never changed */
};

struct mail_template_row;

/* Of a stored row; of a built-in that nobody changed. */
struct mail_template_text mail_template_of_row(struct arena *, const struct mail_template_row *);
struct mail_template_text mail_template_of_builtin(struct arena *, const struct mail_builtin *,
						   const struct mail_builtin_text *);

/* The languages to try, the best first; NULLs are left out. "en" is always the last. */
struct mail_locales {
	const char *items[3];
};

/*
 * The best text for these languages. ERR_NO_ROW: there is no template of that name.
 */
enum err mail_template_find(struct tx *, const char *project_id, const char *slug, struct mail_locales,
			    struct mail_template_text *ret) MUST_CHECK;

/* variables as JSON, [{"name", "default", "required"}], to values. False with errors at "variables[i]…". */
bool mail_variables_parse(struct arena *, const char *json, struct field_errors *errors, struct mail_values *ret);
/* And back, without app_name and user_name. */
const char *mail_variables_render(struct arena *, struct mail_values);
/* The stored body of a draft. */
const char *mail_template_body(struct arena *, const struct mail_draft *, struct mail_values);

#endif
