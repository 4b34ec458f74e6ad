/*
 * The actions send_code and verify_code (users.md rule 15).
 */
#include "handlers/users/flow.h"

#include "lib/codes.h"
#include "lib/secrets.h"
#include "lib/text.h"

/* ---- send_code ---- */

/* A provider gave no address: the person types one, and may correct it. Mail goes to the stored one where it has an account. */
static enum verdict
take_address(const struct request *rq, struct tx *tx, struct flow *flow)
{
	const struct flow_send_code_input *in = rq->input;
	bool is_asked = flow->data.identity_subject != NULL && flow->data.identity_email == NULL;
	struct user_row user;

	if (!is_asked || in->email == NULL) {
		if (in->email != NULL)
			return fail_field(rq, "email", "not_here", "The address is known already.");
		if (flow->data.email_key == NULL)
			return fail_field(rq, "email", "required", "Name the address to verify.");
		return go_on(rq);
	}
	if (!email_key(rq->arena, in->email, &flow->data.email_key))
		return fail_field(rq, "email", "email", "This isn't an e-mail address.");
	flow->data.email = in->email;
	enum err e = flow_find_user(tx, flow, &user);
	if (e == OK)
		flow->data.email = user.email;
	return e == OK || e == ERR_NO_ROW ? go_on(rq) : fail_err(rq, e);
}

enum verdict
flow_send_code(const struct request *rq, struct tx *tx)
{
	const struct flow_send_code_input *in = rq->input;
	struct flow flow;
	enum verdict verdict = flow_gate(rq, tx, in->flow_id, FLOW_DO_SEND_CODE, &flow);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	if (flow.data.resend_at != NONE && flow.data.resend_at > rq->now_ms) {
		reply_retry_after(rq, flow.data.resend_at - rq->now_ms);
		return fail(rq, ERR_TOO_MANY_ATTEMPTS,
			    "A mail was just sent. Wait before asking for another one.");
	}
	verdict = take_address(rq, tx, &flow);
	if (verdict != VERDICT_GO_ON)
		return verdict;
	enum err e = flow_send_proof(rq, tx, &flow);
	if (e == OK)
		e = flow_advance(tx, &flow, FLOW_CODE_SENT);
	return flow_end(rq, tx, &flow, e);
}

/* ---- verify_code ---- */

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
	if (!is_right(&flow, digest))
		return refuse(rq, ERR_INVALID_CODE, "The code is wrong.");
	return flow_prove(rq, tx, &flow, PROOF_CODE);
}
