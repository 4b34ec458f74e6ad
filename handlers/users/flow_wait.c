/*
 * A flow that waits for a provider: what its answer makes of it (users.md rules 8 and 26).
 *
 * The look that a page takes picks the answer up, so that whoever signs in is there when it counts, and a job worker needs no door
 * of its own.
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "domain/identities.h"
#include "domain/job_queue.h"
#include "domain/users.h"
#include "lib/jose.h"
#include "lib/lifetimes.h"
#include "lib/text.h"

static bool
is_member_true(const struct json *object, const char *name)
{
	const struct json *member = json_member(object, name);

	return member != NULL && member->type == JSON_BOOL && member->boolean;
}

static struct identity_claim
claim_of(const struct flow *flow)
{
	return (struct identity_claim){
		.provider = flow->data.identity_provider,
		.subject = flow->data.identity_subject,
		.email = flow->data.identity_email,
		.email_verified = flow->data.identity_verified != NULL,
	};
}

/*
 * Who ends all sessions ends what was begun in them; the person's row is written first, so that a reset waits or is seen. What the flow
 * began with may be long ago by now, and somebody else before the screen: the proof has to be fresh where it counts (rule 24).
 */
static enum err
check_opener(struct tx *tx, const struct flow *flow)
{
	bool is_proven_now = flow->data.level == 2;
	struct session_row session;

	TRY(q_user_guard(tx->db, &(struct q_user_guard){ .project_id = flow->row.project_id, .id = flow->row.user_id }, NULL));
	enum err e = q_session_get(tx->db,
				   &(struct q_session_get){ .project_id = flow->row.project_id,
							    .user_id = flow->row.user_id,
							    .id = flow->data.session_id },
				   &session);
	if (e != OK)
		return e == ERR_NO_ROW ? ERR_FLOW_EXPIRED : e;
	return is_proven_now || session.authenticated_at >= tx->now_ms - RECENT_SIGN_IN_MS ? OK : ERR_REAUTHENTICATION_REQUIRED;
}

enum err
flow_attach_identity(struct tx *tx, struct flow *flow)
{
	struct identity_claim claim = claim_of(flow);
	struct user_identity_row row;

	if (claim.subject == NULL)
		return OK;
	if (flow->kind == FLOW_LINK)
		TRY(check_opener(tx, flow));
	enum err e = identity_find(tx, flow->row.project_id, &claim, &row);
	if (e == OK && strcmp(row.user_id, flow->row.user_id) != 0)
		return ERR_IDENTITY_TAKEN;
	if (e == ERR_NO_ROW) {
		e = identity_link(tx, flow->row.project_id, flow->row.org_id, flow->row.user_id, &claim);
		return e == ERR_IDENTITY_TAKEN ? ERR_DB_CONFLICT : e;
	}
	TRY(e);
	return identity_used(tx, flow->row.project_id, row.id, &claim);
}

void
flow_drop_identity(struct flow *flow)
{
	flow->data.identity_provider = flow->data.identity_subject = NULL;
	flow->data.identity_email = flow->data.identity_verified = NULL;
}

/* ---- whose it is ---- */

static enum err
take_person(const struct request *rq, struct tx *tx, struct flow *flow, const struct user_row *user)
{
	TRY(user_may_sign_in(user->status, user->ban_expires_at, rq->now_ms));
	/* Whoever proves themselves again, or adds a way in, can't become somebody else. */
	if ((flow->kind == FLOW_REAUTHENTICATE || flow->kind == FLOW_LINK) &&
	    strcmp(user->id, flow->data.session_user_id) != 0)
		return flow->kind == FLOW_LINK ? ERR_IDENTITY_TAKEN : ERR_INVALID_CREDENTIALS;
	TRY(flow_take_user(tx, flow, user->id));
	flow_note_factor(rq, flow, "social_oauth", "fed");
	return flow_pass(rq, tx, flow);
}

static enum err
take_person_of(const struct request *rq, struct tx *tx, struct flow *flow, const char *user_id)
{
	struct user_row user;

	TRY(q_user_get(tx->db, &(struct q_user_get){ .project_id = flow->row.project_id, .id = user_id }, &user));
	return take_person(rq, tx, flow, &user);
}

/* The address proves itself first. Nothing here tells whether it has an account. */
static enum err
ask_for_address(const struct request *rq, struct tx *tx, struct flow *flow)
{
	/* A guest stays who they are (rule 27). */
	if (flow->kind != FLOW_UPGRADE) {
		flow->kind = FLOW_SIGN_UP;
		flow->row.user_id = NULL;
		flow->row.user_email = NULL;
	}
	if (flow->data.email != NULL)
		TRY(flow_send_proof(rq, tx, flow));
	return flow_advance(tx, flow, FLOW_ADDRESS_DUE);
}

static enum err
make_person(const struct request *rq, struct tx *tx, struct flow *flow)
{
	bool is_verified = flow->data.identity_verified != NULL;

	if (flow->data.invitation != NULL) {
		if (flow->data.email == NULL)
			return ERR_INVITATION_EMAIL_MISMATCH;
		TRY(flow_sign_up_invited(tx, flow));
	} else {
		if (flow->data.email == NULL || (!is_verified && flow->settings.require_email_verification))
			return ask_for_address(rq, tx, flow);
		if (flow->settings.sign_up != SIGN_UP_OPEN && flow->kind != FLOW_UPGRADE)
			return ERR_SIGN_UP_DISABLED;
		enum err e = flow_make_user(tx, flow, NULL, is_verified);
		/* Another was just faster: look again. */
		TRY(e == ERR_EMAIL_TAKEN ? ERR_DB_CONFLICT : e);
	}
	return take_person_of(rq, tx, flow, flow->row.user_id);
}

/* Rule 26, in its order. */
static enum err
find_person(const struct request *rq, struct tx *tx, struct flow *flow)
{
	struct identity_claim claim = claim_of(flow);
	struct user_identity_row identity;
	struct user_row user;
	enum err e = identity_find(tx, flow->row.project_id, &claim, &identity);

	if (e == OK && flow->kind == FLOW_UPGRADE && strcmp(identity.user_id, flow->row.user_id) != 0)
		return ERR_IDENTITY_TAKEN;
	if (e == OK)
		return take_person_of(rq, tx, flow, identity.user_id);
	if (e != ERR_NO_ROW)
		return e;
	if (flow->kind == FLOW_LINK)
		return take_person_of(rq, tx, flow, flow->data.session_user_id);
	if (flow->kind == FLOW_REAUTHENTICATE)
		return ERR_INVALID_CREDENTIALS;
	e = flow->data.email_key != NULL ? flow_find_user(tx, flow, &user) : ERR_NO_ROW;
	if (e == ERR_NO_ROW)
		return make_person(rq, tx, flow);
	TRY(e);
	/* A guest can't become somebody who is there already (rule 27). */
	if (flow->kind == FLOW_UPGRADE && claim.email_verified)
		return ERR_EMAIL_TAKEN;
	if (claim.email_verified && user.email_verified_at != NONE && flow->settings.link_verified_email)
		return take_person(rq, tx, flow, &user);
	flow->data.email = user.email;	/* mail goes to the stored address (rule 1) */
	return ask_for_address(rq, tx, flow);
}

/* The address typed before counts for nothing: the provider says who it is. */
static enum err
take_claims(const struct request *rq, struct flow *flow, const struct json *answer)
{
	const char *email = json_text(answer, "email");
	const char *name = json_text(answer, "name");

	flow->data.identity_provider = flow->data.social;
	flow->data.identity_subject = json_text(answer, "subject");
	if (flow->data.identity_subject == NULL)
		return ERR_INTERNAL;
	if (email != NULL && !email_key(rq->arena, email, &flow->data.email_key))
		email = NULL;
	if (email == NULL)
		flow->data.email_key = NULL;
	flow->data.email = flow->data.identity_email = email;
	flow->data.identity_verified = email != NULL && is_member_true(answer, "email_verified") ? "1" : NULL;
	if (name != NULL && text_is_clean(name, false))
		flow->data.name = utf8_cut(rq->arena, name, 255);
	return OK;
}

/* ---- ends ---- */

static enum err
give_up(struct tx *tx, struct flow *flow, const char *error_code)
{
	flow->data.error_code = error_code;
	flow->data.wait_job = NULL;
	flow_drop_identity(flow);
	return flow_advance(tx, flow, flow->data.wait_known != NULL ? FLOW_WAIT_FAILED_KNOWN : FLOW_WAIT_FAILED);
}

/* Nobody may come in by this proof; it was good, so the flow says why. */
static bool
is_refusal(enum err e)
{
	return e == ERR_SIGN_UP_DISABLED || e == ERR_USER_BANNED || e == ERR_USER_DEACTIVATED ||
	       e == ERR_IDENTITY_TAKEN || e == ERR_EMAIL_TAKEN || e == ERR_INVITATION_EMAIL_MISMATCH || e == ERR_INVITATION_EXPIRED ||
	       e == ERR_INVITATION_REVOKED || e == ERR_INVITATION_USED || e == ERR_INVALID_CREDENTIALS ||
	       e == ERR_REAUTHENTICATION_REQUIRED;
}

static enum err
take_answer(const struct request *rq, struct tx *tx, struct flow *flow, const struct json *answer)
{
	const char *error = json_text(answer, "error");

	if (error != NULL)
		return give_up(tx, flow, error);
	flow->data.wait_job = NULL;
	TRY(take_claims(rq, flow, answer));
	return find_person(rq, tx, flow);
}

/*
 * Of two callbacks with one new subject, one makes the person. The other's statement fails on a unique key; nothing of it stays,
 * it runs again and finds the person.
 */
enum verdict
flow_look_for_answer(const struct request *rq, struct tx *tx, struct flow *flow)
{
	const struct flow waiting = *flow;
	struct json answer;
	enum err e = job_answer_read(tx, flow->row.project_id, flow->data.wait_job, &answer);

	if (e == ERR_NO_ROW && rq->now_ms < flow->data.wait_since + FLOW_WAIT_MAX_MS)
		return flow_reply(rq, 200, flow);
	if (e == OK)
		e = job_answer_drop(tx, flow->row.project_id, flow->data.wait_job);
	else if (e == ERR_NO_ROW)
		return flow_end(rq, tx, flow, give_up(tx, flow, "provider_unavailable"));
	/* The flow's row first: of two looks at once one goes on, the other sees what came of it. */
	if (e == OK)
		e = flow_guard(tx, flow);
	if (e == OK)
		e = take_answer(rq, tx, flow, &answer);
	if (e == OK)
		return flow_reply(rq, 200, flow);
	if (e == ERR_FLOW_STATE_CONFLICT)
		return flow_show_current(rq, tx, &waiting);
	if (!is_refusal(e))
		return fail_err(rq, e);
	return flow_end(rq, tx, flow, give_up(tx, flow, error_info(e)->code));
}
