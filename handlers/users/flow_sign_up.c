/*
 * The action sign_up: an account that waits for the proof of its address, or is made at once
 * (users.md rules 7 and 8, tenancy rules 1 and 2).
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "domain/invitations.h"
#include "domain/users.h"
#include "lib/text.h"

static bool
is_console(const struct tx *tx, const struct flow *flow)
{
	return strcmp(flow->row.project_id, tx->console_id) == 0;
}

enum err
flow_make_user(struct tx *tx, struct flow *flow, const char *password_phc, bool email_verified)
{
	const struct user_make make = {
		.project_id = flow->row.project_id,
		.org_id = flow->row.org_id,
		.email = flow->data.email,
		.email_key = flow->data.email_key,
		.name = flow->data.name != NULL ? flow->data.name : "",
		.password_phc = password_phc,
		.locale = flow->data.locale,
		.email_verified = email_verified,
		.acts = true,
	};
	const char *user_id;
	const char *org_id;

	/* Who comes by an invitation joins its organization and gets none of their own. */
	if (is_console(tx, flow) && flow->data.invitation == NULL)
		TRY(user_sign_up(tx, &make, NULL, "sign_up", &user_id, &org_id));
	else
		TRY(user_make(tx, &make, &user_id));
	return flow_take_user(tx, flow, user_id);
}

/*
 * The invitation is judged before the address, so that a made-up one tells nothing about the
 * address.
 */
enum err
flow_sign_up_invited(struct tx *tx, struct flow *flow)
{
	struct invitation_accepted accepted;
	const char *invited_key;

	if (flow->settings.sign_up == SIGN_UP_CLOSED)
		return ERR_SIGN_UP_DISABLED;
	TRY(invitation_check(tx, flow->data.invitation, &invited_key));
	if (strcmp(invited_key, flow->data.email_key) != 0)
		return ERR_INVITATION_EMAIL_MISMATCH;
	TRY(flow_make_user(tx, flow, flow->data.password_phc, true));
	return invitation_accept(tx, flow->data.invitation, flow->row.user_id, flow->data.email_key,
				 &accepted);
}

static enum err
sign_up_at_once(const struct request *rq, struct tx *tx, struct flow *flow)
{
	if (flow->data.invitation != NULL)
		TRY(flow_sign_up_invited(tx, flow));
	else if (flow->settings.sign_up != SIGN_UP_OPEN)
		return ERR_SIGN_UP_DISABLED;
	else
		TRY(flow_make_user(tx, flow, flow->data.password_phc, false));
	flow->data.password_phc = NULL;
	flow_note_factor(rq, flow, "password", "pwd");
	return flow_pass(rq, tx, flow);
}

static enum err
hold_sign_up(const struct request *rq, struct tx *tx, struct flow *flow)
{
	TRY(flow_send_proof(rq, tx, flow));
	return flow_advance(tx, flow, FLOW_SIGN_UP_HELD);
}

enum verdict
flow_sign_up_before(const struct request *rq, struct tx *tx)
{
	const struct flow_sign_up_input *in = rq->input;
	struct flow_new_password *new_password = rq->scratch;

	return flow_gate(rq, tx, in->flow_id, FLOW_DO_SIGN_UP, &new_password->flow);
}

enum verdict
flow_sign_up_work(const struct request *rq)
{
	const struct flow_sign_up_input *in = rq->input;
	struct flow_new_password *new_password = rq->scratch;

	return password_make(rq, &new_password->flow.settings, "password", in->password, in->email,
			     new_password->flow.row.project_name, &new_password->phc);
}

enum verdict
flow_sign_up(const struct request *rq, struct tx *tx)
{
	const struct flow_sign_up_input *in = rq->input;
	const struct flow_new_password *new_password = rq->scratch;
	struct flow flow = new_password->flow;

	if (!email_key(rq->arena, in->email, &flow.data.email_key))
		return fail_field(rq, "email", "email", "This isn't an e-mail address.");
	flow.kind = FLOW_SIGN_UP;
	flow.row.user_id = NULL;
	flow.row.user_email = NULL;
	flow.data.email = in->email;
	flow.data.name = in->name;
	flow.data.password_phc = new_password->phc;
	enum err e = flow.data.invitation == NULL && flow.settings.require_email_verification
			 ? hold_sign_up(rq, tx, &flow)
			 : sign_up_at_once(rq, tx, &flow);
	return flow_end(rq, tx, &flow, e);
}
