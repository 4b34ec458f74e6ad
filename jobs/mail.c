/*
 * Sends what the outbox holds (users.md rule 40): claim, commit, send, write down how it went.
 *
 * A worker that dies between the server's last answer and the note leaves a lease that runs out; then the mail
 * goes again, with the same Message-ID, so that the receiving side can drop it. No two workers hold one message
 * at once: the lease outlasts the longest a transfer can take.
 */
#include "jobs/jobs.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "domain/letter.h"
#include "domain/outbox.h"
#include "lib/mime.h"
#include "sys/smtp.h"
#include "lib/text.h"
#include "sql/gen/queries.h"
#include "sys/log.h"
#include "sys/system.h"

#define LEASE_MS (SMTP_TOTAL_MS + MINUTE_MS)
#define CLAIM_ROUND 10

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
};

/* ---- how it went, each in a transaction of its own ---- */

static enum err
note_sent(void *context)
{
	const struct holding *held = context;
	uint64_t matched;

	return q_message_job_sent(held->worker->db, &(struct q_message_job_sent){
		.project_id = held->project_id, .id = held->id, .worker = held->worker->name }, &matched);
}

static enum err
note_later(void *context)
{
	const struct holding *held = context;
	uint64_t matched;

	return q_message_job_later(held->worker->db, &(struct q_message_job_later){
		.next_attempt_at = held->next_attempt_at, .last_error = held->reason,
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
		.status = held->end_status, .last_error = held->reason,
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

/* ---- the ways out ---- */

/* Transport file, for development and tests: one file a message, there whole or not at all. */
static enum sending
write_file(struct job_worker *worker, const char *id, struct bytes data, const char **ret_reason)
{
	const char *folder = worker->config->mail.directory;
	const char *path = arena_printf(worker->arena, "%s/%s.eml", folder, id);

	if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
		*ret_reason = "mail.directory can't be made";
		return SENDING_LATER;
	}
	if (!file_write(path, data.data, data.len, 0600)) {
		*ret_reason = "mail.directory can't be written to";
		return SENDING_LATER;
	}
	return SENDING_DONE;
}

static const char *
message_id(struct job_worker *worker, const char *id)
{
	const char *host = worker->config->public_url + strlen("https://");

	return arena_printf(worker->arena, "%s@%.*s", id, (int)strcspn(host, ":/"), host);
}

static enum sending
send_letter(struct holding *held, const struct letter *letter, const char **ret_reason)
{
	struct job_worker *worker = held->worker;
	const char *to;

	if (!mime_envelope_address(worker->arena, held->row.recipient, &to)) {
		*ret_reason = "the address isn't one that mail can go to";
		return SENDING_REFUSED;
	}
	/* The date is the message's own, so that every try sends the same octets. */
	struct bytes data = mime_write(worker->arena, &(struct mime_mail){
		.from_name = worker->config->mail.from_name,
		.from_address = worker->config->mail.from_address,
		.to_address = to,
		.subject = letter->subject,
		.text = letter->text,
		.html = letter->html,
		.message_id = message_id(worker, held->id),
		.date_ms = held->row.created_at,
	});
	if (strcmp(worker->config->mail.transport, "file") == 0)
		return write_file(worker, held->id, data, ret_reason);
	return smtp_send(
		worker->arena, worker->config,
		&(struct smtp_mail){ .from = worker->config->mail.from_address, .to = to, .data = data },
		worker->heartbeat, ret_reason);
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
	return q_message_job_get(held->worker->db, &(struct q_message_job_get){
		.project_id = held->project_id, .id = held->id, .worker = held->worker->name }, &held->row);
}

static enum err
deliver(struct holding *held)
{
	struct letter letter;
	const char *reason = NULL;

	if (strcmp(held->row.project_status, "active") != 0)
		return end_it(held, "canceled", "the project is deleted");
	/* The worker that took it for the last time died before it could say how that went. */
	if (held->row.attempts > TRIES_MAX)
		return end_it(held, "failed", "the last try was cut short");
	struct tx tx = job_tx(held->worker);
	if (letter_open(&tx, held->project_id, held->id, held->row.payload_sealed, &letter) != OK)
		return end_it(held, "failed", "the stored text can't be opened");
	if (letter.expires_at != NONE && letter.expires_at <= held->worker->now_ms)
		return end_it(held, "failed", "what it says has expired");

	if (strcmp(held->row.channel, CHANNEL_SMS) == 0)
		return end_it(held, "failed", "no provider for text messages is set up");

	enum sending sending = send_letter(held, &letter, &reason);
	job_look_at_clock(held->worker);
	switch (sending) {
	case SENDING_DONE:
		return note_sent_surely(held);
	case SENDING_REFUSED:
		return end_it(held, "failed", reason);
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
