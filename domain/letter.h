/*
 * What a message's payload_sealed holds, and the only way in and out: mail_queue() seals, the sender opens.
 */
#ifndef GATEHOUSE_DOMAIN_LETTER_H
#define GATEHOUSE_DOMAIN_LETTER_H

#include "sql/tx.h"

/* A mail ready to be sent, UTF-8. */
struct letter {
	const char *subject;
	const char *text;
	const char *html;	/* NULL: text alone */
	int64_t expires_at;	/* not sent after; NONE */
};

/* The sealed form opens for this message of this project alone. */
enum err letter_seal(struct tx *, const char *project_id, const char *message_id, const struct letter *,
		     struct bytes *ret_sealed) MUST_CHECK;
/* ERR_CRYPTO when it doesn't open or isn't a letter. Plain text is the arena's, wiped with it. */
enum err letter_open(struct tx *, const char *project_id, const char *message_id, struct bytes sealed,
		     struct letter *ret) MUST_CHECK;

#endif
