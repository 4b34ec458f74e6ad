/*
 * The ways out of the house: how one message reaches the one who carries it on.
 */
#ifndef GATEHOUSE_JOBS_TRANSPORTS_H
#define GATEHOUSE_JOBS_TRANSPORTS_H

#include "domain/letter.h"
#include "domain/provider_settings.h"
#include "jobs/jobs.h"
#include "sys/smtp.h"

struct delivery {
	const char *id; /* msg_… */
	const char *recipient;
	const struct letter *letter;
	int64_t created_at; /* the message's own, so that every try sends the same octets */
};

/*
 * *ret_text: when sent, the provider's id of the message or ""; else a sentence that says why not, without the message's content.
 */
enum sending transport_mail(struct job_worker *, const struct provider_settings *, const struct delivery *,
			    const char **ret_text);
enum sending transport_sms(struct job_worker *, const struct provider_settings *, const struct delivery *,
			   const char **ret_text);

#endif
