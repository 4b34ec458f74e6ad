/*
 * What somebody may use of a project: its features, decided from overrides, plans and defaults (licensing.md rule 23).
 */
#ifndef GATEHOUSE_DOMAIN_FEATURES_H
#define GATEHOUSE_DOMAIN_FEATURES_H

#include "lib/features.h"
#include "lib/fields.h"
#include "sql/gen/queries.h"
#include "sql/tx.h"

/* A feature's settings. */
struct feature {
	const char *id, *feature_key, *type;
	const char *default_value;	/* JSON */
	const char *meter_key, *description;
	int64_t version, created_at, updated_at;
};

extern const struct field feature_fields[];
struct feature feature_of_row(struct arena *, const struct feature_row *);

/* Whose features: a user (of the console: or an organization), and the workspace they act in, or NULL. */
struct feature_subjects {
	const char *user_id, *workspace_id;
};

/* What it comes to for somebody. */
struct feature_value {
	const char *subject_id;		/* the user */
	const char *feature_id, *feature_key, *type;
	const char *value;		/* JSON: true or false, a number, null for no limit */
	const char *source;		/* of feature_sources */
	const char *meter_key;
	int64_t expires_at;		/* of the user's override; NONE: it has no end, or there is none */
	int64_t used, remaining;	/* of a limit with a meter: this month; NONE: it isn't one; remaining NONE: no limit */
	struct feature_choice choice;	/* value and source, to reckon with */
};

extern const struct field feature_value_fields[];

/* ERR_NO_ROW: the project has no such feature. One statement. */
enum err feature_find(struct tx *, const char *project_id, const struct feature_subjects *, const char *feature_key,
		      struct feature_value *ret) MUST_CHECK;
/* All of them, by key. One statement. */
enum err features_of(struct tx *, const char *project_id, const struct feature_subjects *, struct feature_value **ret,
		     size_t *ret_count) MUST_CHECK;
/* Up to limit of them, behind after_key (NULL: from the start). */
enum err features_page(struct tx *, const char *project_id, const struct feature_subjects *, const char *after_key, int64_t limit,
		       struct feature_value **ret, size_t *ret_count) MUST_CHECK;
/* {"export":true,"seats":5}, as tokens and license answers have them. */
const char *features_object(struct arena *, const struct feature_value *, size_t count) RETURNS_NONNULL;

#endif
