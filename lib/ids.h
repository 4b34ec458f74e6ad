/*
 * Ids of objects: a prefix and 16 characters of [a-z0-9], of which the first come from the time, so that ids sort by creation.
 * The public id of a project (proj_) has 24 characters of [A-Za-z0-9], all random. The table is ID_KINDS.
 */
#ifndef GATEHOUSE_LIB_IDS_H
#define GATEHOUSE_LIB_IDS_H

#include "lib/arena.h"
#include "lib/errors.h"

/* ID_KIND(symbol, prefix without underscore) */
#define ID_KINDS(ID_KIND)                                                                          \
	ID_KIND(ORG, "org") ID_KIND(MEMBER, "mem") ID_KIND(INVITATION, "inv")                      \
	ID_KIND(PROJECT, "prj") ID_KIND(PUBLIC_PROJECT, "proj") ID_KIND(CLIENT, "cli")             \
	ID_KIND(USER, "usr") ID_KIND(API_KEY, "key") ID_KIND(SESSION, "ses")                       \
	ID_KIND(GRANT, "grt") ID_KIND(EVENT, "evt") ID_KIND(AUDIT_EVENT, "aud")                    \
	ID_KIND(FLOW, "flw") ID_KIND(MESSAGE, "msg") ID_KIND(CLIENT_SECRET, "csc")                 \
	ID_KIND(JOB, "job") ID_KIND(REQUEST, "req") ID_KIND(WORKSPACE, "wsp")                      \
	ID_KIND(IDENTITY, "idn") ID_KIND(FACTOR, "fac") ID_KIND(SIGNING_KEY, "sgk") ID_KIND(ACCESS_TOKEN, "tok") \
	ID_KIND(OAUTH_REQUEST, "ort") ID_KIND(RESOURCE_SERVER, "rsv") ID_KIND(INITIAL_TOKEN, "itk") \
	ID_KIND(LICENSE, "lic") ID_KIND(ACTIVATION, "act") ID_KIND(LICENSE_SIGNING_KEY, "lsk") \
	ID_KIND(LICENSE_FILE, "lfl") ID_KIND(CONNECTOR_TEST, "cnt") \
	ID_KIND(TRUSTED_ISSUER, "tis") ID_KIND(PLAN, "pln") ID_KIND(FEATURE, "fea") ID_KIND(METER, "mtr") ID_KIND(STAT_FLUSH, "sfl") \
	ID_KIND(ITEM, "itm") ID_KIND(PAYMENT, "pay") ID_KIND(INVOICE, "ivc") ID_KIND(CONNECTION, "con")

enum id_kind {
	ID_NONE = 0,
#define ID_KIND(symbol, prefix) ID_##symbol,
	ID_KINDS(ID_KIND)
#undef ID_KIND
	ID_ANY_CLIENT,	/* proj_ or cli_ */
	ID_COUNT
};

/* Longest id with its NUL. */
#define ID_SIZE 30

/* "prj"; "" for ID_ANY_CLIENT. */
const char *id_prefix(enum id_kind);
/* The whole grammar: prefix, length, alphabet. Every id passes it before it comes near SQL (collations ignore trailing spaces). */
bool id_is_valid(enum id_kind, const char *text);
/*
 * A new id: 48 bits of now_ms, then randomness, in base 36. ERR_CRYPTO when there is no randomness.
 * ret_id is the arena's.
 */
enum err id_make(struct arena *, enum id_kind, int64_t now_ms, const char **ret_id) MUST_CHECK;
/* The least id of that millisecond: every id made before sorts below it. Not for ID_PUBLIC_PROJECT, whose ids tell no time. */
const char *id_floor(struct arena *, enum id_kind, int64_t at_ms) RETURNS_NONNULL;

#endif
