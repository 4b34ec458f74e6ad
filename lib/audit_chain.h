/*
 * The hash chain of the audit log (tenancy rule 38): what exactly is hashed, so that anybody can compute it anew from an export.
 */
#ifndef GATEHOUSE_LIB_AUDIT_CHAIN_H
#define GATEHOUSE_LIB_AUDIT_CHAIN_H

#include "lib/arena.h"

#define AUDIT_HASH_SIZE 32

/* One sealed row. Texts are UTF-8 and borrowed. */
struct audit_link {
	int64_t seq;			/* 1, 2, 3 … in its chain */
	const char *chain;		/* org_… or prj_… */
	const char *id;
	const char *workspace_id;	/* or NULL */
	int64_t occurred_at;
	const char *action;
	const char *actor_kind, *actor_id, *actor_label;
	const char *target_type, *target_id, *target_label;
	const char *result;
	const char *ip;			/* as text, or NULL */
	const char *user_agent;
	const char *request_id;
	const char *changes;		/* the JSON text as it is stored; its SHA-256 is in the link */
};

/* The RFC 8785 form of the link's array. */
const char *audit_link_text(struct arena *, const struct audit_link *) RETURNS_NONNULL;
/* SHA-256 of the previous link's hash (32 zero octets before the first) and the text. */
void audit_link_hash(struct arena *, const uint8_t previous[AUDIT_HASH_SIZE], const struct audit_link *,
		     uint8_t ret_hash[AUDIT_HASH_SIZE]);

#endif
