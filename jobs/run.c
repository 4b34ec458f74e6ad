/*
 * A job worker's life: goes round the kinds of jobs, rests when none has work, waits longer while the database
 * is away.
 */
#include <time.h>

#include <curl/curl.h>

#include "fcgi/worker.h"
#include "jobs/jobs.h"
#include "sys/log.h"
#include "sys/system.h"

#define JOB_ARENA_BYTES ((size_t)16 * 1024 * 1024)
#define REST_MS SECOND_MS
/* What failed is tried again soon, however rarely it is due: somebody else's lock may have been all that was in the way. */
#define AGAIN_MS (5 * SECOND_MS)
#define AWAY_MS_MAX (30 * SECOND_MS)
/* The watchdog wants a sign of life every few seconds, also while resting. */
#define NAP_MS INT64_C(500)

struct job_kind {
	const char *name;
	job_round *round;
	int64_t every_ms;	/* between rounds that had nothing left */
};

static const struct job_kind kinds[] = {
	{ "seal", seal_job, REST_MS },
	{ "fan_out", fan_out_job, REST_MS },
	{ "calls", calls_job, NAP_MS / 2 },
	{ "mail", mail_job, REST_MS },
	{ "purge", purge_job, 5 * MINUTE_MS },
	{ "expiry", expiry_job, 10 * MINUTE_MS },
	{ "leavers", leavers_job, 10 * MINUTE_MS },
	{ "retention", retention_job, DAY_MS },
	{ "reseal", reseal_job, 10 * MINUTE_MS },
	{ "signing_keys", signing_keys_job, 10 * MINUTE_MS },
	{ "licenses", licenses_job, MINUTE_MS },
	{ "invoices", invoices_job, 10 * MINUTE_MS },
	{ "usage", usage_job, MINUTE_MS },
	{ "statistics", statistics_job, 5 * MINUTE_MS },
	{ "plans", plans_job, MINUTE_MS },
	{ "payments", payments_job, MINUTE_MS },
	{ "registrations", registrations_job, 10 * MINUTE_MS },
};

struct tx
job_tx(struct job_worker *worker)
{
	return (struct tx){
		.db = worker->db,
		.arena = worker->arena,
		.now_ms = worker->now_ms,
		.config = worker->config,
		.keyring = worker->keyring,
		.actor = { .kind = "system", .id = "", .label = "" },
		.request_id = "",
		.user_agent = "",
		.console_id = "",
	};
}

void
job_look_at_clock(struct job_worker *worker)
{
	worker->now_ms = clock_now_ms(worker->config);
	db_use(worker->db, worker->arena, worker->now_ms);
}

/* Ends early on a signal only when it asks to stop; HUP and others don't shorten a back-off. */
void
job_rest(const struct job_worker *worker, int64_t wait_ms)
{
	int64_t until_ms = clock_monotonic_ms() + wait_ms;

	while (!*worker->stop) {
		int64_t left_ms = until_ms - clock_monotonic_ms();
		if (left_ms <= 0)
			return;
		if (left_ms > NAP_MS)
			left_ms = NAP_MS;
		struct timespec nap = { .tv_sec = (time_t)(left_ms / 1000),
					.tv_nsec = (long)(left_ms % 1000) * 1000000 };
		worker->heartbeat();
		nanosleep(&nap, NULL);
	}
}

/* *ret_more is false when the kind failed: what went wrong once shall not run in circles. */
static enum err
run_kind(struct job_worker *worker, const struct job_kind *kind, bool *ret_more)
{
	*ret_more = false;
	worker->heartbeat();
	arena_reset(worker->arena);
	job_look_at_clock(worker);

	enum err e = kind->round(worker, ret_more);
	if (e != OK) {
		log_error(e, "a job failed", kind->name);
		*ret_more = false;
	}
	return e;
}

/* One way round all kinds that are due. ERR_DB_LOST ends it: the others would fail alike. */
static enum err
run_due_kinds(struct job_worker *worker, int64_t due_ms[ARRAY_LEN(kinds)], bool *ret_more)
{
	*ret_more = false;
	for (size_t i = 0; i < ARRAY_LEN(kinds) && !*worker->stop; i++) {
		bool more;

		if (clock_monotonic_ms() < due_ms[i])
			continue;
		enum err e = run_kind(worker, &kinds[i], &more);
		if (e == ERR_DB_LOST)
			return e;
		int64_t wait_ms = e != OK && kinds[i].every_ms > AGAIN_MS ? AGAIN_MS : kinds[i].every_ms;
		if (!more)
			due_ms[i] = clock_monotonic_ms() + wait_ms;
		*ret_more = *ret_more || more;
	}
	return OK;
}

static void
work_until_stopped(struct job_worker *worker)
{
	int64_t due_ms[ARRAY_LEN(kinds)] = { 0 };
	int64_t away_ms = REST_MS;

	while (!*worker->stop) {
		bool more;

		if (run_due_kinds(worker, due_ms, &more) == ERR_DB_LOST) {
			job_rest(worker, away_ms);
			away_ms = away_ms * 2 > AWAY_MS_MAX ? AWAY_MS_MAX : away_ms * 2;
			continue;
		}
		away_ms = REST_MS;
		if (!more)
			job_rest(worker, NAP_MS / 2);	/* somebody may be waiting for a call */
	}
}

void
job_worker_run(const struct config *config, const struct keyring *keyring, struct counters *counters,
	       volatile const int *stop, void (*heartbeat)(void))
{
	struct job_worker worker = {
		.config = config,
		.keyring = keyring,
		.db = db_new(config),
		.arena = arena_new(JOB_ARENA_BYTES),
		.stop = stop,
		.heartbeat = heartbeat,
	};
	struct arena *names = arena_new(4096);

	db_use_counters(worker.db, counters);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
	    id_make(names, ID_JOB, clock_now_ms(config), &worker.name) != OK)
		log_error(ERR_CRYPTO, "the job worker can't start", NULL);
	else
		work_until_stopped(&worker);
	curl_global_cleanup();
	db_free(worker.db);
	arena_free(worker.arena);
	arena_free(names);
}
