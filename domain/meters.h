/*
 * What a project counts of its own (licensing.md section 2).
 */
#ifndef GATEHOUSE_DOMAIN_METERS_H
#define GATEHOUSE_DOMAIN_METERS_H

#include "lib/fields.h"
#include "sql/gen/queries.h"
#include "sql/tx.h"

/* How one is shown; struct meter_row is of the queries. */
extern const struct field meter_fields[];

/* Records it as it was and is; either may be NULL. */
enum err meter_record(struct tx *, enum event, const char *org_id, const char *project_id, const struct meter_row *before,
		      const struct meter_row *after) MUST_CHECK;

/* Is there such a meter, built in or of the project's own? */
enum err meter_is_known(struct tx *, const char *project_id, const char *meter_key, bool *ret) MUST_CHECK;

/* The meter with all that was counted of it, and its limit. Its row was written before. */
enum err meter_remove(struct tx *, const char *project_id, const struct meter_row *) MUST_CHECK;

#endif
