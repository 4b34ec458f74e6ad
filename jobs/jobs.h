/*
 * What the kinds of jobs share: the process they run in, and the table of kinds (jobs/run.c).
 */
#ifndef GATEHOUSE_JOBS_JOBS_H
#define GATEHOUSE_JOBS_JOBS_H

#include "lib/ids.h"
#include "lib/keyring.h"
#include "sql/tx.h"

/* Longest second column of a sealed row's key, with its NUL: ids, and slugs of 64 characters. */
#define SEALED_ROW_SIZE 65

struct job_worker {
	const struct config *config;
	const struct keyring *keyring;
	struct db *db;
	struct arena *arena;	/* reset before each run of a kind */
	const char *name;	/* job_…, made at start: whose lease it is */
	int64_t now_ms;		/* of this run */
	volatile const int *stop;
	void (*heartbeat)(void);
	struct {
		size_t column;	/* of sealed_columns */
		char project_id[ID_SIZE];
		char row_id[SEALED_ROW_SIZE];	/* the last row it looked at; "" at a column's start */
		int64_t failed;	/* values that opened with no key, this way round */
	} resealed;	/* reseal_job: how far it is */
	char pruned_to[ID_SIZE];	/* retention_job: the last project of this way round; "" at its start */
};

/*
 * One round of a kind: a bounded amount of work, in transactions of its own. *ret_more says that work was left,
 * so the next round comes at once. An error has changed nothing that isn't committed; it is logged by the loop,
 * not by the kind.
 */
typedef enum err job_round(struct job_worker *, bool *ret_more);

job_round seal_job;
job_round fan_out_job;
job_round calls_job;
job_round mail_job;
job_round purge_job;
job_round expiry_job;
job_round leavers_job;
job_round retention_job;
job_round reseal_job;
job_round signing_keys_job;
job_round licenses_job;
job_round invoices_job;
job_round usage_job;
job_round statistics_job;
job_round plans_job;
job_round payments_job;
job_round registrations_job;

/* Looks at the clock: now_ms and :now are this moment's from here on. */
void job_look_at_clock(struct job_worker *);
/* Waits, showing life; ends early when the worker is to stop. */
void job_rest(const struct job_worker *, int64_t wait_ms);

/* Statements that delete rows do so many at once, so that no lock is held for long. */
#define PURGE_BATCH 500

/* A transaction's context for this run: actor system, the worker's database and arena. */
struct tx job_tx(struct job_worker *);

#endif
