/*
 * What an organization's plan, which is a plan of the console project, allows it to have (licensing.md rule 35): limit features of the console,
 * of these keys. Without such a feature, or without any plan, there is no limit.
 */
#ifndef GATEHOUSE_DOMAIN_CAPS_H
#define GATEHOUSE_DOMAIN_CAPS_H

#include "sql/tx.h"

enum cap_kind { CAP_PROJECTS, CAP_MEMBERS, CAP_API_KEYS, CAP_LICENSES };

struct cap {
	enum cap_kind kind;
	int64_t limit, used;
};

/*
 * After the organization's guard was written: is there room for so many more? ERR_PLAN_LIMIT_REACHED with *ret; else *ret is untouched. What exists
 * is never touched (tenancy rule 34).
 */
enum err cap_check(struct tx *, const char *org_id, enum cap_kind, int64_t more, struct cap *ret) MUST_CHECK;
/* {"limit_key","limit","used"}: the refusal's details. */
const char *cap_details(struct arena *, const struct cap *) RETURNS_NONNULL;
/* One sentence. */
const char *cap_message(struct arena *, const struct cap *) RETURNS_NONNULL;

#endif
