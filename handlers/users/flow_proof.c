/*
 * The address is proven: what that makes of the flow (users.md rules 7, 8, 16, 17 and 19).
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "domain/users.h"

/* What was sent to be proven is used up. */
static void
note_proof(const struct request *rq, struct flow *flow, enum proof proof)
{
	flow_note_factor(rq, flow, proof == PROOF_CODE ? "email_otp" : "magic_link", "otp");
	flow->row.code_digest = (struct bytes){ .data = NULL };
	flow->row.code_expires_at = NONE;
	flow->data.link = NULL;
	flow->data.password_phc = NULL;
	flow->row.expires_at = rq->now_ms + FLOW_LIFE_MS;
}

/*
 * Somebody who has an account. Their first proof drops what is older, so a password has to be
 * chosen; so it has after recovery.
 */
static enum err
prove_known(struct tx *tx, struct flow *flow, const struct user_row *user)
{
	bool is_first = false;

	TRY(user_may_sign_in(user->status, user->ban_expires_at, tx->now_ms));
	tx->actor = (struct actor){ .kind = "user", .id = user->id, .label = user->email };
	TRY(user_prove_email(tx, flow->row.project_id, user->id, user->email, &is_first));
	if (is_first || flow->kind == FLOW_RECOVER)
		flow->data.password_due = 1;
	return flow_take_user(tx, flow, user->id);
}

/*
 * A sign-up. The pending password counts only in the browser where it was typed: a link opened in
 * another proves that somebody reads this mailbox, but not that they typed the password, so they
 * choose one.
 */
static enum err
prove_sign_up(struct tx *tx, struct flow *flow, enum proof proof)
{
	bool is_here = proof != PROOF_LINK_ELSEWHERE;
	struct user_row user;
	enum err e = flow_find_user(tx, flow, &user);

	if (e == OK)
		return prove_known(tx, flow, &user);
	if (e != ERR_NO_ROW)
		return e;
	if (flow->settings.sign_up != SIGN_UP_OPEN)
		return ERR_SIGN_UP_DISABLED;
	e = flow_make_user(tx, flow, is_here ? flow->data.password_phc : NULL, true);
	/* Another flow was faster: proof signs in, the pending password is dropped. */
	if (e == ERR_EMAIL_TAKEN) {
		TRY(flow_find_user(tx, flow, &user));
		return prove_known(tx, flow, &user);
	}
	TRY(e);
	if (!is_here || (flow->data.password_phc == NULL && flow->data.identity_subject == NULL))
		flow->data.password_due = 1;
	return OK;
}

static enum err
prove(struct tx *tx, struct flow *flow, enum proof proof)
{
	struct user_row user;

	if (flow->kind == FLOW_SIGN_UP)
		return prove_sign_up(tx, flow, proof);
	/* An unknown address was mailed nothing, so nobody can prove it. */
	if (flow->row.user_id == NULL)
		return ERR_INVALID_CODE;
	TRY(q_user_get(
	    tx->db,
	    &(struct q_user_get){ .project_id = flow->row.project_id, .id = flow->row.user_id },
	    &user));
	return prove_known(tx, flow, &user);
}

/* The account at a provider behind this proof; who has one needs no password. */
static enum err
attach(const struct request *rq, struct tx *tx, struct flow *flow)
{
	if (flow->data.identity_subject == NULL)
		return OK;
	TRY(flow_attach_identity(tx, flow));
	flow_note_factor(rq, flow, "social_oauth", "fed");
	flow->data.password_due = NONE;
	return OK;
}

static bool
ends_flow(enum err e)
{
	return e == ERR_SIGN_UP_DISABLED || e == ERR_USER_BANNED || e == ERR_USER_DEACTIVATED;
}

enum verdict
flow_prove(const struct request *rq, struct tx *tx, struct flow *flow, enum proof proof)
{
	/* Whoever began in another browser may not be who reads this mailbox: their account at a provider isn't linked. */
	if (proof == PROOF_LINK_ELSEWHERE)
		flow_drop_identity(flow);
	enum err refusal = prove(tx, flow, proof);

	if (refusal != OK && !ends_flow(refusal))
		return flow_end(rq, tx, flow, refusal);
	note_proof(rq, flow, proof);
	if (refusal == OK) {
		enum err attached = attach(rq, tx, flow);
		return flow_end(rq, tx, flow, attached == OK ? flow_pass(rq, tx, flow) : attached);
	}
	flow->data.error_code = error_info(refusal)->code;
	enum err e = flow_advance(tx, flow, FLOW_REFUSED);
	if (e != OK)
		return flow_end(rq, tx, flow, e);
	return refuse(rq, refusal, "%s", error_info(refusal)->title);
}
