/*
 * Writing a message, mail or text, with its cause: sealed, and counted per recipient over all templates and channels
 * (users.md rules 14 and 40).
 */
#ifndef GATEHOUSE_DOMAIN_OUTBOX_H
#define GATEHOUSE_DOMAIN_OUTBOX_H

#include "domain/letter.h"
#include "sql/tx.h"

#define CHANNEL_MAIL "mail"
#define CHANNEL_SMS  "sms"

struct outbox_message {
	const char *channel;
	const char *template;
	const char *project_id;
	const char *user_id; /* NULL: nobody of ours yet */
	const char *recipient;
	const struct letter *letter;
	struct bytes cause;  /* the same cause is never sent twice; data NULL: no such promise */
	int64_t daily_limit; /* of this template in the project; 0: none */
	bool is_pretence;    /* do all the work, write nothing (users.md rule 6) */
};

/*
 * ERR_RATE_LIMITED when the recipient has had enough (one in 60 s, 6 an hour, 20 a day), or the project for today: nothing is written
 * then. ret_id may be NULL.
 */
enum err outbox_put(struct tx *, const struct outbox_message *, const char **ret_id) MUST_CHECK;
/* May another try of a message go to them? ERR_RATE_LIMITED as above. */
enum err outbox_check_retry(struct tx *, const char *project_id, const char *recipient) MUST_CHECK;

#endif
