/*
 * The one text message there is: a code.
 */
#include "domain/sms.h"

#include "domain/outbox.h"
#include "sql/gen/queries.h"

#define TEMPLATE_PHONE_CODE "phone-otp"

static const char *const via_names[] = {
	[SMS_VIA_DEFAULT] = "",
	[SMS_VIA_SMS] = "sms",
	[SMS_VIA_WHATSAPP] = "whatsapp",
	[SMS_VIA_VOICE] = "voice",
};

enum err
sms_queue(struct tx *tx, const struct sms *sms)
{
	struct q_user_project_row project;

	TRY(q_user_project(tx->db, &(struct q_user_project){ .project_id = sms->project_id }, &project));
	const struct letter letter = {
		/* A text has no subject: the place says how it travels. */
		.subject = via_names[sms->via],
		.text = arena_printf(tx->arena, "%s is your code for %s.", sms->code, project.name),
		.expires_at = sms->expires_at,
	};
	return outbox_put(tx,
			  &(struct outbox_message){
			      .channel = CHANNEL_SMS,
			      .template = TEMPLATE_PHONE_CODE,
			      .project_id = sms->project_id,
			      .user_id = sms->user_id,
			      .recipient = sms->recipient,
			      .letter = &letter,
			      .cause = sms->cause,
			      .daily_limit = sms->daily_limit,
			      .is_pretence = sms->is_pretence,
			  },
			  NULL);
}
