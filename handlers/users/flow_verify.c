/*
 * The action verify_code (users.md rule 15).
 */
#include "handlers/users/flow.h"

#include "domain/throttle.h"
#include "handlers/users/factors.h"
#include "lib/codes.h"
#include "lib/secrets.h"

/* Counted first, under the row's lock, so that guesses at once are counted one by one. */
static enum err
spend_try(struct tx *tx, const struct flow *flow)
{
	uint64_t matched = 0;

	TRY(q_flow_spend_try(tx->db,
			     &(struct q_flow_spend_try){
				 .project_id = flow->row.project_id,
				 .id = flow->row.id,
				 .version = flow->row.version,
				 .tries_max = FLOW_CODE_TRIES,
			     },
			     &matched));
	return matched == 1 ? OK : ERR_INVALID_CODE;
}

static bool
is_right(const struct flow *flow, struct bytes digest)
{
	return flow->row.code_digest.len == digest.len &&
	       secret_equal(flow->row.code_digest.data, digest.data, digest.len);
}

/* No try was left or the code is too old; or another request has moved the flow meanwhile. */
static enum verdict
refuse_unspent(const struct request *rq, struct tx *tx, const struct flow *flow)
{
	struct flow current;
	enum err e = flow_load(rq, tx, flow->row.project_id, flow->row.id, &current);

	if (e != OK)
		return fail_err(rq, e);
	if (current.row.version != flow->row.version)
		return flow_end(rq, tx, flow, ERR_FLOW_STATE_CONFLICT);
	return fail(rq, ERR_INVALID_CODE, "The code is void. Ask for a new one.");
}

/* A number's tries are counted over all flows, so that a new one is no new chance; those at a second factor also with all others. */
static enum verdict
count_phone(const struct request *rq, struct tx *tx, const struct flow *flow)
{
	const char *number = flow_phone(flow);
	int64_t wait_ms = 0;

	if (number == NULL)
		return go_on(rq);
	enum err e = throttle_phone_count(tx, flow->row.project_id, number, &wait_ms);
	if (e != OK)
		return fail_err(rq, e);
	if (wait_ms == 0)
		return flow_is_at_factor(flow) ? factor_count_try(rq, tx, flow->row.project_id, flow->row.user_id)
					       : go_on(rq);
	reply_retry_after(rq, wait_ms);
	return refuse(rq, ERR_TOO_MANY_ATTEMPTS, "Too many wrong codes. Wait before the next try.");
}

static enum verdict
accept_code(const struct request *rq, struct tx *tx, struct flow *flow)
{
	const char *number = flow_phone(flow);

	if (number == NULL)
		return flow_prove(rq, tx, flow, PROOF_CODE);
	enum err e = throttle_phone_clear(tx, flow->row.project_id, number);
	return e == OK ? flow_prove(rq, tx, flow, PROOF_PHONE) : fail_err(rq, e);
}

enum verdict
flow_verify_code(const struct request *rq, struct tx *tx)
{
	const struct flow_verify_code_input *in = rq->input;
	const char *code = code_clean(rq->arena, in->code);
	struct bytes digest;
	struct flow flow;
	enum verdict verdict = flow_gate(rq, tx, in->flow_id, FLOW_DO_VERIFY_CODE, &flow);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	if (code == NULL)
		return fail_field(rq, "code", "pattern", "A code has six digits.");
	enum err e = spend_try(tx, &flow);
	if (e == ERR_INVALID_CODE)
		return refuse_unspent(rq, tx, &flow);
	if (e == OK)
		e = flow_code_digest(rq, &flow, code, &digest);
	if (e != OK)
		return fail_err(rq, e);
	verdict = count_phone(rq, tx, &flow);
	if (verdict != VERDICT_GO_ON)
		return verdict;
	if (flow_is_at_factor(&flow))
		return flow_judge_factor_code(rq, tx, &flow, is_right(&flow, digest));
	return is_right(&flow, digest) ? accept_code(rq, tx, &flow)
				       : refuse(rq, ERR_INVALID_CODE, "The code is wrong.");
}
