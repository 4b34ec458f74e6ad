/*
 * Passkeys in a flow: as first factor (which is the second one, too), as second factor, and set up
 * because the project demands one (users.md rules 6, 22 and 23).
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "domain/passkeys.h"
#include "domain/throttle.h"
#include "domain/users.h"
#include "handlers/users/factors.h"

static struct passkey_site
site_of(struct tx *tx, const struct flow *flow)
{
	return passkey_site_of(tx, flow->row.project_id, flow->row.project_name, &flow->settings);
}

/* ---- passkey_options ---- */

enum verdict
flow_passkey_options(const struct request *rq, struct tx *tx)
{
	const struct flow_path *in = rq->input;
	struct flow flow;
	enum verdict verdict = flow_gate(rq, tx, in->flow_id, FLOW_DO_PASSKEY_OPTIONS, &flow);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	struct passkey_site site = site_of(tx, &flow);
	/* Whose passkeys are named has proven who they are: nobody else learns that they have some.
	 */
	const char *named = flow.state == FLOW_SECOND_FACTOR ? flow.row.user_id : NULL;
	return flow_end(
	    rq, tx, &flow,
	    passkey_sign_in_options(tx, &site, named, flow.row.id, &flow.shown.passkey_options));
}

/* ---- passkey ---- */

/* Somebody who was named, or isn't known at all, can't be somebody else. */
static bool
is_another(const struct flow *flow, const char *user_id)
{
	if (flow->state == FLOW_IDENTIFY)
		return false;
	return flow->row.user_id == NULL || strcmp(flow->row.user_id, user_id) != 0;
}

static enum err
prove(struct tx *tx, const struct flow *flow, const char *credential, struct passkey_proof *ret,
      const char **ret_reason)
{
	struct passkey_site site = site_of(tx, flow);

	TRY(passkey_prove(tx, &site, flow->row.id, credential, flow->state != FLOW_SECOND_FACTOR,
			  ret, ret_reason));
	if (!is_another(flow, ret->user_id))
		return OK;
	*ret_reason = "somebody else's passkey";
	return ERR_INVALID_CREDENTIALS;
}

static enum verdict
pass_first(const struct request *rq, struct tx *tx, struct flow *flow,
	   const struct passkey_proof *proof)
{
	if (flow->kind != FLOW_REAUTHENTICATE)
		flow->kind = FLOW_SIGN_IN;
	enum err e = flow_take_user(tx, flow, proof->user_id);
	if (e == OK)
		e = throttle_clear(tx, flow->row.project_id, flow->row.user_id);
	if (e != OK)
		return fail_err(rq, e);
	enum err shut =
	    user_may_sign_in(flow->row.user_status, flow->row.ban_expires_at, rq->now_ms);
	if (shut != OK)
		return refuse(rq, shut, "%s", error_info(shut)->title);
	flow_note_second(rq, flow, "passkey", "pop");
	return flow_end(rq, tx, flow, flow_pass(rq, tx, flow));
}

static enum verdict
refuse_first(const struct request *rq, struct tx *tx, const struct flow *flow, const char *reason)
{
	enum err e = flow_record_failure(tx, flow, "passkey");

	if (e != OK)
		return fail_err(rq, e);
	request_reason(rq, reason);
	return refuse(rq, ERR_INVALID_CREDENTIALS, "The passkey isn't known here.");
}

static enum verdict
prove_first(const struct request *rq, struct tx *tx, struct flow *flow)
{
	const struct flow_passkey_input *in = rq->input;
	struct passkey_proof proof;
	const char *reason = NULL;
	enum err e = prove(tx, flow, in->credential, &proof, &reason);

	if (e == ERR_INVALID_CREDENTIALS)
		return refuse_first(rq, tx, flow, reason);
	return e == OK ? pass_first(rq, tx, flow, &proof) : fail_err(rq, e);
}

static enum verdict
prove_second(const struct request *rq, struct tx *tx, struct flow *flow)
{
	const struct flow_passkey_input *in = rq->input;
	struct passkey_proof proof;
	const char *reason = NULL;
	enum verdict verdict = factor_count_try(rq, tx, flow->row.project_id, flow->row.user_id);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	enum err e = prove(tx, flow, in->credential, &proof, &reason);
	if (e == OK)
		flow_note_second(rq, flow, "passkey", "pop");
	return flow_judge_try(rq, tx, flow, e, "passkey", reason);
}

enum verdict
flow_passkey(const struct request *rq, struct tx *tx)
{
	const struct flow_passkey_input *in = rq->input;
	struct flow flow;
	enum verdict verdict = flow_gate(rq, tx, in->flow_id, FLOW_DO_PASSKEY, &flow);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	return flow.state == FLOW_SECOND_FACTOR ? prove_second(rq, tx, &flow)
						: prove_first(rq, tx, &flow);
}

/* ---- enroll_factor ---- */

enum verdict
flow_passkey_register_options(const struct request *rq, struct tx *tx)
{
	const struct flow_path *in = rq->input;
	struct flow flow;
	enum verdict verdict =
	    flow_gate(rq, tx, in->flow_id, FLOW_DO_PASSKEY_REGISTER_OPTIONS, &flow);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	struct passkey_site site = site_of(tx, &flow);
	struct factor_owner owner = flow_owner(&flow);
	return flow_end(
	    rq, tx, &flow,
	    passkey_register_options(tx, &site, &owner, flow.row.id, &flow.shown.passkey_options));
}

/* Whose only second factor is a passkey gets codes for the day it is lost. */
static enum err
finish(const struct request *rq, struct tx *tx, struct flow *flow)
{
	struct factor_owner owner = flow_owner(flow);

	TRY(backup_codes_make(tx, &owner, &flow->shown.backup_codes));
	flow_note_second(rq, flow, "passkey", "pop");
	return flow_pass(rq, tx, flow);
}

enum verdict
flow_passkey_register(const struct request *rq, struct tx *tx)
{
	const struct flow_passkey_input *in = rq->input;
	const char *reason = NULL;
	struct user_factor_row made;
	struct flow flow;
	enum verdict verdict = flow_gate(rq, tx, in->flow_id, FLOW_DO_PASSKEY_REGISTER, &flow);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	struct passkey_site site = site_of(tx, &flow);
	struct factor_owner owner = flow_owner(&flow);
	tx->actor = (struct actor){.kind = "user", .id = owner.user_id, .label = owner.email};
	enum err e = passkey_register(tx, &site, &owner, flow.row.id, in->credential,
				      in->has.name ? in->name : PASSKEY_NAME, &made, &reason);
	verdict = factor_check_passkey(rq, e, reason);
	if (verdict != VERDICT_GO_ON)
		return verdict;
	if (e == OK)
		e = finish(rq, tx, &flow);
	return flow_end(rq, tx, &flow, e);
}
