/*
 * The outbox's one writer: rows of messages, in the transaction of their cause.
 */
#include "domain/outbox.h"

#include <string.h>

#include "lib/encode.h"
#include "lib/text.h"
#include "sql/gen/queries.h"
#include "sql/gen/schema_keys.h"

/* users.md rule 14 */
#define MINUTE_MAX 1
#define HOUR_MAX   6
#define DAY_MAX    20

/* One mailbox is one recipient however its address is spelled. */
static struct bytes
recipient_digest(struct tx *tx, const char *recipient)
{
	const char *key = recipient;

	if (!email_key(tx->arena, recipient, &key))
		key = recipient;
	return sha256_bytes(tx->arena, key, strlen(key));
}

/* Written first, so that of two messages at once the second counts the first. */
static enum err
guard(struct tx *tx, const char *project_id, struct bytes digest)
{
	return q_sign_in_throttle_guard_recipient(tx->db,
						  &(struct q_sign_in_throttle_guard_recipient){
						      .project_id = project_id,
						      .subject_digest = digest,
						  },
						  NULL);
}

static enum err
count_recipient(struct tx *tx, const char *project_id, struct bytes digest, bool *ret_is_full)
{
	struct q_message_recent_row recent;

	TRY(guard(tx, project_id, digest));
	TRY(q_message_recent(tx->db,
			     &(struct q_message_recent){
				 .minute_ago = tx->now_ms - MINUTE_MS,
				 .hour_ago = tx->now_ms - HOUR_MS,
				 .project_id = project_id,
				 .recipient_digest = digest,
				 .day_ago = tx->now_ms - DAY_MS,
			     },
			     &recent));
	*ret_is_full = recent.in_minute >= MINUTE_MAX || recent.in_hour >= HOUR_MAX ||
		       recent.in_day >= DAY_MAX;
	return OK;
}

static enum err
count_today(struct tx *tx, const struct outbox_message *message, bool *ret_is_full)
{
	struct q_message_count_template_row today;
	const char *subject = arena_printf(tx->arena, "template:%s", message->template);

	TRY(guard(tx, message->project_id, sha256_bytes(tx->arena, subject, strlen(subject))));
	TRY(q_message_count_template(tx->db,
				     &(struct q_message_count_template){
					 .project_id = message->project_id,
					 .template = message->template,
					 .since = tx->now_ms - DAY_MS,
				     },
				     &today));
	*ret_is_full = today.total >= message->daily_limit;
	return OK;
}

static enum err
insert_message(struct tx *tx, const struct outbox_message *message, struct bytes digest,
	       const char *id, bool is_real)
{
	struct bytes sealed;

	TRY(letter_seal(tx, message->project_id, id, message->letter, &sealed));
	enum err e = q_message_insert(
	    tx->db,
	    &(struct q_message_insert){
		.id = id,
		.channel = message->channel,
		.template = message->template,
		.user_id = message->user_id,
		.recipient = message->recipient,
		.recipient_digest = digest,
		.payload_sealed = sealed,
		.cause_digest = message->cause.data != NULL
				    ? sha256_bytes(tx->arena, message->cause.data, message->cause.len)
				    : (struct bytes){ .data = NULL },
		.project_id = message->project_id,
		.is_real = is_real,
	    },
	    NULL);
	/* The same cause again: that message is under way. */
	return db_on_duplicate(tx->db, e, DUP_MESSAGES_UQ_CAUSE_DIGEST, OK);
}

enum err
outbox_check_retry(struct tx *tx, const char *project_id, const char *recipient)
{
	bool is_full = false;

	TRY(count_recipient(tx, project_id, recipient_digest(tx, recipient), &is_full));
	return is_full ? ERR_RATE_LIMITED : OK;
}

enum err
outbox_put(struct tx *tx, const struct outbox_message *message, const char **ret_id)
{
	struct bytes digest = recipient_digest(tx, message->recipient);
	bool recipient_is_full = false;
	bool day_is_full = false;
	const char *id;

	TRY(tx_make_id(tx, ID_MESSAGE, &id));
	TRY(count_recipient(tx, message->project_id, digest, &recipient_is_full));
	if (message->daily_limit != 0)
		TRY(count_today(tx, message, &day_is_full));
	bool is_full = recipient_is_full || day_is_full;
	/* Sent or not, the statements are the same. */
	TRY(insert_message(tx, message, digest, id, !is_full && !message->is_pretence));
	if (is_full)
		return ERR_RATE_LIMITED;
	if (ret_id != NULL)
		*ret_id = id;
	return OK;
}
