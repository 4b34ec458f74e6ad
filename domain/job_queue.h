/*
 * Calls to the outside on the way: what a handler asks for in its transaction, a job worker does afterwards, and what it found out.
 */
#ifndef GATEHOUSE_DOMAIN_JOB_QUEUE_H
#define GATEHOUSE_DOMAIN_JOB_QUEUE_H

#include "lib/json.h"
#include "sql/tx.h"

/* Kinds of jobs, as jobs.kind has them. */
#define JOB_SOCIAL_EXCHANGE "social_exchange"
#define JOB_PROVIDER_CHECK  "provider_check"
#define JOB_BOT_CHECK	    "bot_check"
#define JOB_BACKCHANNEL_LOGOUT "backchannel_logout"
#define JOB_CLIENT_DOCUMENT "client_document"
#define JOB_CLIENT_LOGO "client_logo"
#define JOB_CONNECTOR_TEST "connector_test"
#define JOB_PAYMENT_CHECKOUT "payment_checkout"
#define JOB_PAYMENT_CHECK "payment_check"
#define JOB_SUBSCRIPTION_END "subscription_end"
/* Its member `when`. */
#define SUBSCRIPTION_END_NOW "now"
#define SUBSCRIPTION_END_WITH_PERIOD "period"

/* payload: JSON text, sealed. The job is done once the transaction is committed. */
enum err job_queue(struct tx *, const char *project_id, const char *kind, const char *payload,
		   const char **ret_job_id) MUST_CHECK;

/* The same, unless one of this kind and digest waits or runs already. */
enum err job_queue_once(struct tx *, const char *project_id, const char *kind, struct bytes digest, const char *payload) MUST_CHECK;

/* What a job found out, as JSON text, kept until expires_at. */
enum err job_answer(struct tx *, const char *project_id, const char *job_id, const char *answer,
		    int64_t expires_at) MUST_CHECK;
/* ERR_NO_ROW while there is none. */
enum err job_answer_read(struct tx *, const char *project_id, const char *job_id, struct json *ret_answer) MUST_CHECK;
enum err job_answer_drop(struct tx *, const char *project_id, const char *job_id) MUST_CHECK;

#endif
