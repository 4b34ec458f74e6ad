/*
 * The claims of a project's users (licensing.md rules 20 to 22).
 */
#ifndef GATEHOUSE_DOMAIN_CLAIMS_H
#define GATEHOUSE_DOMAIN_CLAIMS_H

#include "lib/access_token.h"
#include "lib/claims.h"
#include "sql/gen/queries.h"
#include "sql/tx.h"

struct user_claims {
	const char *user_id;
	const char *claims;	/* JSON object */
};

extern const struct field user_claims_fields[];

/* In the order of their names, at last the plan that counts; none for who isn't there. Two statements. */
enum err claims_read(struct tx *, const char *project_id, const char *user_id, const struct claim **ret, size_t *ret_count) MUST_CHECK;

/*
 * Merges the patch, whose members keep claim_rule() and aren't reserved, into somebody's claims; plan puts them on that plan. A guard before
 * whom no other writer of them gets is held. ERR_CLAIMS_TOO_LARGE; ERR_NO_ROW, ERR_PLAN_ARCHIVED: there is no such plan. Records
 * claim.updated and plan.assigned, if anything changed.
 */
enum err claims_change(struct tx *, const char *org_id, const char *project_id, const struct user_object_row *, const struct json *patch,
		       struct user_claims *ret_after) MUST_CHECK;

/* What a project's tokens say of a person now (rule 22). Three statements. */
enum err claims_told(struct tx *, const char *project_id, const char *user_id, struct project_claims *ret) MUST_CHECK;

#endif
