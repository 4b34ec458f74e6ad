/*
 * Reading messages, and trying them again.
 */
#include "domain/messages.h"

#include <string.h>

#include "domain/letter.h"
#include "domain/outbox.h"
#include "sql/gen/queries.h"

const char *const message_statuses[] = { "queued", "sent", "failed", "canceled", NULL };
static const char *const channels[] = { "mail", "sms", NULL };

const struct field message_fields[] = {
	OUT_ID(struct message_row, id, ID_MESSAGE),
	OUT_ENUM(struct message_row, channel, channels),
	OUT_STRING(struct message_row, template),
	OUT_STRING(struct message_row, recipient),
	OUT_ID(struct message_row, user_id, ID_USER, .flags = FIELD_NULLABLE),
	OUT_ENUM(struct message_row, status, message_statuses),
	OUT_INT(struct message_row, attempts),
	OUT_STRING(struct message_row, last_error, .flags = FIELD_NULLABLE, .description = "What the provider said"),
	OUT_BOOL(struct message_row, repeated, .description = "A try was cut short: it may have arrived more than once"),
	OUT_STRING(struct message_row, provider_message_id, .flags = FIELD_NULLABLE),
	OUT_TIME(struct message_row, next_attempt_at, .flags = FIELD_NULLABLE | FIELD_NO_DIFF),
	OUT_TIME(struct message_row, created_at, .flags = FIELD_NO_DIFF),
	OUT_TIME(struct message_row, sent_at, .flags = FIELD_NULLABLE | FIELD_NO_DIFF),
	FIELDS_END,
};

enum err
message_get(struct tx *tx, const char *project_id, const char *id, struct message_row *ret)
{
	return q_message_get(tx->db, &(struct q_message_get){ .project_id = project_id, .id = id }, ret);
}

static enum err
record_message(struct tx *tx, enum event event, const char *org_id, const char *project_id, const struct message_row *before,
	       const struct message_row *after)
{
	return record(tx, &(struct record){
			      .event = event,
			      .org_id = org_id,
			      .project_id = project_id,
			      .target_id = after->id,
			      .target_label = after->template,
			      .fields = message_fields,
			      .before = before,
			      .after = after,
		      });
}

enum err
message_requested(struct tx *tx, const char *org_id, const char *project_id, const char *id, struct message_row *ret)
{
	TRY(message_get(tx, project_id, id, ret));
	return record_message(tx, EV_MESSAGE_REQUESTED, org_id, project_id, NULL, ret);
}

/* What it says must still open something when it arrives. */
static enum err
judge(struct tx *tx, const char *project_id, const char *id, enum message_retry *ret)
{
	struct q_message_payload_row row;
	struct letter letter;

	TRY(q_message_payload(tx->db, &(struct q_message_payload){ .project_id = project_id, .id = id }, &row));
	if (strcmp(row.status, "sent") == 0) {
		*ret = MESSAGE_SENT_ALREADY;
		return OK;
	}
	if (row.payload_sealed.data == NULL) {
		*ret = MESSAGE_EXPIRED;
		return OK;
	}
	TRY(letter_open(tx, project_id, id, row.payload_sealed, &letter));
	*ret = letter.expires_at != NONE && letter.expires_at <= tx->now_ms ? MESSAGE_EXPIRED : MESSAGE_RETRIED;
	return OK;
}

enum err
message_retry(struct tx *tx, const char *org_id, const char *project_id, const char *id, enum message_retry *ret)
{
	struct message_row before, after;
	enum message_retry answer;
	uint64_t matched = 0;

	TRY(message_get(tx, project_id, id, &before));
	TRY(judge(tx, project_id, id, &answer));
	if (answer == MESSAGE_RETRIED)
		TRY(outbox_check_retry(tx, project_id, before.recipient));
	if (answer == MESSAGE_RETRIED)
		TRY(q_message_retry(tx->db, &(struct q_message_retry){ .project_id = project_id, .id = id }, &matched));
	if (matched > 0) {
		TRY(message_get(tx, project_id, id, &after));
		TRY(record_message(tx, EV_MESSAGE_RETRIED, org_id, project_id, &before, &after));
	} else if (answer == MESSAGE_RETRIED) {
		/* Sent since we looked; a worker that holds it right now is trying already. */
		TRY(judge(tx, project_id, id, &answer));
	}
	*ret = answer;
	return OK;
}
