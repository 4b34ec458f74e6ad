/*
 * What a project's backend says of its users in their tokens (licensing.md section 2, rules 20 and 21): which names and values a claim may
 * have, and how claims are merged. Texts are borrowed.
 */
#ifndef GATEHOUSE_LIB_CLAIMS_H
#define GATEHOUSE_LIB_CLAIMS_H

#include "lib/json.h"

#define CLAIMS_MAX	 64
#define CLAIMS_BYTES_MAX 4096	/* of all of them, written as one object */

/* The free text that stands beside custom_claims, too. */
#define CLAIM_ROLE "role"
/* The key of a plan, which is kept with the plans. */
#define CLAIM_PLAN "plan"

/* As stored: the value is JSON text. */
struct claim {
	const char *key, *value;
};

/* Does a token say that by itself? Then nobody else may. */
bool claim_is_reserved(const char *key);
/* Of a claim that is to be set or, by null, removed: NULL, or the rule that it breaks: pattern, type, length, items, characters. */
const char *claim_rule(const char *key, const struct json *value);
/* One sentence for it. */
const char *claim_rule_message(const char *rule) RETURNS_NONNULL;
/* The value of one as JSON text; NULL: it isn't set. */
const char *claim_value(const struct claim *, size_t count, const char *key);
/* The claims as one object, in their order. */
const char *claims_text(struct arena *, const struct claim *, size_t count) RETURNS_NONNULL;

/* What a patch makes of claims. */
struct claims_merged {
	const struct claim *all, *set;	/* by their names; and those of them that are new or differ */
	size_t count, set_count;
	struct strings removed;		/* names */
};

/* The patch is an object whose members keep claim_rule(); null removes one. Stored claims stand in the order of their names. */
struct claims_merged claims_merge(struct arena *, const struct claim *stored, size_t count, const struct json *patch);
/* Is it within the limits? */
bool claims_fit(struct arena *, const struct claims_merged *);

#endif
