/*
 * What comes after a proof: one door for every method, so that no way in passes by a second factor, an
 * unproven address or a password that is due (users.md section 4, rules 17 and 22).
 */
#include "handlers/users/flow.h"

#include <string.h>

void
flow_note_factor(const struct request *rq, struct flow *flow, const char *strength, const char *amr)
{
	if (flow->data.auth_strength == NULL)
		flow->data.auth_strength = strength;
	if (flow->data.amr == NULL)
		flow->data.amr = amr;
	else if (strstr(flow->data.amr, amr) == NULL)
		flow->data.amr = arena_printf(rq->arena, "%s %s", flow->data.amr, amr);
}

enum err
flow_take_user(struct tx *tx, struct flow *flow, const char *user_id)
{
	struct user_row user;

	TRY(q_user_get(tx->db,
		       &(struct q_user_get){ .project_id = flow->row.project_id, .id = user_id },
		       &user));
	flow->row.user_id = user.id;
	flow->row.user_email = user.email;
	flow->row.email_verified_at = user.email_verified_at;
	flow->row.user_name = user.name;
	flow->row.user_status = user.status;
	flow->row.ban_expires_at = user.ban_expires_at;
	flow->row.user_token_version = user.token_version;
	flow->data.token_version = user.token_version;
	tx->actor = (struct actor){ .kind = "user", .id = user.id, .label = user.email };
	return OK;
}

static bool
is_address_due(const struct flow *flow)
{
	return flow->kind == FLOW_SIGN_IN && flow->settings.require_email_verification &&
	       flow->row.user_email != NULL && flow->row.email_verified_at == NONE;
}

/* In the order in which people meet it. */
static enum flow_event
due(const struct flow *flow)
{
	if (is_address_due(flow))
		return FLOW_ADDRESS_DUE;
	if (flow->data.password_due != NONE)
		return FLOW_PASSWORD_DUE;
	return FLOW_NOTHING_DUE;
}

enum err
flow_pass(const struct request *rq, struct tx *tx, struct flow *flow)
{
	enum flow_event event = due(flow);

	if (event == FLOW_ADDRESS_DUE)
		TRY(flow_send_proof(rq, tx, flow));
	return flow_advance(tx, flow, event);
}
