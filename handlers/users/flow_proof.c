/*
 * The address is proven: what that makes of the flow (users.md rules 7, 8, 16, 17 and 19).
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "domain/users.h"
#include "lib/sign_in_methods.h"
#include "lib/text.h"

/* What was sent to be proven is used up. */
static void
note_proof(const struct request *rq, struct flow *flow, enum proof proof)
{
	static const struct {
		const char *strength, *amr;
	} proofs[] = {
		[PROOF_CODE] = { "email_otp", "otp" },
		[PROOF_LINK_HERE] = { "magic_link", "otp" },
		[PROOF_LINK_ELSEWHERE] = { "magic_link", "otp" },
		[PROOF_PHONE] = { "phone_otp", "sms" },
	};

	flow_note_factor(rq, flow, proofs[proof].strength, proofs[proof].amr);
	flow->row.code_digest = (struct bytes){ .data = NULL };
	flow->row.code_expires_at = NONE;
	flow->data.link = NULL;
	flow->data.password_phc = NULL;
	flow->row.expires_at = rq->now_ms + FLOW_LIFE_MS;
}

static bool
is_first_factor(const struct flow *flow)
{
	return flow->state == FLOW_FIRST_FACTOR;
}

/* A code that went to an address proves nothing about the one that has taken its place since. */
static bool
is_still_theirs(struct tx *tx, const struct flow *flow, const struct user_row *user)
{
	const char *key;

	return flow->data.sent_to == NULL || (user->email != NULL && email_key(tx->arena, user->email, &key) &&
					      strcmp(key, flow->data.sent_to) == 0);
}

/*
 * Somebody who has an account. Their first proof drops what is older, so a password has to be
 * chosen where they came by one; so it has after recovery.
 */
static enum err
prove_known(struct tx *tx, struct flow *flow, const struct user_row *user)
{
	bool is_first = false;

	if (!is_still_theirs(tx, flow, user))
		return ERR_INVALID_CODE;
	TRY(user_may_sign_in(user->status, user->ban_expires_at, tx->now_ms));
	tx->actor = (struct actor){ .kind = "user", .id = user->id, .label = user->email };
	TRY(user_prove_email(tx, flow->row.project_id, user->id, user->email, &is_first));
	if ((is_first && !is_first_factor(flow)) || flow->kind == FLOW_RECOVER)
		flow->data.password_due = 1;
	return flow_take_user(tx, flow, user->id);
}

/*
 * Where people sign in by mail, they need no password; one that was typed counts only in the browser
 * where it was: a link opened in another proves that somebody reads this mailbox, but not that they
 * typed the password, so they choose one.
 */
static bool
is_password_due(const struct flow *flow, bool is_here)
{
	unsigned methods = flow_methods(&flow->settings, flow->row.auth_methods);
	bool was_typed = flow->data.password_phc != NULL;
	bool by_mail = (methods & (METHOD_BIT(METHOD_MAGIC_LINK) | METHOD_BIT(METHOD_EMAIL_OTP))) != 0;

	if ((methods & METHOD_BIT(METHOD_PASSWORD)) == 0)
		return false;
	/* An account at a provider is a way in by itself. */
	if (flow->data.identity_subject != NULL)
		return false;
	return was_typed ? !is_here : !by_mail;
}

/* An account for an address that is proven. Another flow that was faster made it already: proof signs in. */
static enum err
prove_new(struct tx *tx, struct flow *flow, const char *password_phc)
{
	struct user_row user;
	enum err e;

	if (flow->settings.sign_up != SIGN_UP_OPEN && flow->kind != FLOW_UPGRADE)
		return ERR_SIGN_UP_DISABLED;
	e = flow_make_user(tx, flow, password_phc, true);
	if (e != ERR_EMAIL_TAKEN || flow->kind == FLOW_UPGRADE)
		return e;
	TRY(flow_find_user(tx, flow, &user));
	return prove_known(tx, flow, &user);
}

static enum err
prove_sign_up(struct tx *tx, struct flow *flow, enum proof proof)
{
	bool is_here = proof != PROOF_LINK_ELSEWHERE;
	bool is_due = is_password_due(flow, is_here);
	struct user_row user;
	enum err e = flow_find_user(tx, flow, &user);

	/* A guest can't become somebody who is there already (rule 27). */
	if (e == OK)
		return flow->kind == FLOW_UPGRADE ? ERR_EMAIL_TAKEN : prove_known(tx, flow, &user);
	if (e != ERR_NO_ROW)
		return e;
	TRY(prove_new(tx, flow, is_here ? flow->data.password_phc : NULL));
	if (is_due)
		flow->data.password_due = 1;
	return OK;
}

/* Somebody unknown signs in by their mailbox: where sign-up is open they get an account (rule 8). */
static enum err
prove_newcomer(struct tx *tx, struct flow *flow)
{
	struct user_row user;
	enum err e;

	if (flow->data.email_key == NULL)
		return ERR_INVALID_CODE;
	e = flow_find_user(tx, flow, &user);
	if (e == OK)
		return prove_known(tx, flow, &user);
	return e == ERR_NO_ROW ? prove_new(tx, flow, NULL) : e;
}

/* A number belongs to one person; of nobody's, it makes one. */
static enum err
prove_phone(struct tx *tx, struct flow *flow)
{
	struct user_row user;
	enum err e = flow_find_user(tx, flow, &user);

	if (e == ERR_NO_ROW && flow->row.user_id == NULL) {
		if (flow->settings.sign_up != SIGN_UP_OPEN)
			return ERR_SIGN_UP_DISABLED;
		e = flow_make_user(tx, flow, NULL, false);
		if (e != ERR_PHONE_TAKEN)
			return e;
		e = flow_find_user(tx, flow, &user);
	}
	if (e == ERR_NO_ROW || (e == OK && flow->row.user_id != NULL && strcmp(flow->row.user_id, user.id) != 0))
		return ERR_INVALID_CODE;
	TRY(e);
	TRY(user_may_sign_in(user.status, user.ban_expires_at, tx->now_ms));
	TRY(flow_take_user(tx, flow, user.id));
	return user_prove_phone(tx, flow->row.project_id, user.id, flow->data.phone);
}

static enum err
prove(struct tx *tx, struct flow *flow, enum proof proof)
{
	struct user_row user;

	if (proof == PROOF_PHONE)
		return prove_phone(tx, flow);
	if (flow->kind == FLOW_SIGN_UP || flow->kind == FLOW_UPGRADE)
		return prove_sign_up(tx, flow, proof);
	if (flow->row.user_id == NULL && is_first_factor(flow))
		return prove_newcomer(tx, flow);
	/* An unknown address was mailed nothing, so nobody can prove it. */
	if (flow->row.user_id == NULL)
		return ERR_INVALID_CODE;
	TRY(q_user_get(
	    tx->db,
	    &(struct q_user_get){ .project_id = flow->row.project_id, .id = flow->row.user_id },
	    &user));
	return prove_known(tx, flow, &user);
}

/* The account at a provider behind this proof: flow_pass() links it, and who has one needs no password. */
static void
note_identity(const struct request *rq, struct flow *flow)
{
	if (flow->data.identity_subject == NULL)
		return;
	flow_note_factor(rq, flow, "social_oauth", "fed");
	flow->data.password_due = NONE;
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

	if (refusal == ERR_INVALID_CODE && (proof == PROOF_LINK_HERE || proof == PROOF_LINK_ELSEWHERE))
		refusal = ERR_LINK_INVALID;
	if (refusal != OK && !ends_flow(refusal))
		return flow_end(rq, tx, flow, refusal);
	note_proof(rq, flow, proof);
	if (refusal == OK) {
		note_identity(rq, flow);
		return flow_end(rq, tx, flow, flow_pass(rq, tx, flow));
	}
	flow->data.error_code = error_info(refusal)->code;
	enum err e = flow_advance(tx, flow, FLOW_REFUSED);
	if (e != OK)
		return flow_end(rq, tx, flow, e);
	return refuse(rq, refusal, "%s", error_info(refusal)->title);
}
