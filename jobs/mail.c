/*
 * Sends what the outbox holds, mails and texts (users.md rule 40): claim, commit, send, write down how it went.
 *
 * A worker that dies between the server's last answer and the note leaves a lease that runs out; then the mail
 * goes again, with the same Message-ID, so that the receiving side can drop it, and its row says "repeated". No two workers hold one message
 * at once: the lease outlasts the longest a transfer can take.
 */
#include "jobs/jobs.h"

#include <string.h>

#include "domain/letter.h"
#include "domain/outbox.h"
#include "domain/quotas.h"
#include "jobs/transports.h"
#include "lib/text.h"
#include "sql/gen/queries.h"
#include "sys/log.h"
#include "sys/system.h"

#define LEASE_MS (SMTP_TOTAL_MS + MINUTE_MS)
#define CLAIM_ROUND 10
#define PROVIDER_ID_MAX 255

/* Between one try and the next; after the last there is none. */
static const int64_t waits_ms[] = { MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS };
#define TRIES_MAX ((int64_t)ARRAY_LEN(waits_ms) + 1)

/* One message in our hands. */
struct holding {
	struct job_worker *worker;
	const char *project_id, *id;
	struct q_message_job_get_row row;
	const char *end_status;		/* failed, canceled */
	const char *reason;
	int64_t next_attempt_at;
	bool is_switched_off;
	bool is_final;			/* nothing is left that could be tried again */
	bool is_unsure;			/* the other side may have taken it */
	const char *provider_message_id;
};

/* ---- how it went, each in a transaction of its own ---- */

static enum err
note_sent(void *context)
{
	const struct holding *held = context;
	struct tx tx = job_tx(held->worker);
	uint64_t matched;

	TRY(q_message_job_sent(held->worker->db, &(struct q_message_job_sent){
		.provider_message_id = held->provider_message_id[0] == '\0' ? NULL : held->provider_message_id,
		.project_id = held->project_id, .id = held->id, .worker = held->worker->name }, &matched));
	if (matched > 0 && strcmp(held->row.channel, CHANNEL_SMS) != 0)
		tx_count(&tx, &(struct stat_count){ .stat = STAT_EMAILS, .project_id = held->project_id });
	return OK;
}

static enum err
note_later(void *context)
{
	const struct holding *held = context;
	uint64_t matched;

	return q_message_job_later(held->worker->db, &(struct q_message_job_later){
		.next_attempt_at = held->next_attempt_at, .last_error = held->reason, .is_unsure = held->is_unsure,
		.project_id = held->project_id, .id = held->id, .worker = held->worker->name }, &matched);
}

/* A sent mail that isn't noted goes twice: while the lease holds, wait for a database that is away. */
static enum err
note_sent_surely(struct holding *held)
{
	int64_t until_ms = clock_monotonic_ms() + LEASE_MS - SMTP_TOTAL_MS;
	enum err e;

	for (;;) {
		e = db_transact(held->worker->db, TX_WRITE, note_sent, held);
		if (e != ERR_DB_LOST || *held->worker->stop || clock_monotonic_ms() >= until_ms)
			return e;
		job_rest(held->worker, SECOND_MS);
	}
}

/* Whoever watches the project learns of a failure, not of a mail that was called off. */
static enum err
note_ended(void *context)
{
	const struct holding *held = context;
	struct tx tx = job_tx(held->worker);
	uint64_t matched;

	TRY(q_message_job_ended(held->worker->db, &(struct q_message_job_ended){
		.is_final = held->is_final, .status = held->end_status, .last_error = held->reason, .is_unsure = held->is_unsure,
		.project_id = held->project_id, .id = held->id, .worker = held->worker->name }, &matched));
	if (matched == 0 || strcmp(held->end_status, "failed") != 0)
		return OK;
	struct buffer changes = buffer_new(held->worker->arena);
	buffer_text(&changes, "{\"status\":[\"queued\",\"failed\"],\"last_error\":[null,");
	buffer_json_string(&changes, held->reason);
	buffer_text(&changes, "]}");
	return record(&tx, &(struct record){
		.event = EV_MESSAGE_FAILED,
		.org_id = held->row.org_id,
		.project_id = held->project_id,
		.target_id = held->id,
		.target_label = held->row.template,
		.changes = buffer_string(&changes),
	});
}

static enum err
end_it(struct holding *held, const char *status, const char *reason)
{
	held->end_status = status;
	held->reason = utf8_cut(held->worker->arena, reason, 500);
	if (strcmp(status, "failed") == 0)
		log_event(LOG_WARN, "a mail couldn't be delivered", held->id);
	return db_transact(held->worker->db, TX_WRITE, note_ended, held);
}

/* Nothing is left that could be tried again. */
static enum err
end_for_good(struct holding *held, const char *status, const char *reason)
{
	held->is_final = true;
	return end_it(held, status, reason);
}

static enum err
put_off(struct holding *held, const struct letter *letter, const char *reason)
{
	if (held->row.attempts >= TRIES_MAX)
		return end_it(held, "failed", reason);
	held->next_attempt_at = held->worker->now_ms + waits_ms[held->row.attempts - 1];
	if (letter->expires_at != NONE && held->next_attempt_at >= letter->expires_at)
		return end_it(held, "failed", reason);
	held->reason = utf8_cut(held->worker->arena, reason, 500);
	log_event(LOG_INFO, "a mail will be tried again", held->id);
	return db_transact(held->worker->db, TX_WRITE, note_later, held);
}

/* ---- one message ---- */

static enum err
claim(struct holding *held, bool *ret_is_ours)
{
	uint64_t matched;

	TRY(q_message_job_claim(held->worker->db, &(struct q_message_job_claim){
		.worker = held->worker->name, .lease_until = held->worker->now_ms + LEASE_MS,
		.project_id = held->project_id, .id = held->id }, &matched));
	*ret_is_ours = matched == 1;
	if (!*ret_is_ours)
		return OK;
	TRY(q_message_job_get(held->worker->db, &(struct q_message_job_get){
		.project_id = held->project_id, .id = held->id, .worker = held->worker->name }, &held->row));
	if (held->row.is_repeated)
		log_event(LOG_WARN, "a message whose try was cut short goes again: it may arrive twice", held->id);
	return OK;
}

/* Was this mail switched off while no way of signing in needs it? */
static enum err
look_at_switch(struct holding *held, const struct provider_settings *settings, bool *ret_is_off)
{
	struct tx tx = job_tx(held->worker);
	struct sign_in_settings sign_in;

	*ret_is_off = false;
	if (!mail_is_switched_off(settings, held->row.template))
		return OK;
	TRY(sign_in_settings_read(&tx, held->project_id, &sign_in));
	*ret_is_off = !mail_is_needed(&sign_in, held->row.template);
	return OK;
}

/* Texts aren't counted. */
static enum err
look_at_quota(const struct holding *held, bool *ret_has_room)
{
	struct tx tx = job_tx(held->worker);
	const char *details;

	*ret_has_room = true;
	if (held->row.meters_full_until <= tx.now_ms || strcmp(held->row.channel, CHANNEL_SMS) == 0)
		return OK;
	enum err e = gatehouse_quota_check(&tx, held->project_id, stat_info(STAT_EMAILS)->meter, &details);
	*ret_has_room = e != ERR_QUOTA_EXCEEDED;
	return e == ERR_QUOTA_EXCEEDED ? OK : e;
}

/* By the settings of this moment: a message that waits goes by those that were put right meanwhile. */
static enum err
send(struct holding *held, const struct letter *letter, enum sending *ret, const char **ret_text)
{
	bool is_sms = strcmp(held->row.channel, CHANNEL_SMS) == 0;
	struct tx tx = job_tx(held->worker);
	struct provider_settings settings;
	const struct delivery delivery = {
		.id = held->id, .recipient = held->row.recipient, .letter = letter, .created_at = held->row.created_at,
	};

	enum err e = provider_settings_read(&tx, held->project_id, is_sms ? AREA_SMS : AREA_MAIL,
					    is_sms ? sms_provider_names : mail_provider_names, &settings);
	if (e == ERR_CRYPTO) {
		*ret_text = "the provider's credential can't be opened";
		return OK;
	}
	TRY(e);
	if (!is_sms)
		TRY(look_at_switch(held, &settings, &held->is_switched_off));
	if (held->is_switched_off)
		return OK;
	*ret = is_sms ? transport_sms(held->worker, &settings, &delivery, ret_text)
		      : transport_mail(held->worker, &settings, &delivery, ret_text);
	return OK;
}

static enum err
deliver(struct holding *held)
{
	struct letter letter;
	const char *reason = "";

	if (strcmp(held->row.project_status, "active") != 0)
		return end_for_good(held, "canceled", "the project is deleted");
	/* The worker that took it for the last time died before it could say how that went. */
	if (held->row.attempts > TRIES_MAX)
		return end_it(held, "failed", "the last try was cut short");
	struct tx tx = job_tx(held->worker);
	if (letter_open(&tx, held->project_id, held->id, held->row.payload_sealed, &letter) != OK)
		return end_for_good(held, "failed", "the stored text can't be opened");
	if (letter.expires_at != NONE && letter.expires_at <= held->worker->now_ms)
		return end_for_good(held, "failed", "what it says has expired");

	bool has_room;
	TRY(look_at_quota(held, &has_room));
	if (!has_room)
		return end_it(held, "failed", "the quota of e-mails is used up");
	enum sending sending = SENDING_LATER;
	TRY(send(held, &letter, &sending, &reason));
	if (held->is_switched_off)
		return end_it(held, "canceled", "this mail is switched off");
	job_look_at_clock(held->worker);
	switch (sending) {
	case SENDING_DONE:
		held->provider_message_id = utf8_cut(held->worker->arena, reason, PROVIDER_ID_MAX);
		return note_sent_surely(held);
	case SENDING_REFUSED:
		return end_it(held, "failed", reason);
	case SENDING_UNSURE:
		held->is_unsure = true;
		break;
	case SENDING_LATER:
		break;
	}
	return put_off(held, &letter, reason);
}

enum err
mail_job(struct job_worker *worker, bool *ret_more)
{
	struct q_message_job_due_row *due;
	size_t count;

	TRY(q_message_job_due(worker->db, &(struct q_message_job_due){ .limit = CLAIM_ROUND }, &due, &count));
	for (size_t i = 0; i < count && !*worker->stop; i++) {
		struct holding held = { .worker = worker, .project_id = due[i].project_id, .id = due[i].id };
		bool is_ours;

		worker->heartbeat();
		job_look_at_clock(worker);
		TRY(claim(&held, &is_ours));
		if (is_ours)
			TRY(deliver(&held));
	}
	*ret_more = count == CLAIM_ROUND;
	return OK;
}
