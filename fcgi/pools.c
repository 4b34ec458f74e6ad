/*
 * Forks, watches, replaces and ends the processes of a unit. Every step looks at what there is and
 * does the next thing needed, so that a death in the middle of replacing or draining is no special
 * case.
 */
#include "fcgi/pools.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/log.h"

#define QUICK_DEATH_MS   SECOND_MS
#define BACKOFF_FIRST_MS INT64_C(100)
#define BACKOFF_MAX_MS   INT64_C(5000)
/* A crowded machine may start a process slowly, whatever a request may take. */
#define START_MAX_MS (30 * SECOND_MS)
/* The flusher writes once more after the others have ended. */
#define LAST_FLUSH_MS (5 * SECOND_MS)

/* Of one pool, who is there. */
struct census {
	size_t current, current_up, old, finishing;
};

static size_t
cores(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count > 0 ? (size_t)count : 1;
}

void
pools_configure(struct pools *pools, const struct config *config, const struct keyring *keyring,
		bool is_job_unit)
{
	int64_t request = config->process.request_workers,
		password = config->process.password_workers;

	pools->config = config;
	pools->keyring = keyring;
	pools->generation++;
	pools->pool[TASK_FLUSH].wanted = 1;
	if (is_job_unit) {
		pools->pool[TASK_JOB].wanted = (size_t)config->process.job_workers;
		return;
	}
	pools->pool[TASK_REQUEST].wanted = request > 0 ? (size_t)request : 4 * cores();
	pools->pool[TASK_PASSWORD].wanted = password > 0 ? (size_t)password : cores();
}

static struct census
census_take(const struct pools *pools, enum task task)
{
	struct census census = { .current = 0 };

	for (unsigned slot = 0; slot < HEARTBEAT_SLOTS; slot++) {
		const struct child *child = &pools->children[slot];
		if (child->pid == 0 || child->task != task)
			continue;
		if (child->kill_at_ms != 0) {
			census.finishing++;
		} else if (child->generation != pools->generation) {
			census.old++;
		} else {
			census.current++;
			census.current_up += heartbeat_is_up(pools->shared.beats, slot);
		}
	}
	return census;
}

/* ---- deaths ---- */

int64_t
pools_backoff_ms(unsigned quick_deaths)
{
	int64_t wait = 0;

	for (unsigned i = 1; i < quick_deaths && wait < BACKOFF_MAX_MS; i++)
		wait = wait == 0 ? BACKOFF_FIRST_MS : 2 * wait;
	return wait < BACKOFF_MAX_MS ? wait : BACKOFF_MAX_MS;
}

static void
log_child(enum log_level level, const char *message, const struct child *child, const char *how,
	  int number)
{
	char detail[80];

	snprintf(detail, sizeof(detail), "%s worker %d, %s %d", task_name(child->task),
		 (int)child->pid, how, number);
	log_event(level, message, detail);
}

/*
 * A pool whose workers die as they start is tried again ever more slowly; several deaths at once
 * are one.
 */
static void
pool_note_death(struct pool_state *pool, int64_t lived_ms, int64_t now_ms)
{
	if (lived_ms >= QUICK_DEATH_MS) {
		pool->quick_deaths = 0;
		pool->spawn_at_ms = 0;
	} else if (now_ms >= pool->spawn_at_ms) {
		pool->quick_deaths++;
		pool->spawn_at_ms = now_ms + pools_backoff_ms(pool->quick_deaths);
	}
}

static void
child_has_ended(struct pools *pools, struct child *child, int status, int64_t now_ms)
{
	bool is_clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;

	if (is_clean)
		log_child(LOG_DEBUG, "A worker has ended.", child, "exit status", 0);
	else if (WIFSIGNALED(status))
		log_child(LOG_WARN, "A worker died.", child, "signal", WTERMSIG(status));
	else
		log_child(LOG_WARN, "A worker died.", child, "exit status", WEXITSTATUS(status));
	/*
	 * One that has served its number of requests, or was told to finish, says nothing about the
	 * pool.
	 */
	if (!is_clean && child->kill_at_ms == 0)
		pool_note_death(&pools->pool[child->task], now_ms - child->started_ms, now_ms);
	heartbeat_name(pools->shared.beats, (unsigned)(child - pools->children), HEARTBEAT_NOBODY);
	*child = (struct child){ .pid = 0 };
}

void
pools_reap(struct pools *pools, int64_t now_ms)
{
	int status;

	for (pid_t pid = waitpid(-1, &status, WNOHANG); pid > 0;
	     pid = waitpid(-1, &status, WNOHANG)) {
		for (unsigned slot = 0; slot < HEARTBEAT_SLOTS; slot++) {
			if (pools->children[slot].pid == pid)
				child_has_ended(pools, &pools->children[slot], status, now_ms);
		}
	}
}

/* ---- births ---- */

static bool
child_fork(struct pools *pools, enum task task, int64_t now_ms)
{
	unsigned slot = 0;

	while (slot < HEARTBEAT_SLOTS && pools->children[slot].pid != 0)
		slot++;
	if (slot == HEARTBEAT_SLOTS)
		return false;
	struct child_start start = {
		.task = task,
		.slot = slot,
		.master = getpid(),
		.config = pools->config,
		.keyring = pools->keyring,
		.shared = &pools->shared,
		.sockets = pools->sockets,
	};
	heartbeat_start(pools->shared.beats, slot);
	heartbeat_name(pools->shared.beats, slot, task);
	pid_t pid = fork();
	if (pid == 0)
		child_run(&start);
	if (pid < 0) {
		log_event(LOG_ERROR, "A worker can't be started.", strerrordesc_np(errno));
		return false;
	}
	pools->children[slot] = (struct child){
		.pid = pid, .task = task, .generation = pools->generation, .started_ms = now_ms
	};
	return true;
}

static void
pool_fork(struct pools *pools, enum task task, size_t count, int64_t now_ms)
{
	struct pool_state *pool = &pools->pool[task];

	if (now_ms < pool->spawn_at_ms)
		return;
	while (count-- > 0) {
		if (!child_fork(pools, task, now_ms)) {
			pool->spawn_at_ms = now_ms + SECOND_MS;
			return;
		}
	}
}

/* ---- ends ---- */

static void
child_finish(struct child *child, int64_t kill_at_ms)
{
	child->kill_at_ms = kill_at_ms;
	kill(child->pid, SIGTERM);
}

/* Of an older generation, if there is one. */
static void
pool_finish_one(struct pools *pools, enum task task, int64_t kill_at_ms)
{
	struct child *chosen = NULL;

	for (unsigned slot = 0; slot < HEARTBEAT_SLOTS; slot++) {
		struct child *child = &pools->children[slot];
		if (child->pid == 0 || child->task != task || child->kill_at_ms != 0)
			continue;
		if (chosen == NULL || child->generation < chosen->generation)
			chosen = child;
	}
	if (chosen != NULL)
		child_finish(chosen, kill_at_ms);
}

static void
task_finish(struct pools *pools, enum task task, int64_t kill_at_ms)
{
	for (unsigned slot = 0; slot < HEARTBEAT_SLOTS; slot++) {
		struct child *child = &pools->children[slot];
		if (child->pid != 0 && child->task == task &&
		    (child->kill_at_ms == 0 || child->kill_at_ms > kill_at_ms))
			child_finish(child, kill_at_ms);
	}
}

void
pools_drain(struct pools *pools, int64_t now_ms)
{
	pools->is_draining = true;
	for (enum task task = 0; task < TASK_COUNT; task++) {
		if (task != TASK_FLUSH)
			task_finish(pools, task, now_ms + pools->config->process.drain_ms);
	}
}

void
pools_kill_all(struct pools *pools)
{
	for (unsigned slot = 0; slot < HEARTBEAT_SLOTS; slot++) {
		if (pools->children[slot].pid != 0)
			kill(pools->children[slot].pid, SIGKILL);
	}
}

/* When the last of those who note things has ended, the flusher is told. */
static void
drain_step(struct pools *pools, int64_t now_ms)
{
	struct census flushers = census_take(pools, TASK_FLUSH);

	for (enum task task = 0; task < TASK_COUNT; task++) {
		if (task != TASK_FLUSH && census_take(pools, task).finishing > 0)
			return;
	}
	if (flushers.current + flushers.old > 0)
		task_finish(pools, TASK_FLUSH, now_ms + LAST_FLUSH_MS);
}

bool
pools_are_empty(const struct pools *pools)
{
	for (unsigned slot = 0; slot < HEARTBEAT_SLOTS; slot++) {
		if (pools->children[slot].pid != 0)
			return false;
	}
	return true;
}

/* ---- the steps ---- */

/* How long there was no sign of life where there should have been one; 0: all is well. */
static int64_t
silent_ms(const struct pools *pools, unsigned slot, int64_t now_ms)
{
	int64_t starting_ms = now_ms - pools->children[slot].started_ms;

	if (heartbeat_is_up(pools->shared.beats, slot))
		return heartbeat_busy_ms(pools->shared.beats, slot, now_ms);
	return starting_ms > START_MAX_MS ? starting_ms : 0;
}

static void
watchdog_step(struct pools *pools, int64_t now_ms)
{
	for (unsigned slot = 0; slot < HEARTBEAT_SLOTS; slot++) {
		struct child *child = &pools->children[slot];
		if (child->pid == 0)
			continue;
		if (child->kill_at_ms != 0 && now_ms >= child->kill_at_ms) {
			log_child(LOG_WARN, "A worker didn't finish in time and is killed.", child,
				  "generation", (int)child->generation);
			kill(child->pid, SIGKILL);
			child->kill_at_ms = INT64_MAX;
		} else if (silent_ms(pools, slot, now_ms) > pools->config->process.watchdog_ms) {
			log_child(LOG_ERROR, "A worker hangs and is killed.", child, "busy for ms",
				  (int)silent_ms(pools, slot, now_ms));
			kill(child->pid, SIGKILL);
			/* Its exit is awaited; one kill and one line are enough. */
			heartbeat_idle(pools->shared.beats, slot);
		}
	}
}

/*
 * One at a time: the new one is up before an old one is told to finish, so there are never too few.
 */
static void
pool_step(struct pools *pools, enum task task, int64_t now_ms)
{
	size_t wanted = pools->pool[task].wanted;
	struct census census = census_take(pools, task);
	size_t there = census.current + census.old;
	/* A replaced worker may take as long as any request may. */
	int64_t kill_at_ms =
	    now_ms + pools->config->process.watchdog_ms + pools->config->process.drain_ms;

	if (there < wanted)
		pool_fork(pools, task, wanted - there, now_ms);
	else if (census.current_up < census.current)
		return;
	else if (there > wanted)
		pool_finish_one(pools, task, kill_at_ms);
	else if (census.old > 0)
		pool_fork(pools, task, 1, now_ms);
}

void
pools_step(struct pools *pools, int64_t now_ms)
{
	watchdog_step(pools, now_ms);
	if (pools->is_draining) {
		drain_step(pools, now_ms);
		return;
	}
	for (enum task task = 0; task < TASK_COUNT; task++)
		pool_step(pools, task, now_ms);
}

bool
pools_are_settled(const struct pools *pools)
{
	for (enum task task = 0; task < TASK_COUNT; task++) {
		struct census census = census_take(pools, task);
		if (census.old > 0 || census.current_up != pools->pool[task].wanted)
			return false;
	}
	return true;
}
