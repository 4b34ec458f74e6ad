/*
 * Rate limits in memory that all workers share: a sliding window of two counters per bucket (previous and current, weighted),
 * each bucket's counts one 64-bit word changed by compare-and-swap, so that a worker killed at any instruction leaves it usable.
 */
#ifndef GATEHOUSE_FCGI_RATE_LIMIT_H
#define GATEHOUSE_FCGI_RATE_LIMIT_H

#include "lib/config.h"

struct rate_limiter;

/* Anonymous shared memory, made by the master before it forks. NULL with errno set when there is none. */
struct rate_limiter *rate_limiter_new(void);

/* One bucket of a request. */
struct rate_bucket {
	enum rate_family family;
	const char *subject;	/* id or address; hashed with a random key of this process tree */
	uint32_t limit;		/* after the key's own limit and the share of machines */
};

struct rate_state {
	enum rate_family family;
	uint32_t limit;
	uint32_t remaining;
	uint32_t reset_s;	/* until the window moves on */
	uint32_t retry_after_s;	/* when refused: until one request fits */
};

uint32_t rate_limit_of(const struct config *, enum rate_family);
/*
 * Takes one from each bucket, or from none: false when one is full. *ret_tightest is the full one, else the one with the least
 * share left. now_ms is the request's clock. A window of more than an hour isn't possible.
 */
bool rate_limiter_take(struct rate_limiter *, const struct config *, int64_t now_ms, const struct rate_bucket *, size_t count,
		       struct rate_state *ret_tightest);
/* Is there room, without taking? (failed credentials: asked before, taken after a 401) */
bool rate_limiter_has_room(struct rate_limiter *, const struct config *, int64_t now_ms, const struct rate_bucket *,
			   struct rate_state *ret_state);

#endif
