/*
 * Deletes people whose time is over: who asked for it and didn't sign in during the days of grace, and
 * anonymous people past the age that their project keeps (users.md rules 27 and 34). The empty rows of
 * the deleted go when their retention is over.
 */
#include <string.h>

#include "domain/settings.h"
#include "domain/user_status.h"
#include "jobs/jobs.h"
#include "sql/gen/queries.h"
#include "sys/log.h"

#define LEAVERS_A_ROUND 50

struct leaving {
	struct job_worker *worker;
	const char *org_id; /* the project's */
	const char *project_id;
	const char *console_id;
	const char *user_id;
	bool is_empty_row;
};

static enum err
leave(void *context)
{
	const struct leaving *leaving = context;
	struct tx tx = job_tx(leaving->worker);
	struct user_object_row row;
	uint64_t matched = 0;

	tx.console_id = leaving->console_id;
	if (leaving->is_empty_row)
		return q_leaver_purge(tx.db,
				      &(struct q_leaver_purge){ .project_id = leaving->project_id,
								.id = leaving->user_id },
				      NULL);
	TRY(q_leaver_claim(
	    tx.db,
	    &(struct q_leaver_claim){ .project_id = leaving->project_id, .id = leaving->user_id },
	    &matched));
	if (matched == 0)
		return OK;
	TRY(user_object_get(&tx, leaving->project_id, leaving->user_id, &row));
	return user_delete(&tx, leaving->org_id, leaving->project_id, &row);
}

static enum err
postpone(void *context)
{
	const struct leaving *leaving = context;
	struct job_worker *worker = leaving->worker;

	return q_leaver_postpone(worker->db,
				 &(struct q_leaver_postpone){
				     .delete_at = worker->now_ms + DAY_MS,
				     .project_id = leaving->project_id,
				     .id = leaving->user_id,
				 },
				 NULL);
}

/* One who can't go, the last owner of an organization, doesn't hold up the rest. */
static enum err
let_go(struct leaving *leaving)
{
	struct job_worker *worker = leaving->worker;
	enum err e;

	worker->heartbeat();
	e = db_transact(worker->db, TX_WRITE, leave, leaving);
	if (e != ERR_LAST_OWNER && e != ERR_DB)
		return e;
	log_error(e, "a person who is to be deleted can't be yet", leaving->user_id);
	return db_transact(worker->db, TX_WRITE, postpone, leaving);
}

static enum err
let_go_due(struct job_worker *worker, bool *ret_more)
{
	struct q_leaver_due_row *rows = NULL;
	size_t count = 0;

	TRY(q_leaver_due(worker->db, &(struct q_leaver_due){ .limit = LEAVERS_A_ROUND }, &rows,
			 &count));
	for (size_t i = 0; i < count && !*worker->stop; i++)
		TRY(let_go(&(struct leaving){
		    .worker = worker,
		    .org_id = rows[i].org_id,
		    .project_id = rows[i].project_id,
		    .console_id = rows[i].console_id,
		    .user_id = rows[i].id,
		    .is_empty_row = strcmp(rows[i].status, "deleted") == 0,
		}));
	*ret_more = *ret_more || count == LEAVERS_A_ROUND;
	return OK;
}

static enum err
let_go_anonymous(struct job_worker *worker, const struct q_leaver_anonymous_projects_row *project,
		 bool *ret_more)
{
	struct sign_in_settings settings =
	    sign_in_settings_parse(worker->arena, worker->config, project->settings_body);
	struct q_leaver_anonymous_row *rows = NULL;
	size_t count = 0;

	if (settings.anonymous_max_age_days == 0)
		return OK;
	TRY(q_leaver_anonymous(
	    worker->db,
	    &(struct q_leaver_anonymous){
		.project_id = project->id,
		.made_before = worker->now_ms - settings.anonymous_max_age_days * DAY_MS,
		.limit = LEAVERS_A_ROUND,
	    },
	    &rows, &count));
	for (size_t i = 0; i < count && !*worker->stop; i++)
		TRY(let_go(&(struct leaving){
		    .worker = worker,
		    .org_id = project->org_id,
		    .project_id = project->id,
		    .console_id = project->console_id,
		    .user_id = rows[i].id,
		}));
	*ret_more = *ret_more || count == LEAVERS_A_ROUND;
	return OK;
}

enum err
leavers_job(struct job_worker *worker, bool *ret_more)
{
	struct q_leaver_anonymous_projects_row *projects = NULL;
	size_t count = 0;

	TRY(let_go_due(worker, ret_more));
	TRY(q_leaver_anonymous_projects(worker->db, &projects, &count));
	for (size_t i = 0; i < count && !*worker->stop; i++)
		TRY(let_go_anonymous(worker, &projects[i], ret_more));
	return OK;
}
