/*
 * What happened since the master started, counted in memory that all workers of the unit share: single words, so a worker that dies leaves
 * nothing half counted.
 */
#ifndef GATEHOUSE_FCGI_METRICS_H
#define GATEHOUSE_FCGI_METRICS_H

#include "fcgi/heartbeat.h"
#include "fcgi/route.h"
#include "lib/buffer.h"

struct metrics;

/* Made by the master before it forks. NULL with errno set when there is no memory. */
struct metrics *metrics_new(void);

/* An answered request; route NULL: none matched. */
void metrics_count_request(struct metrics *, const struct route *, unsigned status, int64_t duration_us);
void metrics_count_limited(struct metrics *, enum rate_family);

/* Prometheus' text format 0.0.4, without what only the database knows. */
void metrics_print(struct metrics *, struct heartbeats *, struct buffer *);

#endif
