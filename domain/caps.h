/*
 * What an organization's plan, which is a plan of the console project, allows it to have and to do (licensing.md rule 35): features of the
 * console, of these keys. Without such a feature, or without any plan, nothing is limited and nothing is closed.
 */
#ifndef GATEHOUSE_DOMAIN_CAPS_H
#define GATEHOUSE_DOMAIN_CAPS_H

#include "sql/tx.h"

enum cap_kind { CAP_PROJECTS, CAP_MEMBERS, CAP_API_KEYS, CAP_CLIENTS, CAP_LICENSES, CAP_COUNT };

struct cap {
	enum cap_kind kind;
	const char *limit_key;
	int64_t limit, used;	/* limit NONE: none */
};

/* limit_key, limit, used: as it is shown, and as a refusal's details. */
extern const struct field cap_fields[];

/*
 * After the organization's guard was written: is there room for so many more? ERR_PLAN_LIMIT_REACHED with *ret; else *ret is untouched. What exists
 * is never touched (tenancy rule 34).
 */
enum err cap_check(struct tx *, const char *org_id, enum cap_kind, int64_t more, struct cap *ret) MUST_CHECK;
/* All of them, whether there is a limit or not. */
enum err caps_read(struct tx *, const char *org_id, struct cap ret[CAP_COUNT]) MUST_CHECK;
/* {"limit_key","limit","used"}: the refusal's details. */
const char *cap_details(struct arena *, const struct cap *) RETURNS_NONNULL;
/* One sentence. */
const char *cap_message(struct arena *, const struct cap *) RETURNS_NONNULL;

/* What a plan may leave out: boolean features of the console. */
enum gate { GATE_FLOATING_LICENSES, GATE_LICENSE_BULK, GATE_TRUSTED_ISSUERS };

/* Does the organization's plan include it? ERR_UPGRADE_REQUIRED. One statement, two where the feature's default decides. */
enum err gate_check(struct tx *, const char *org_id, enum gate) MUST_CHECK;
/* {"feature_key"}: the refusal's details. */
const char *gate_details(struct arena *, enum gate) RETURNS_NONNULL;

#endif
