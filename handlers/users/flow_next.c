/*
 * What comes after a proof: one door for every method, so that no way in passes by a second factor, an
 * unproven address or a password that is due (users.md section 4, rules 17 and 22).
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "domain/sms.h"

void
flow_note_factor(const struct request *rq, struct flow *flow, const char *strength, const char *amr)
{
	bool is_later = flow->state == FLOW_VERIFICATION || flow_is_at_factor(flow);

	if (flow->data.way_in == NULL && !is_later)
		flow->data.way_in = strength;
	if (flow->data.auth_strength == NULL)
		flow->data.auth_strength = strength;
	if (flow->data.amr == NULL)
		flow->data.amr = amr;
	else if (strstr(flow->data.amr, amr) == NULL)
		flow->data.amr = arena_printf(rq->arena, "%s %s", flow->data.amr, amr);
}

void
flow_note_second(const struct request *rq, struct flow *flow, const char *strength, const char *amr)
{
	flow_note_factor(rq, flow, strength, amr);
	flow_note_factor(rq, flow, strength, "mfa");
	flow->data.auth_strength = strength;
	flow->data.level = 2;
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

/* What counts as a second factor behind what was proven: a code to a phone isn't one behind a code to a phone. */
static unsigned
second_methods(const struct flow *flow)
{
	bool is_by_phone = flow->data.amr != NULL && strstr(flow->data.amr, "sms") != NULL;

	return flow->settings.mfa_methods & (is_by_phone ? ~(1u << MFA_PHONE) : ~0u);
}

/* A phone can be set up only where texts go out. */
static enum err
find_enrollable(struct tx *tx, const struct flow *flow, unsigned *ret_kinds)
{
	unsigned kinds = second_methods(flow);
	bool has_provider = false;

	if ((kinds & 1u << MFA_PHONE) != 0)
		TRY(sms_has_provider(tx, flow->row.project_id, &has_provider));
	*ret_kinds = has_provider ? kinds : kinds & ~(1u << MFA_PHONE);
	return OK;
}

/* Backup codes stand in for a factor and are none themselves. */
static enum err
find_factor_due(struct tx *tx, struct flow *flow, bool *ret_is_second_due, bool *ret_is_enroll_due)
{
	const struct sign_in_settings *settings = &flow->settings;
	unsigned methods = second_methods(flow);
	unsigned kinds;

	*ret_is_second_due = *ret_is_enroll_due = false;
	if (settings->mfa == MFA_OFF || flow->data.level == 2)
		return OK;
	/* A guest has nothing to protect yet, and no name to come back by. */
	if (flow->data.auth_strength != NULL && strcmp(flow->data.auth_strength, "anonymous") == 0)
		return OK;
	TRY(factor_kinds(tx, flow->row.project_id, flow->row.user_id, &kinds));
	kinds &= methods | FACTOR_BACKUP_CODE;
	*ret_is_second_due = (kinds & methods) != 0;
	if (!*ret_is_second_due && settings->mfa == MFA_REQUIRED) {
		TRY(find_enrollable(tx, flow, &kinds));
		*ret_is_enroll_due = kinds != 0;
	}
	flow->data.factors = kinds;
	return OK;
}

/* In the order in which people meet it. */
static enum err
find_due(const struct request *rq, struct tx *tx, struct flow *flow, enum flow_event *ret_event)
{
	bool is_second_due, is_enroll_due, is_plan_due;

	TRY(find_factor_due(tx, flow, &is_second_due, &is_enroll_due));
	*ret_event = FLOW_NOTHING_DUE;
	if (is_second_due)
		*ret_event = FLOW_SECOND_DUE;
	else if (is_address_due(flow))
		*ret_event = FLOW_ADDRESS_DUE;
	else if (flow->data.password_due != NONE)
		*ret_event = FLOW_PASSWORD_DUE;
	else if (is_enroll_due)
		*ret_event = FLOW_ENROLL_DUE;
	if (*ret_event != FLOW_NOTHING_DUE)
		return OK;
	TRY(flow_is_plan_due(rq, tx, flow, &is_plan_due));
	*ret_event = is_plan_due ? FLOW_PLAN_DUE : FLOW_NOTHING_DUE;
	return OK;
}

enum err
flow_pass(const struct request *rq, struct tx *tx, struct flow *flow)
{
	enum flow_event event;

	TRY(find_due(rq, tx, flow, &event));
	/* An account at a provider is linked once the person is proven in whole, not by the provider's word alone. */
	if (event != FLOW_SECOND_DUE)
		TRY(flow_attach_identity(tx, flow));
	/* What was sent to prove one thing doesn't prove the next. */
	if (event == FLOW_SECOND_DUE || event == FLOW_ENROLL_DUE)
		flow_forget_code(flow);
	if (event == FLOW_ADDRESS_DUE)
		TRY(flow_send_proof(rq, tx, flow));
	TRY(flow_advance(tx, flow, event));
	return flow_read_offer(tx, flow);
}
