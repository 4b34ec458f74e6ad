/*
 * The actions send_code and send_link: what is mailed or texted to be answered (users.md rules 14, 15
 * and 28).
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "domain/sms.h"
#include "domain/throttle.h"
#include "lib/codes.h"
#include "lib/text.h"

/* ---- to a phone ---- */

static enum sms_via
via_of(enum phone_channel channel)
{
	static const enum sms_via vias[PHONE_CHANNEL_COUNT] = {
		[PHONE_SMS] = SMS_VIA_SMS,
		[PHONE_WHATSAPP] = SMS_VIA_WHATSAPP,
		[PHONE_VOICE] = SMS_VIA_VOICE,
	};

	return vias[channel];
}

enum err
flow_text_code(const struct request *rq, struct tx *tx, struct flow *flow, enum phone_channel channel)
{
	struct sms sms = {
		.project_id = flow->row.project_id,
		.user_id = flow->row.user_id,
		.recipient = flow->data.phone,
		.locale = flow->data.locale,
		.via = via_of(channel),
		.expires_at = rq->now_ms + flow->settings.link_minutes * MINUTE_MS,
		.daily_limit = flow->settings.phone.daily_limit,
	};

	TRY(code_make(rq->arena, &sms.code));
	TRY(sms_queue(tx, &sms));
	flow->data.sent_to = flow->data.phone;
	flow->data.resend_at = tx->now_ms + FLOW_RESEND_MS;
	return flow_note_code(rq, flow, sms.code);
}

/* The named channel, else the first that is on. False: it isn't on here. */
static bool
choose_channel(const struct flow *flow, const char *named, enum phone_channel *ret)
{
	for (enum phone_channel channel = 0; channel < PHONE_CHANNEL_COUNT; channel++) {
		if ((flow->settings.phone.channels & (1u << channel)) == 0 ||
		    (named != NULL && strcmp(named, phone_channel_names[channel]) != 0))
			continue;
		*ret = channel;
		return true;
	}
	return false;
}

static enum verdict
too_many(const struct request *rq, int64_t wait_ms)
{
	reply_retry_after(rq, wait_ms);
	return fail(rq, ERR_TOO_MANY_ATTEMPTS, "Too many codes were asked for. Wait before the next one.");
}

static enum verdict
send_to_phone(const struct request *rq, struct tx *tx, struct flow *flow, const char *named)
{
	enum phone_channel channel;
	int64_t wait_ms = 0;

	if (!choose_channel(flow, named, &channel))
		return fail_field(rq, "channel", "off", "Codes don't go that way here.");
	enum err e = throttle_phone_wait(tx, flow->row.project_id, flow->data.phone, &wait_ms);
	if (e == OK && wait_ms > 0)
		return too_many(rq, wait_ms);
	if (e == OK)
		e = flow_text_code(rq, tx, flow, channel);
	/* Who has the number makes no difference to this, so it may be told. */
	if (e == ERR_RATE_LIMITED)
		return too_many(rq, FLOW_RESEND_MS);
	if (e == OK)
		e = flow_advance(tx, flow, FLOW_CODE_SENT);
	return flow_end(rq, tx, flow, e);
}

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
	if (flow.state == FLOW_FIRST_FACTOR && flow.data.phone != NULL)
		return send_to_phone(rq, tx, &flow, in->channel);
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
