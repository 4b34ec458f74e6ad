/*
 * Who is it? The actions identify and back, and what was typed: an e-mail address, a phone number or a
 * username (users.md rules 1, 6 and 28).
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "lib/identifiers.h"
#include "lib/sign_in_methods.h"
#include "lib/text.h"

static bool
is_on(const struct flow *flow, enum sign_in_method method)
{
	return (flow_methods(&flow->settings, flow->row.auth_methods) & METHOD_BIT(method)) != 0;
}

static void
forget(struct flow *flow)
{
	flow->row.user_id = NULL;
	flow->row.user_email = NULL;
	flow->row.user_name = NULL;
	flow->data.email = NULL;
	flow->data.email_key = NULL;
	flow->data.phone = NULL;
	flow->data.username = NULL;
	flow->data.link = NULL;
	flow_forget_code(flow);
}

static enum verdict
take_phone(const struct request *rq, struct flow *flow, const char *key)
{
	if (!is_on(flow, METHOD_PHONE_OTP))
		return fail_err(rq, ERR_METHOD_DISABLED);
	if (!phone_is_of(key, flow->settings.phone.calling_codes))
		return fail_err(rq, ERR_PHONE_NOT_SUPPORTED);
	flow->data.phone = key;
	return go_on(rq);
}

enum verdict
flow_take_identifier(const struct request *rq, struct flow *flow, const char *field, const char *typed)
{
	const char *key = NULL;

	forget(flow);
	switch (identifier_parse(rq->arena, typed, &key)) {
	case IDENTIFIER_EMAIL:
		flow->data.email = typed;
		flow->data.email_key = key;
		return go_on(rq);
	case IDENTIFIER_PHONE:
		return take_phone(rq, flow, key);
	case IDENTIFIER_USERNAME:
		/* Where nobody has a username, it is a mistyped address. */
		if (!is_on(flow, METHOD_USERNAME))
			break;
		flow->data.username = key;
		return go_on(rq);
	case IDENTIFIER_NONE:
		break;
	}
	return fail_field(rq, field, "email", "This isn't an e-mail address%s.",
			  is_on(flow, METHOD_USERNAME) ? ", username or phone number" : "");
}

enum err
flow_find_user(struct tx *tx, const struct flow *flow, struct user_row *ret)
{
	const char *project_id = flow->row.project_id;
	const char *key = flow->data.email_key;

	if (flow->data.phone != NULL)
		return q_user_by_phone(
		    tx->db,
		    &(struct q_user_by_phone){ .project_id = project_id, .phone = flow->data.phone }, ret);
	if (key == NULL)
		return q_user_by_username(tx->db,
					  &(struct q_user_by_username){
					      .project_id = project_id,
					      .username = flow->data.username,
					  },
					  ret);
	return q_user_by_email(tx->db,
			       &(struct q_user_by_email){
				   .project_id = project_id,
				   .email_key = { .data = (const uint8_t *)key, .len = strlen(key) },
			       },
			       ret);
}

const char *
flow_subject(const struct flow *flow)
{
	if (flow->row.user_id != NULL)
		return flow->row.user_id;
	if (flow->data.phone != NULL)
		return flow->data.phone;
	return flow->data.email_key != NULL ? flow->data.email_key : flow->data.username;
}

const char *
flow_identifier_hint(struct arena *arena, const struct flow *flow)
{
	const char *typed = flow->data.email;

	if (flow_is_at_factor(flow) && flow->data.sent_to != NULL)
		typed = flow->data.sent_to;
	else if (flow->data.phone != NULL)
		typed = flow->data.phone;
	else if (typed == NULL)
		typed = flow->data.username;
	return typed != NULL ? identifier_mask(arena, typed) : NULL;
}

enum verdict
flow_identify(const struct request *rq, struct tx *tx)
{
	const struct flow_identifier_input *in = rq->input;
	struct flow flow;
	struct user_row user;
	enum verdict verdict = flow_gate(rq, tx, in->flow_id, FLOW_DO_IDENTIFY, &flow);

	if (verdict == VERDICT_GO_ON)
		verdict = flow_take_identifier(rq, &flow, "identifier", in->identifier);
	if (verdict != VERDICT_GO_ON)
		return verdict;
	flow.kind = FLOW_SIGN_IN;
	enum err e = flow_find_user(tx, &flow, &user);
	if (e != OK && e != ERR_NO_ROW)
		return fail_err(rq, e);
	flow.row.user_id = e == OK ? user.id : NULL;
	return flow_end(rq, tx, &flow, flow_advance(tx, &flow, FLOW_IDENTIFIED));
}

enum verdict
flow_back(const struct request *rq, struct tx *tx)
{
	const struct flow_path *in = rq->input;
	struct flow flow;
	enum verdict verdict = flow_gate(rq, tx, in->flow_id, FLOW_DO_BACK, &flow);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	forget(&flow);
	return flow_end(rq, tx, &flow, flow_advance(tx, &flow, FLOW_WENT_BACK));
}
