/*
 * The process that writes what the workers noted: every few seconds, and a last time when they have
 * all ended.
 */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>

#include "fcgi/child.h"
#include "sys/log.h"
#include "sys/system.h"

#define FLUSH_EVERY_S         5
#define FLUSH_ARENA_BYTES_MAX ((size_t)4 * 1024 * 1024)

/* Says so when flushing begins to fail and when it works again, not every five seconds. */
static void
flush_report(enum err e, bool *is_failing)
{
	if (e != OK && !*is_failing)
		log_error(e, "Times of last use can't be written; they are kept for the next try.",
			  NULL);
	if (e == OK && *is_failing)
		log_event(LOG_INFO, "Times of last use are written again.", NULL);
	*is_failing = e != OK;
}

int
flusher_run(const struct child_start *start)
{
	struct db *db = db_new(start->config);
	struct arena *arena = arena_new(FLUSH_ARENA_BYTES_MAX);
	const struct timespec pause = { .tv_sec = FLUSH_EVERY_S };
	bool is_failing = false;
	sigset_t none;

	sigemptyset(&none);
	do {
		heartbeat_idle(start->shared->beats, start->slot);
		ppoll(NULL, 0, &pause, &none);
		heartbeat_busy(start->shared->beats, start->slot, clock_monotonic_ms());
		flush_report(
		    usage_flush(start->shared->usage, db, arena, clock_now_ms(start->config)),
		    &is_failing);
		arena_reset(arena);
	} while (!child_must_stop);
	db_free(db);
	arena_free(arena);
	return EXIT_SUCCESS;
}
