/*
 * Removes applications that registered themselves, or by a document, and aren't used: no token in 30 days, or none any more in a year
 * (oauth.md rule 35). A document's is read anew when it comes again.
 */
#include "domain/assets.h"
#include "jobs/jobs.h"
#include "sql/gen/queries.h"

#define NEVER_USED_MS	  (30 * DAY_MS)
#define NOT_USED_MS	  (365 * DAY_MS)
#define REMOVED_A_ROUND 100

struct removal {
	struct job_worker *worker;
	const struct q_registration_unused_row *client;
	int64_t made_before, used_before;
};

static enum err
remove_one(void *context)
{
	const struct removal *removal = context;
	const struct q_registration_unused_row *client = removal->client;
	struct tx tx = job_tx(removal->worker);
	uint64_t matched = 0;

	TRY(q_registration_expire(tx.db,
				  &(struct q_registration_expire){
				      .project_id = client->project_id,
				      .client_id = client->id,
				      .made_before = removal->made_before,
				      .used_before = removal->used_before,
				  },
				  &matched));
	if (matched == 0)
		return OK;
	TRY(asset_remove_all(&tx, client->project_id, client->id));
	return record(&tx, &(struct record){
			       .event = EV_CLIENT_EXPIRED,
			       .org_id = client->org_id,
			       .project_id = client->project_id,
			       .target_id = client->id,
			       .target_label = client->name,
			       .changes = "{}",
			       .data = "{}",
			   });
}

enum err
registrations_job(struct job_worker *worker, bool *ret_more)
{
	struct removal removal = {
		.worker = worker,
		.made_before = worker->now_ms - NEVER_USED_MS,
		.used_before = worker->now_ms - NOT_USED_MS,
	};
	struct q_registration_unused_row *rows = NULL;
	size_t count = 0;

	TRY(q_registration_unused(worker->db,
				  &(struct q_registration_unused){
				      .made_before = removal.made_before,
				      .used_before = removal.used_before,
				      .limit = REMOVED_A_ROUND,
				  },
				  &rows, &count));
	for (size_t i = 0; i < count && !*worker->stop; i++) {
		worker->heartbeat();
		removal.client = &rows[i];
		TRY(db_transact(worker->db, TX_WRITE, remove_one, &removal));
	}
	*ret_more = count == REMOVED_A_ROUND;
	return OK;
}
