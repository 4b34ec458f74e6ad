/*
 * Counting what is used of a meter, by the month of UTC (licensing.md rules 31 to 34).
 */
#ifndef GATEHOUSE_DOMAIN_USAGE_H
#define GATEHOUSE_DOMAIN_USAGE_H

#include "lib/fields.h"
#include "sql/gen/queries.h"
#include "sql/tx.h"

/* Whose limit it is: of one of the project's people, of the project as a whole, or of its organization with all of its projects. */
enum usage_scope { USAGE_SUBJECT, USAGE_PROJECT, USAGE_ORG };
/* subject, project, org; ended by NULL. */
extern const char *const usage_scopes[];

/* Whose use of what. */
struct usage_place {
	enum usage_scope scope;
	const char *org_id, *project_id;	/* project_id: where it is told, of an organization's */
	const char *meter_key;
	const char *subject_id;			/* NULL: nobody in person */
};

/* How far somebody is, as events and refusals say it. */
struct usage_state {
	const char *meter_key;
	const char *scope;		/* of usage_scopes */
	const char *subject_id;		/* of USAGE_SUBJECT, else NULL */
	int64_t percent;		/* of a threshold */
	int64_t limit, used;		/* limit NONE: none */
	int64_t resets_at;
};

/* {meter_key, limit, used, resets_at}: the details of a refusal. */
extern const struct field usage_refusal_fields[];

/* What is told when a refusal is the first of its month. */
#define PERCENT_REFUSED 101

/*
 * Tells that a counter has passed a threshold (usage.threshold), or that it refused (quota.exceeded), once a month each. The counter's row is
 * held. Nothing is told when it was told before.
 */
enum err usage_tell(struct tx *, enum event, const struct usage_place *, const struct usage_state *) MUST_CHECK;

/* Writes the row of the project's sum of the month, made when there is none: of two who count the meter the second waits. */
enum err usage_hold(struct tx *, const struct usage_place *, int64_t period_at) MUST_CHECK;

/*
 * Adds to what the project and, if there is one, the subject used, whatever the limits: it has happened. Tells of the project's thresholds. The
 * sum's row is held.
 */
enum err usage_add(struct tx *, const struct usage_place *, int64_t at_ms, int64_t quantity) MUST_CHECK;

/* A person is gone: what they used in person is forgotten, the project's sums stay. */
enum err usage_forget_subject(struct tx *, const char *project_id, const char *subject_id) MUST_CHECK;

#endif
