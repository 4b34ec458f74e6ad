/*
 * Codes to phones: to the number that was typed (first factor), to the factor's own (second factor), or to a new number that becomes
 * a factor (enroll_factor); users.md rules 14, 15, 20 and 28.
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "domain/sms.h"
#include "domain/throttle.h"
#include "handlers/users/factors.h"
#include "lib/codes.h"
#include "lib/identifiers.h"

/* ---- sending ---- */

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

/* ERR_RATE_LIMITED when the number or the project has had enough. */
static enum err
text_code(const struct request *rq, struct tx *tx, struct flow *flow, const char *number, enum phone_channel channel)
{
	struct sms sms = {
		.project_id = flow->row.project_id,
		.user_id = flow->row.user_id,
		.recipient = number,
		.locale = flow->data.locale,
		.via = via_of(channel),
		.expires_at = rq->now_ms + flow->settings.link_minutes * MINUTE_MS,
		.daily_limit = flow->settings.phone.daily_limit,
	};

	TRY(code_make(rq->arena, &sms.code));
	TRY(sms_queue(tx, &sms));
	flow->data.sent_to = number;
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
send_to(const struct request *rq, struct tx *tx, struct flow *flow, const char *number)
{
	const struct flow_send_code_input *in = rq->input;
	enum phone_channel channel;
	int64_t wait_ms = 0;

	if (!choose_channel(flow, in->channel, &channel))
		return fail_field(rq, "channel", "off", "Codes don't go that way here.");
	enum err e = throttle_phone_wait(tx, flow->row.project_id, number, &wait_ms);
	if (e == OK && wait_ms > 0)
		return too_many(rq, wait_ms);
	if (e == OK)
		e = text_code(rq, tx, flow, number, channel);
	/* Who has the number makes no difference to this, so it may be told. */
	if (e == ERR_RATE_LIMITED)
		return too_many(rq, FLOW_RESEND_MS);
	if (e == OK)
		e = flow_advance(tx, flow, FLOW_CODE_SENT);
	return flow_end(rq, tx, flow, e);
}

/* A number to set up: typed now, or the one before once more. */
static enum verdict
send_to_new(const struct request *rq, struct tx *tx, struct flow *flow)
{
	const struct flow_send_code_input *in = rq->input;
	const char *number = flow->data.sent_to;

	if (in->phone == NULL && number == NULL)
		return fail_field(rq, "phone", "required", "Name the number to set up.");
	if (in->phone != NULL && !phone_key(rq->arena, in->phone, &number))
		return fail_field(rq, "phone", "phone", "Write the number with its country: +49 170 1234567.");
	if (!phone_is_of(number, flow->settings.phone.calling_codes))
		return fail_err(rq, ERR_PHONE_NOT_SUPPORTED);
	return send_to(rq, tx, flow, number);
}

enum verdict
flow_send_to_phone(const struct request *rq, struct tx *tx, struct flow *flow)
{
	const struct flow_send_code_input *in = rq->input;
	struct factor_owner owner = flow_owner(flow);
	const char *number = flow->data.phone;

	if (in->email != NULL)
		return fail_field(rq, "email", "not_here", "Codes go to a phone here.");
	if (flow->state == FLOW_ENROLL_FACTOR)
		return send_to_new(rq, tx, flow);
	if (in->phone != NULL)
		return fail_field(rq, "phone", "not_here", "The number is known already.");
	if (flow->state == FLOW_SECOND_FACTOR) {
		enum err e = phone_factor_number(tx, &owner, &number);
		if (e != OK)
			return fail_err(rq, e == ERR_NO_ROW ? ERR_METHOD_DISABLED : e);
	}
	return send_to(rq, tx, flow, number);
}

/* ---- answering ---- */

bool
flow_is_at_factor(const struct flow *flow)
{
	return flow->state == FLOW_SECOND_FACTOR || flow->state == FLOW_ENROLL_FACTOR;
}

const char *
flow_phone(const struct flow *flow)
{
	if (flow_is_at_factor(flow))
		return flow->data.sent_to;
	return flow->state == FLOW_FIRST_FACTOR ? flow->data.phone : NULL;
}

/* Whose only second factor is a phone gets codes for the day it is lost. */
static enum err
set_up(struct tx *tx, struct flow *flow, const struct factor_owner *owner)
{
	TRY(phone_factor_set(tx, owner, flow->data.sent_to));
	return backup_codes_make(tx, owner, &flow->shown.backup_codes);
}

/* The code has done its work and answers nothing more. */
static enum err
take_factor(const struct request *rq, struct tx *tx, struct flow *flow)
{
	struct factor_owner owner = flow_owner(flow);

	tx->actor = (struct actor){ .kind = "user", .id = owner.user_id, .label = owner.email };
	TRY(throttle_phone_clear(tx, flow->row.project_id, flow->data.sent_to));
	if (flow->state == FLOW_ENROLL_FACTOR)
		TRY(set_up(tx, flow, &owner));
	else
		TRY(phone_factor_used(tx, &owner));
	flow_forget_code(flow);
	flow_note_second(rq, flow, "phone_otp", "sms");
	return OK;
}

enum verdict
flow_judge_factor_code(const struct request *rq, struct tx *tx, struct flow *flow, bool is_right)
{
	enum err e = is_right ? take_factor(rq, tx, flow) : ERR_INVALID_CODE;

	return flow_judge_try(rq, tx, flow, e, "phone", "wrong code");
}
