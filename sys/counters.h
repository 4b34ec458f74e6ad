/*
 * Counters in memory that all processes of a unit share, until one of them has written them to the database: added without a lock, so that
 * a worker killed at any instruction neither loses a count nor leaves anything shut; taken in batches that have an id and stay the same
 * until they are known to be written, so that a flusher killed at any instruction neither loses nor doubles one.
 */
#ifndef GATEHOUSE_SYS_COUNTERS_H
#define GATEHOUSE_SYS_COUNTERS_H

#include "lib/stats.h"

struct counters;

/* Most counts that a batch can have. */
#define COUNTERS_MAX ((size_t)25600)

/* Anonymous shared memory of 4 MiB, made by the master before it forks. NULL with errno set when there is none. */
struct counters *counters_new(void);

void counters_add(struct counters *, const struct stat_key *, uint64_t n);
/* More than half full: it is time to write. */
bool counters_are_crowded(struct counters *);
/* How much wasn't counted since the start because there was no room. */
uint64_t counters_lost(struct counters *);

/* ---- the flusher's side ---- */

/*
 * Begins to write. False: another flusher is at it, or there is nothing. *ret_id: the batch's, that of an unfinished one of a flusher
 * before, else new_id.
 */
bool counters_flush_begin(struct counters *, const char *new_id, char ret_id[ID_SIZE]);
/* Goes through the batch: *at starts at 0; false after the last. */
bool counters_flush_next(struct counters *, size_t *at, struct stat_key *ret_key, uint64_t *ret_n);
/* Ends. is_written: it stands in the database, from this try or an earlier one; else the same batch comes again. */
void counters_flush_end(struct counters *, bool is_written);

#endif
