/*
 * Text messages to phones: written with their cause, sent by a job worker through the project's provider (sms_settings).
 */
#ifndef GATEHOUSE_DOMAIN_SMS_H
#define GATEHOUSE_DOMAIN_SMS_H

#include "sql/tx.h"

/* How the provider brings it; providers that can't say so in their answer. */
enum sms_via { SMS_VIA_DEFAULT, SMS_VIA_SMS, SMS_VIA_WHATSAPP, SMS_VIA_VOICE };

struct sms {
	const char *project_id;
	const char *user_id;   /* NULL: nobody of ours yet */
	const char *recipient; /* E.164: "+491701234567" */
	const char *code;      /* six digits */
	const char *locale;    /* of the page that asks, BCP 47; NULL: the user's, the project's, en */
	enum sms_via via;
	struct bytes cause;    /* the same cause is never sent twice; data NULL: no such promise */
	int64_t expires_at;    /* never sent after; NONE */
	int64_t daily_limit;   /* of the project (sign_in_settings phone.daily_limit); 0: none */
	bool is_pretence;      /* nobody has this number: do all the work, write nothing (rule 6) */
};

/*
 * Writes the message with a code. ERR_RATE_LIMITED when the recipient has had enough (users.md rule 14) or the project has sent
 * daily_limit in 24 hours (rule 28): callers that must not tell ignore it.
 */
enum err sms_queue(struct tx *, const struct sms *) MUST_CHECK;
/* Has the project a provider that texts go through? */
enum err sms_has_provider(struct tx *, const char *project_id, bool *ret) MUST_CHECK;
/* The same of settings that were read already; settings_body: NULL when there are none. */
bool sms_names_provider(struct arena *, const char *settings_body) MUST_CHECK;
/* A text that says that texts arrive. */
enum err sms_queue_test(struct tx *, const char *project_id, const char *recipient, const char **ret_message_id) MUST_CHECK;

#endif
