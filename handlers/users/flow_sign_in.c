/*
 * The action password (users.md rules 6, 12 and 13).
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "domain/throttle.h"
#include "domain/users.h"
#include "lib/text.h"

/* ---- password: spend the try, hash, judge ---- */

/* Nobody is locked where nobody is; that costs a record all the same (rule 6). */
static enum err
record_lock(struct tx *tx, const struct flow *flow)
{
	bool is_known = flow->row.user_id != NULL;

	return record(tx, &(struct record){
			      .event = is_known ? EV_USER_LOCKED : EV_USER_SIGN_IN_FAILED,
			      .org_id = flow->row.org_id,
			      .project_id = flow->row.project_id,
			      .target_id = flow->row.user_id,
			      .target_label = is_known ? flow->row.user_email
						       : flow_identifier_hint(tx->arena, flow),
			      .changes = is_known ? "{\"locked\":[false,true]}" : "{}",
			  });
}

enum verdict
flow_password_before(const struct request *rq, struct tx *tx)
{
	const struct flow_password_input *in = rq->input;
	struct flow_password_try *try = rq->scratch;
	struct throttle_answer answer;
	enum verdict verdict = flow_gate(rq, tx, in->flow_id, FLOW_DO_PASSWORD, &try->flow);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	enum err e = throttle_count(tx, try->flow.row.project_id, flow_subject(&try->flow), &answer);
	if (e == OK && answer.is_locked_now)
		e = record_lock(tx, &try->flow);
	if (e != OK)
		return fail_err(rq, e);
	if (!answer.is_blocked)
		return go_on(rq);
	tx_count(tx, &(struct stat_count){
			 .stat = STAT_SIGN_IN_FAILURES,
			 .project_id = try->flow.row.project_id,
			 .values = { error_info(ERR_TOO_MANY_ATTEMPTS)->code },
		     });
	reply_retry_after(rq, answer.wait_ms);
	return refuse(rq, ERR_TOO_MANY_ATTEMPTS,
		      "Too many failed attempts. Wait, or have your password reset.");
}

enum verdict
flow_password_work(const struct request *rq)
{
	const struct flow_password_input *in = rq->input;
	struct flow_password_try *try = rq->scratch;
	struct password_cost cost = config_password_cost(rq->config);
	const struct bytes *hash = &try->flow.row.password_hash;
	/* Nobody, and somebody without a password, cost the same hash (PW-06). */
	const char *phc = hash->data != NULL
			      ? arena_strndup(rq->arena, (const char *)hash->data, hash->len)
			      : NULL;
	enum err e = password_verify(rq->arena, cost, phc, in->password, &try->matches);

	if (e == OK && try->matches && password_needs_rehash(phc, cost))
		e = password_hash(rq->arena, cost, in->password, &try->rehashed_phc);
	return e == OK ? go_on(rq) : fail_err(rq, e);
}

enum err
flow_record_failure(struct tx *tx, const struct flow *flow, const char *method)
{
	bool may_report = false;
	int64_t count = 0;

	tx_count(tx, &(struct stat_count){
			 .stat = STAT_SIGN_IN_FAILURES,
			 .project_id = flow->row.project_id,
			 .values = { arena_printf(tx->arena, "wrong_%s", method) },
		     });
	/* A passkey that nobody has, of somebody who didn't say who they are. */
	if (flow_subject(flow) == NULL)
		return OK;
	TRY(throttle_may_report(tx, flow->row.project_id, flow_subject(flow), &may_report, &count));
	if (!may_report)
		return OK;
	return record(
	    tx, &(struct record){
		    .event = EV_USER_SIGN_IN_FAILED,
		    .org_id = flow->row.org_id,
		    .project_id = flow->row.project_id,
		    .target_id = flow->row.user_id,
		    .target_label = flow_identifier_hint(tx->arena, flow),
		    .changes = "{}",
		    .data = arena_printf(tx->arena, "{\"method\":\"%s\",\"count\":%lld}", method,
					 (long long)count),
		});
}

static enum verdict
refuse_wrong_password(const struct request *rq, struct tx *tx, const struct flow *flow)
{
	enum err e = flow_record_failure(tx, flow, "password");

	if (e != OK)
		return fail_err(rq, e);
	request_reason(rq, flow->row.user_id != NULL ? "wrong password" : "unknown address");
	return refuse(rq, ERR_INVALID_CREDENTIALS, "The e-mail address or password is wrong.");
}

/* Of two racing sign-ins the second finds the hash changed already, and succeeds all the same. */
static enum err
rehash(struct tx *tx, const struct flow *flow, const char *phc)
{
	return q_user_password_rehash(
	    tx->db,
	    &(struct q_user_password_rehash){
		.hash = { .data = (const uint8_t *)phc, .len = strlen(phc) },
		.project_id = flow->row.project_id,
		.user_id = flow->row.user_id,
		.old_hash = flow->row.password_hash,
	    },
	    NULL);
}

static enum err
accept_password(const struct request *rq, struct tx *tx, struct flow *flow,
		const char *rehashed_phc)
{
	if (rehashed_phc != NULL)
		TRY(rehash(tx, flow, rehashed_phc));
	flow_note_factor(rq, flow, "password", "pwd");
	flow->data.token_version = flow->row.user_token_version;
	return flow_pass(rq, tx, flow);
}

enum verdict
flow_password(const struct request *rq, struct tx *tx)
{
	const struct flow_password_try *try = rq->scratch;
	struct flow flow = try->flow;

	if (!try->matches)
		return refuse_wrong_password(rq, tx, &flow);
	tx->actor =
	    (struct actor){ .kind = "user", .id = flow.row.user_id, .label = flow.row.user_email };
	enum err e = throttle_succeed(tx, flow.row.project_id, flow.row.user_id);
	if (e != OK)
		return fail_err(rq, e);
	/* Only who knows the password learns that the account is shut (rule 6). */
	enum err shut = user_may_sign_in(flow.row.user_status, flow.row.ban_expires_at, rq->now_ms);
	if (shut != OK)
		return refuse(rq, shut, "%s", error_info(shut)->title);
	return flow_end(rq, tx, &flow, accept_password(rq, tx, &flow, try->rehashed_phc));
}
