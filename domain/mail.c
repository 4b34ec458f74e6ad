/*
 * Writing to the outbox: sealed, counted per recipient, in the transaction of its cause.
 */
#include "domain/mail.h"

#include <string.h>

#include "domain/mail_texts.h"
#include "lib/encode.h"
#include "lib/text.h"
#include "sql/gen/queries.h"
#include "sql/gen/schema_keys.h"

/* users.md rule 14 */
#define MINUTE_MAX 1
#define HOUR_MAX   6
#define DAY_MAX    20

/* What the platform's own mails call it. */
#define CONSOLE_APP_NAME "Gatehouse"

/* One mailbox is one recipient however its address is spelled. */
static struct bytes
recipient_digest(struct tx *tx, const char *recipient)
{
	const char *key = recipient;

	if (!email_key(tx->arena, recipient, &key))
		key = recipient;
	return sha256_bytes(tx->arena, key, strlen(key));
}

/*
 * The guard row is written first, so that of two mails to one person at once the second counts the
 * first.
 */
static enum err
count_recipient(struct tx *tx, const char *project_id, struct bytes digest, bool *ret_is_full)
{
	struct q_message_recent_row recent;

	TRY(q_sign_in_throttle_guard_recipient(tx->db,
					       &(struct q_sign_in_throttle_guard_recipient){
						   .project_id = project_id,
						   .subject_digest = digest,
					       },
					       NULL));
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
app_name_of(struct tx *tx, const char *project_id, const char **ret_name)
{
	struct q_user_project_row project;

	TRY(q_user_project(tx->db, &(struct q_user_project){ .project_id = project_id }, &project));
	*ret_name = strcmp(project_id, tx->console_id) == 0 ? CONSOLE_APP_NAME : project.name;
	return OK;
}

static enum err
insert_message(struct tx *tx, const struct mail *mail, struct bytes digest, const char *id,
	       struct bytes sealed, bool is_real)
{
	enum err e = q_message_insert(
	    tx->db,
	    &(struct q_message_insert){
		.id = id,
		.template = mail_template_slug(mail->template),
		.user_id = mail->user_id,
		.recipient = mail->recipient,
		.recipient_digest = digest,
		.payload_sealed = sealed,
		.cause_digest = mail->cause.data != NULL
				    ? sha256_bytes(tx->arena, mail->cause.data, mail->cause.len)
				    : (struct bytes){ .data = NULL },
		.project_id = mail->project_id,
		.is_real = is_real,
	    },
	    NULL);
	/* The same cause again: that mail is under way. */
	return db_on_duplicate(tx->db, e, DUP_MESSAGES_UQ_CAUSE_DIGEST, OK);
}

enum err
mail_queue(struct tx *tx, const struct mail *mail)
{
	struct bytes digest = recipient_digest(tx, mail->recipient);
	struct bytes sealed;
	const char *app_name;
	const char *id;
	bool is_full = false;

	TRY(app_name_of(tx, mail->project_id, &app_name));
	struct letter letter = mail_compose(tx->arena, mail, app_name, tx->now_ms);
	TRY(tx_make_id(tx, ID_MESSAGE, &id));
	TRY(letter_seal(tx, mail->project_id, id, &letter, &sealed));
	TRY(count_recipient(tx, mail->project_id, digest, &is_full));
	/* Sent or not, the statements are the same. */
	TRY(insert_message(tx, mail, digest, id, sealed, !is_full && !mail->is_pretence));
	return is_full ? ERR_RATE_LIMITED : OK;
}
