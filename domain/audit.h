/*
 * The audit log's hash chains (tenancy rules 38 and 39): rows as links of the chain, and verifying one.
 */
#ifndef GATEHOUSE_DOMAIN_AUDIT_H
#define GATEHOUSE_DOMAIN_AUDIT_H

#include "lib/audit_chain.h"
#include "sql/gen/queries.h"
#include "sql/tx.h"

/* What a row's hash is made of; seq may be one that the row is about to get. */
struct audit_link audit_link_of(struct arena *, const struct audit_event_row *, int64_t seq);

/* A hash that somebody kept. */
struct audit_anchor {
	int64_t seq;
	struct bytes hash;
};

struct audit_check {
	const char *chain_id;
	int64_t from_seq;	/* at least 1 */
	int64_t to_seq;		/* NONE: the head */
	const struct audit_anchor *anchor;	/* may be NULL */
};

struct audit_head {
	int64_t seq;		/* 0: nothing is sealed yet */
	const char *hash;	/* hex */
	int64_t sealed_at;	/* or NONE */
};

struct audit_verdict {
	bool valid;
	int64_t checked;	/* sealed rows whose hash was computed anew */
	int64_t unsealed;	/* rows that wait for their seal: not checked */
	int64_t first_bad_seq;	/* NONE when valid */
	struct audit_head head;
};

/* The chain's newest seal; one of seq 0 when it has none. */
enum err audit_head_get(struct tx *, const char *chain_id, struct audit_head *ret) MUST_CHECK;
/*
 * Reads the rows page by page and computes each hash anew. What is wrong with the chain is in the verdict; an error is the database's, or
 * ERR_BUSY when the arena has no room for a page.
 */
enum err audit_verify(struct tx *, const struct audit_check *, struct audit_verdict *ret) MUST_CHECK;

#endif
