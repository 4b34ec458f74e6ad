/*
 * Second factors in a flow: proven (second_factor), or set up because the project demands one
 * (enroll_factor). Passkeys stand in flow_passkeys.c.
 */
#include "handlers/users/flow.h"

#include "domain/throttle.h"
#include "handlers/users/factors.h"

struct factor_owner
flow_owner(const struct flow *flow)
{
	return (struct factor_owner){
	    .project_id = flow->row.project_id,
	    .org_id = flow->row.org_id,
	    .user_id = flow->row.user_id,
	    .email = flow->row.user_email,
	    .name = flow->row.user_name,
	};
}

/* Whoever came so far has proven who they are. */
static struct actor
actor_of(const struct flow *flow)
{
	return (struct actor){
	    .kind = "user",
	    .id = flow->row.user_id,
	    .label = flow->row.user_email,
	};
}

/* ---- tries ---- */

enum verdict
flow_judge_try(const struct request *rq, struct tx *tx, struct flow *flow, enum err e,
	       const char *method, const char *reason)
{
	if (e == ERR_INVALID_CODE || e == ERR_INVALID_CREDENTIALS) {
		enum err recorded = flow_record_failure(tx, flow, method);

		if (recorded != OK)
			return fail_err(rq, recorded);
		request_reason(rq, reason);
		return refuse(rq, e, "%s",
			      e == ERR_INVALID_CODE ? error_info(e)->title
						    : "The passkey isn't known here.");
	}
	if (e == OK)
		e = throttle_uncount_factor(tx, flow->row.project_id, flow->row.user_id);
	if (e == OK)
		e = flow_pass(rq, tx, flow);
	/* The first factor was an account at a provider, and it has become somebody else's meanwhile. */
	if (e == ERR_IDENTITY_TAKEN) {
		flow->data.error_code = error_info(e)->code;
		e = flow_advance(tx, flow, FLOW_REFUSED);
	}
	return flow_end(rq, tx, flow, e);
}

/* ---- second_factor ---- */

typedef enum err code_check(struct tx *, const struct factor_owner *, const char *code);

static enum verdict
try_code(const struct request *rq, struct tx *tx, enum flow_action action, code_check *check)
{
	const struct flow_verify_code_input *in = rq->input;
	struct flow flow;
	enum verdict verdict = flow_gate(rq, tx, in->flow_id, action, &flow);

	if (verdict == VERDICT_GO_ON)
		verdict = factor_count_try(rq, tx, flow.row.project_id, flow.row.user_id);
	if (verdict != VERDICT_GO_ON)
		return verdict;
	struct factor_owner owner = flow_owner(&flow);
	tx->actor = actor_of(&flow);
	enum err e = check(tx, &owner, in->code);
	if (e == OK)
		flow_note_second(rq, &flow, "totp_mfa", "otp");
	return flow_judge_try(rq, tx, &flow, e, flow_action_name(action), "wrong code");
}

enum verdict
flow_totp(const struct request *rq, struct tx *tx)
{
	return try_code(rq, tx, FLOW_DO_TOTP, totp_use);
}

enum verdict
flow_backup_code(const struct request *rq, struct tx *tx)
{
	return try_code(rq, tx, FLOW_DO_BACKUP_CODE, backup_code_use);
}

/* ---- enroll_factor ---- */

enum verdict
flow_totp_start(const struct request *rq, struct tx *tx)
{
	const struct flow_path *in = rq->input;
	struct totp_begun begun;
	struct flow flow;
	enum verdict verdict = flow_gate(rq, tx, in->flow_id, FLOW_DO_TOTP_START, &flow);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	struct factor_owner owner = flow_owner(&flow);
	enum err e = totp_begin(tx, &owner, &begun);
	if (e == OK)
		e = flow_advance(tx, &flow, FLOW_CODE_SENT);
	flow.shown.totp = &begun;
	return flow_end(rq, tx, &flow, e);
}

enum verdict
flow_totp_verify(const struct request *rq, struct tx *tx)
{
	const struct flow_verify_code_input *in = rq->input;
	struct flow flow;
	enum verdict verdict = flow_gate(rq, tx, in->flow_id, FLOW_DO_TOTP_VERIFY, &flow);

	if (verdict == VERDICT_GO_ON)
		verdict = factor_count_try(rq, tx, flow.row.project_id, flow.row.user_id);
	if (verdict != VERDICT_GO_ON)
		return verdict;
	struct factor_owner owner = flow_owner(&flow);
	tx->actor = actor_of(&flow);
	enum err e = totp_confirm(tx, &owner, in->code, &flow.shown.backup_codes);
	if (e == OK)
		flow_note_second(rq, &flow, "totp_mfa", "otp");
	return flow_judge_try(rq, tx, &flow, e, "totp", "wrong first code");
}
