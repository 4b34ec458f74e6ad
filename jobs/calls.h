/*
 * What the calls to the outside share: one job in hand, and how each kind does it.
 */
#ifndef GATEHOUSE_JOBS_CALLS_H
#define GATEHOUSE_JOBS_CALLS_H

#include "jobs/jobs.h"
#include "lib/json.h"

/* After so long a flow has given up waiting (users.md section 4); a job that is older isn't begun. */
#define CALL_PATIENCE_MS (20 * SECOND_MS)

/* One job in hand. */
struct call {
	struct job_worker *worker;
	const char *project_id, *id;
	const char *org_id;
	int64_t created_at;
	int64_t attempts;	/* this one included */
	struct json payload;
	const char *answer;	/* JSON text for the flow that waits; NULL: nobody waits */
	enum err (*finish)(struct call *, struct tx *);	/* what else is written with the job's end; NULL: nothing */
	void *found;		/* for finish */
	int64_t again_at;	/* when it is tried again, and what went wrong; 0: it is over */
	const char *problem;
};

/* Asks the outside, with no transaction open. An error leaves the job to be tried again once the lease has run out. */
typedef enum err call_kind(struct call *);
call_kind call_social_exchange;
call_kind call_provider_check;
call_kind call_bot_check;
call_kind call_backchannel_logout;
call_kind call_client_document;
call_kind call_client_logo;
call_kind call_connector_test;
call_kind call_payment_checkout;
call_kind call_payment_check;
call_kind call_subscription_end;

/* A text of the payload; NULL when it isn't there. */
const char *call_text(const struct call *, const char *name);
/* {"error": word}, for the flow that waits. */
void call_answer_error(struct call *, const char *word);

#endif
