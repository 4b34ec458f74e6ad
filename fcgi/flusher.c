/*
 * The process that writes what the others noted in shared memory: every few seconds, and a last time
 * when they have all ended.
 */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>

#include "fcgi/child.h"
#include "fcgi/stat_flush.h"
#include "sys/log.h"
#include "sys/system.h"

#define FLUSH_EVERY_S         5
#define FLUSH_ARENA_BYTES_MAX ((size_t)16 * 1024 * 1024)
/* Nobody tries again after the last time. */
#define LAST_TRIES 5

/* Says so when flushing begins to fail and when it works again, not every five seconds. */
static void
flush_report(enum err e, bool *is_failing)
{
	if (e != OK && !*is_failing)
		log_error(e, "What was counted, or last used, can't be written; it is kept for the next try.",
			  NULL);
	if (e == OK && *is_failing)
		log_event(LOG_INFO, "What was counted and last used is written again.", NULL);
	*is_failing = e != OK;
}

/* One failure is no reason not to try the other. */
static enum err
flush(const struct child_start *start, struct db *db, struct arena *arena)
{
	const struct shared_memory *shared = start->shared;
	int64_t now_ms = clock_now_ms(start->config);
	enum err used = OK;

	if (shared->usage != NULL)
		used = usage_flush(shared->usage, db, arena, now_ms);
	arena_reset(arena);
	enum err counted = stat_flush(shared->counters, db, arena, now_ms);
	arena_reset(arena);
	return used != OK ? used : counted;
}

/* Ends early when it is told to stop, or when there is little room left to count in. */
static void
rest(struct counters *counters)
{
	const struct timespec pause = { .tv_sec = 1 };
	sigset_t none;

	sigemptyset(&none);
	for (int left = FLUSH_EVERY_S; left > 0 && !child_must_stop; left--) {
		if (ppoll(NULL, 0, &pause, &none) < 0 || counters_are_crowded(counters))
			return;
	}
}

int
flusher_run(const struct child_start *start)
{
	struct db *db = db_new(start->config);
	struct arena *arena = arena_new(FLUSH_ARENA_BYTES_MAX);
	bool is_failing = false;

	while (!child_must_stop) {
		heartbeat_idle(start->shared->beats, start->slot);
		rest(start->shared->counters);
		heartbeat_busy(start->shared->beats, start->slot, clock_monotonic_ms());
		flush_report(flush(start, db, arena), &is_failing);
	}
	for (int tries = 1; is_failing && tries < LAST_TRIES; tries++) {
		db_backoff(LAST_TRIES);
		flush_report(flush(start, db, arena), &is_failing);
	}
	db_free(db);
	arena_free(arena);
	return EXIT_SUCCESS;
}
