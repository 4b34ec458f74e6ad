/*
 * What the master hands to a process that it forks, and the life of each kind of process.
 */
#ifndef GATEHOUSE_FCGI_CHILD_H
#define GATEHOUSE_FCGI_CHILD_H

#include <sys/types.h>

#include "fcgi/heartbeat.h"
#include "fcgi/sockets.h"
#include "fcgi/worker.h"

/* What a child does for its whole life. */
enum task { TASK_REQUEST = 0, TASK_PASSWORD, TASK_FLUSH, TASK_JOB, TASK_COUNT };

/*
 * Mapped by the master before it forks; outlives configurations and workers. All but beats and
 * counters are NULL in the job unit.
 */
struct shared_memory {
	struct heartbeats *beats;
	struct counters *counters;
	struct rate_limiter *rates;
	struct usage_table *usage;
	struct metrics *metrics;
};

struct child_start {
	enum task task;
	unsigned slot; /* of its heartbeat */
	pid_t master;
	const struct config *config;
	const struct keyring *keyring;
	const struct shared_memory *shared;
	const struct sockets *sockets; /* NULL in the job unit */
};

/* "request", "password", "flusher", "job" */
const char *task_name(enum task);

/* In the forked process: becomes that kind of process, lives, ends. */
_Noreturn void child_run(const struct child_start *);

/* Becomes true when the master says to finish (SIGTERM). */
extern volatile int child_must_stop;

/* The lives; each returns the exit status. */
int worker_run(const struct child_start *);
int flusher_run(const struct child_start *);

#endif
