/*
 * Once a day, project by project: ended sessions, the mail log and events that are older than what is kept.
 */
#include <stdio.h>

#include "jobs/jobs.h"
#include "sql/gen/queries.h"
#include "sys/log.h"

#define SESSIONS_MS (30 * DAY_MS)
#define MESSAGES_MS (30 * DAY_MS)
#define EVENTS_MS (30 * DAY_MS)
#define PROJECTS_A_ROUND 20

struct pruning {
	struct job_worker *worker;
	const char *project_id;
	const char *before_id;
	uint64_t deleted;
};

static enum err
prune_sessions(void *context)
{
	struct pruning *pruning = context;

	return q_purge_ended_sessions(pruning->worker->db, &(struct q_purge_ended_sessions){
		.project_id = pruning->project_id, .before_id = pruning->before_id,
		.before = pruning->worker->now_ms - SESSIONS_MS, .limit = PURGE_BATCH }, &pruning->deleted);
}

static enum err
prune_messages(void *context)
{
	struct pruning *pruning = context;

	return q_purge_messages(pruning->worker->db,
				&(struct q_purge_messages){ .project_id = pruning->project_id,
							    .before_id = pruning->before_id,
							    .limit = PURGE_BATCH },
				&pruning->deleted);
}

static enum err
prune_events(void *context)
{
	struct pruning *pruning = context;

	return q_purge_events(pruning->worker->db,
			      &(struct q_purge_events){ .project_id = pruning->project_id,
							.before_id = pruning->before_id,
							.limit = PURGE_BATCH },
			      &pruning->deleted);
}

static const struct {
	enum id_kind id;
	int64_t kept_ms;
	enum err (*prune)(void *);
} subjects[] = {
	{ ID_SESSION, SESSIONS_MS, prune_sessions },
	{ ID_MESSAGE, MESSAGES_MS, prune_messages },
	{ ID_EVENT, EVENTS_MS, prune_events },
};

static enum err
prune_project(struct job_worker *worker, const char *project_id)
{
	for (size_t i = 0; i < ARRAY_LEN(subjects); i++) {
		struct pruning pruning = {
			.worker = worker,
			.project_id = project_id,
			.before_id =
				id_floor(worker->arena, subjects[i].id, worker->now_ms - subjects[i].kept_ms),
		};
		do {
			worker->heartbeat();
			TRY(db_transact(worker->db, TX_WRITE, subjects[i].prune, &pruning));
		} while (pruning.deleted == PURGE_BATCH && !*worker->stop);
	}
	return OK;
}

enum err
retention_job(struct job_worker *worker, bool *ret_more)
{
	struct q_purge_projects_after_row *projects;
	size_t count;

	TRY(q_purge_projects_after(worker->db, &(struct q_purge_projects_after){
		.after_id = worker->pruned_to, .limit = PROJECTS_A_ROUND }, &projects, &count));
	for (size_t i = 0; i < count && !*worker->stop; i++) {
		enum err e = prune_project(worker, projects[i].id);

		/* What fails for one project waits until tomorrow; the others don't. */
		if (e == ERR_DB)
			log_error(e, "what is too old can't be deleted", projects[i].id);
		else
			TRY(e);
		snprintf(worker->pruned_to, sizeof(worker->pruned_to), "%s", projects[i].id);
	}
	*ret_more = count == PROJECTS_A_ROUND;
	if (!*ret_more)
		worker->pruned_to[0] = '\0';
	return OK;
}
