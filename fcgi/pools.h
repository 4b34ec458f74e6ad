/*
 * The processes of one unit: how many of each kind there are to be, which there are, and the steps
 * that bring the two together. Nothing here waits: the master calls the steps again and again.
 */
#ifndef GATEHOUSE_FCGI_POOLS_H
#define GATEHOUSE_FCGI_POOLS_H

#include "fcgi/child.h"

struct child {
	pid_t pid; /* 0: the slot is free */
	enum task task;
	unsigned generation; /* of the configuration it was forked with */
	int64_t started_ms;
	int64_t kill_at_ms; /* when its time to finish is over; 0: it hasn't been told to finish */
};

struct pool_state {
	size_t wanted;
	unsigned quick_deaths; /* in a row, within a second of their start */
	int64_t spawn_at_ms; /* not before */
};

struct pools {
	const struct config *config;
	const struct keyring *keyring;
	struct shared_memory shared;
	const struct sockets *sockets;
	unsigned generation;
	bool is_draining;
	struct pool_state pool[TASK_COUNT];
	struct child children[HEARTBEAT_SLOTS]; /* the index is the heartbeat's slot */
};

/*
 * From now on with this configuration (borrowed): processes of an older one are replaced one by
 * one.
 */
void pools_configure(struct pools *, const struct config *, const struct keyring *,
		     bool is_job_unit);

/* Takes note of processes that have ended. Call after SIGCHLD. */
void pools_reap(struct pools *, int64_t now_ms);
/* Kills what hangs, forks what is missing, goes on with replacing. */
void pools_step(struct pools *, int64_t now_ms);
/* Is every process there, up, and of the present configuration? */
bool pools_are_settled(const struct pools *);

/* Tells all to finish; the flusher last. pools_step() goes on with it. */
void pools_drain(struct pools *, int64_t now_ms);
void pools_kill_all(struct pools *);
bool pools_are_empty(const struct pools *);

/* How long to sleep in a burst of retries: immediately, then 100 ms doubling to 5 s. */
int64_t pools_backoff_ms(unsigned quick_deaths);

#endif
