/*
 * The actions recover and set_password: a reset link is mailed, and opened it lets a new password
 * be chosen (users.md rules 6 and 17).
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "domain/mail.h"
#include "domain/users.h"
#include "lib/text.h"

/* ---- recover ---- */

/*
 * Asked for by nobody who is signed in; recorded for unknown addresses too, whose targets have no
 * id.
 */
static enum err
record_request(struct tx *tx, const struct flow *flow)
{
	return record(tx, &(struct record){
			      .event = EV_PASSWORD_RESET_REQUESTED,
			      .org_id = flow->row.org_id,
			      .project_id = flow->row.project_id,
			      .target_id = flow->row.user_id,
			      .target_label = email_mask(tx->arena, flow->data.email),
			      .changes = "{}",
			  });
}

/* The person, or nobody; what is read of them later stands in the flow's row. */
static enum err
find_person(struct tx *tx, struct flow *flow)
{
	struct user_row user;
	enum err e = flow_find_user(tx, flow, &user);

	flow->row.user_id = e == OK ? user.id : NULL;
	flow->row.user_email = e == OK ? user.email : NULL;
	flow->row.user_name = e == OK ? user.name : NULL;
	return e == ERR_NO_ROW ? OK : e;
}

enum verdict
flow_recover(const struct request *rq, struct tx *tx)
{
	const struct flow_identifier_input *in = rq->input;
	struct flow flow;
	enum verdict verdict = flow_gate(rq, tx, in->flow_id, FLOW_DO_RECOVER, &flow);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	if (!email_key(rq->arena, in->identifier, &flow.data.email_key))
		return fail_field(rq, "identifier", "email", "This isn't an e-mail address.");
	flow.kind = FLOW_RECOVER;
	flow.data.email = in->identifier;
	enum err e = find_person(tx, &flow);
	if (e == OK)
		e = flow_send_proof(rq, tx, &flow);
	if (e == OK)
		e = record_request(tx, &flow);
	if (e == OK)
		e = flow_advance(tx, &flow, FLOW_RECOVERY_ASKED);
	return flow_end(rq, tx, &flow, e);
}

/* ---- set_password ---- */

enum verdict
flow_set_password_before(const struct request *rq, struct tx *tx)
{
	const struct flow_password_input *in = rq->input;
	struct flow_new_password *new_password = rq->scratch;

	return flow_gate(rq, tx, in->flow_id, FLOW_DO_SET_PASSWORD, &new_password->flow);
}

enum verdict
flow_set_password_work(const struct request *rq)
{
	const struct flow_password_input *in = rq->input;
	struct flow_new_password *new_password = rq->scratch;
	const struct flow *flow = &new_password->flow;

	return password_make(rq, &flow->settings, "password", in->password, flow->row.user_email,
			     flow->row.project_name, &new_password->phc);
}

static enum err
record_new_password(struct tx *tx, const struct flow *flow)
{
	return record(
	    tx, &(struct record){
		    .event = flow->kind == FLOW_RECOVER ? EV_PASSWORD_RESET : EV_PASSWORD_CHANGED,
		    .org_id = flow->row.org_id,
		    .project_id = flow->row.project_id,
		    .target_id = flow->row.user_id,
		    .target_label = flow->row.user_email,
		    .changes = "{\"password\":[\"•\",\"•\"]}",
		});
}

static enum err
mail_change(struct tx *tx, const struct flow *flow)
{
	enum err e = mail_queue(tx, &(struct mail){
					.template = MAIL_PASSWORD_CHANGED,
					.project_id = flow->row.project_id,
					.user_id = flow->row.user_id,
					.recipient = flow->row.user_email,
					.user_name = flow->row.user_name,
					.expires_at = NONE,
				    });

	return e == ERR_RATE_LIMITED ? OK : e;
}

static enum err
set_password(const struct request *rq, struct tx *tx, struct flow *flow, const char *phc)
{
	TRY(flow_guard(tx, flow));
	TRY(user_set_password(tx, flow->row.project_id, flow->row.user_id, phc,
			      flow->data.token_version));
	TRY(user_end_sessions(tx, flow->row.project_id, flow->row.user_id, NULL));
	TRY(flow_take_user(tx, flow, flow->row.user_id));
	flow->data.password_due = NONE;
	flow_note_factor(rq, flow, "password", "pwd");
	TRY(record_new_password(tx, flow));
	if (flow->kind == FLOW_RECOVER)
		TRY(mail_change(tx, flow));
	return flow_pass(rq, tx, flow);
}

enum verdict
flow_set_password(const struct request *rq, struct tx *tx)
{
	const struct flow_new_password *new_password = rq->scratch;
	struct flow flow = new_password->flow;

	/*
	 * The flow was opened by a proof; the UPDATE in user_set_password() hits only while no reset
	 * elsewhere has ended what that proof was worth, also during the hash.
	 */
	if (flow.row.user_id == NULL)
		return fail_err(rq, ERR_FLOW_EXPIRED);
	tx->actor =
	    (struct actor){ .kind = "user", .id = flow.row.user_id, .label = flow.row.user_email };
	return flow_end(rq, tx, &flow, set_password(rq, tx, &flow, new_password->phc));
}
