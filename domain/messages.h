/*
 * The outbox as people see it: a row of the log, never a body or a token.
 */
#ifndef GATEHOUSE_DOMAIN_MESSAGES_H
#define GATEHOUSE_DOMAIN_MESSAGES_H

#include "sql/tx.h"

struct message_row;

/* struct message_row of queries.h. */
extern const struct field message_fields[];
extern const char *const message_statuses[];

/* ERR_NO_ROW */
enum err message_get(struct tx *, const char *project_id, const char *id, struct message_row *ret) MUST_CHECK;

/* Of a message that somebody had written just now: records message.requested, and gives its row. */
enum err message_requested(struct tx *, const char *org_id, const char *project_id, const char *id, struct message_row *ret) MUST_CHECK;

enum message_retry { MESSAGE_RETRIED, MESSAGE_SENT_ALREADY, MESSAGE_EXPIRED };

/*
 * Lets a message that failed, was canceled or waits be tried at once, with the full number of tries; records message.retried. ERR_NO_ROW,
 * ERR_RATE_LIMITED: the recipient has had enough for now (users.md rule 14).
 */
enum err message_retry(struct tx *, const char *org_id, const char *project_id, const char *id, enum message_retry *ret) MUST_CHECK;

#endif
