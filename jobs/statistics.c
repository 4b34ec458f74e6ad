/*
 * What analytics shows and the flush of the counters can't know: who was there on a day and in thirty of them, which is counted anew each
 * time, and that no counts are kept for ever (licensing.md rules 33, 34, 37, 38).
 */
#include "jobs/jobs.h"
#include "lib/encode.h"
#include "sql/gen/queries.h"

#define ACTIVE_DAYS 30
#define HOURLY_MS   (35 * DAY_MS)
#define DAILY_MONTHS 25
#define USER_DAYS_MS (62 * DAY_MS)
/* A batch that isn't known to be written is sent again within seconds of the database's return. */
#define FLUSHES_MS  (7 * DAY_MS)

struct round {
	struct job_worker *worker;
	int64_t day;
	int64_t before;
	uint64_t deleted;
};

/* ---- who was there ---- */

static enum err
count_day(void *context)
{
	const struct round *round = context;
	struct db *db = round->worker->db;
	int64_t day = round->day;

	TRY(q_stat_dau_write(db, &(struct q_stat_dau_write){ .at = day, .day = day }, NULL));
	return q_stat_mau_write(
	    db,
	    &(struct q_stat_mau_write){ .at = day, .first_day = day - (ACTIVE_DAYS - 1) * DAY_MS, .day = day },
	    NULL);
}

static enum err
count_month(void *context)
{
	const struct round *round = context;
	struct db *db = round->worker->db;
	int64_t month = time_month_start(round->day);

	TRY(q_stat_mau_meter_write(db,
				   &(struct q_stat_mau_meter_write){
				       .period_at = month,
				       .first_day = month,
				       .end_day = time_add_months(month, 1),
				   },
				   NULL));
	return q_stat_org_mau_write(db, &(struct q_stat_org_mau_write){ .period_at = month }, NULL);
}

/* Yesterday too: what was used in its last seconds was written today. */
static enum err
count_users(struct job_worker *worker)
{
	int64_t today = worker->now_ms - worker->now_ms % DAY_MS;

	for (int64_t day = today - DAY_MS; day <= today; day += DAY_MS) {
		struct round round = { .worker = worker, .day = day };
		worker->heartbeat();
		TRY(db_transact(worker->db, TX_WRITE, count_day, &round));
		TRY(db_transact(worker->db, TX_WRITE, count_month, &round));
	}
	return OK;
}

/* ---- what is too old ---- */

static enum err
prune_hourly(void *context)
{
	struct round *round = context;

	return q_stat_hourly_prune(round->worker->db,
				   &(struct q_stat_hourly_prune){ .before = round->before, .limit = PURGE_BATCH },
				   &round->deleted);
}

static enum err
prune_daily(void *context)
{
	struct round *round = context;

	return q_stat_daily_prune(round->worker->db,
				  &(struct q_stat_daily_prune){ .before = round->before, .limit = PURGE_BATCH },
				  &round->deleted);
}

static enum err
prune_user_days(void *context)
{
	struct round *round = context;

	return q_stat_user_days_prune(round->worker->db,
				      &(struct q_stat_user_days_prune){ .before = round->before, .limit = PURGE_BATCH },
				      &round->deleted);
}

static enum err
prune_flushes(void *context)
{
	struct round *round = context;

	return q_stat_flushes_prune(round->worker->db,
				    &(struct q_stat_flushes_prune){ .before = round->before, .limit = PURGE_BATCH },
				    &round->deleted);
}

static enum err
prune(struct job_worker *worker, enum err (*statement)(void *), int64_t before)
{
	struct round round = { .worker = worker, .before = before };

	do {
		worker->heartbeat();
		TRY(db_transact(worker->db, TX_WRITE, statement, &round));
	} while (round.deleted == PURGE_BATCH && !*worker->stop);
	return OK;
}

enum err
statistics_job(struct job_worker *worker, bool *ret_more)
{
	int64_t today = worker->now_ms - worker->now_ms % DAY_MS;

	*ret_more = false;
	TRY(count_users(worker));
	TRY(prune(worker, prune_hourly, worker->now_ms - HOURLY_MS));
	TRY(prune(worker, prune_daily, time_add_months(time_month_start(worker->now_ms), -DAILY_MONTHS)));
	TRY(prune(worker, prune_user_days, today - USER_DAYS_MS));
	return prune(worker, prune_flushes, worker->now_ms - FLUSHES_MS);
}
