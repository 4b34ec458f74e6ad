/*
 * The actions send_code and send_link: what is mailed to be answered (users.md rules 14 and 15). What is texted stands in
 * flow_phone.c.
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "lib/text.h"

/* ---- by mail ---- */

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

static enum verdict
send_by_mail(const struct request *rq, struct tx *tx, struct flow *flow)
{
	const struct flow_send_code_input *in = rq->input;
	bool is_first_factor = flow->state == FLOW_FIRST_FACTOR;

	if (in->has.channel && strcmp(in->channel, "email") != 0)
		return fail_field(rq, "channel", "off", "Codes go by e-mail here.");
	if (is_first_factor && in->email != NULL)
		return fail_field(rq, "email", "not_here", "The address is known already.");
	if (in->phone != NULL)
		return fail_field(rq, "phone", "not_here", "Codes go by e-mail here.");
	enum verdict verdict = is_first_factor ? go_on(rq) : take_address(rq, tx, flow);
	if (verdict != VERDICT_GO_ON)
		return verdict;
	enum err e = is_first_factor ? flow_mail_code(rq, tx, flow) : flow_send_proof(rq, tx, flow);
	if (e == OK)
		e = flow_advance(tx, flow, FLOW_CODE_SENT);
	return flow_end(rq, tx, flow, e);
}

/* ---- the actions ---- */

static enum verdict
check_pause(const struct request *rq, const struct flow *flow)
{
	if (flow->data.resend_at == NONE || flow->data.resend_at <= rq->now_ms)
		return go_on(rq);
	reply_retry_after(rq, flow->data.resend_at - rq->now_ms);
	return fail(rq, ERR_TOO_MANY_ATTEMPTS,
		    "A message was just sent. Wait before asking for another one.");
}

enum verdict
flow_send_code(const struct request *rq, struct tx *tx)
{
	const struct flow_send_code_input *in = rq->input;
	struct flow flow;
	enum verdict verdict = flow_gate(rq, tx, in->flow_id, FLOW_DO_SEND_CODE, &flow);

	if (verdict == VERDICT_GO_ON)
		verdict = check_pause(rq, &flow);
	if (verdict != VERDICT_GO_ON)
		return verdict;
	if (flow_is_at_factor(&flow) || (flow.state == FLOW_FIRST_FACTOR && flow.data.phone != NULL))
		return flow_send_to_phone(rq, tx, &flow);
	return send_by_mail(rq, tx, &flow);
}

enum verdict
flow_send_link(const struct request *rq, struct tx *tx)
{
	const struct flow_path *in = rq->input;
	struct flow flow;
	enum verdict verdict = flow_gate(rq, tx, in->flow_id, FLOW_DO_SEND_LINK, &flow);

	if (verdict == VERDICT_GO_ON)
		verdict = check_pause(rq, &flow);
	if (verdict != VERDICT_GO_ON)
		return verdict;
	enum err e = flow_mail_link(rq, tx, &flow);
	if (e == OK)
		e = flow_advance(tx, &flow, FLOW_CODE_SENT);
	return flow_end(rq, tx, &flow, e);
}
