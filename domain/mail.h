/*
 * The outbox: a message is written with its cause and sent by a job worker (users.md rule 40).
 */
#ifndef GATEHOUSE_DOMAIN_MAIL_H
#define GATEHOUSE_DOMAIN_MAIL_H

#include "sql/tx.h"

/* Built-in mails; the texts are in domain/mail_texts.c. */
enum mail_template {
	MAIL_VERIFICATION,     /* url, code */
	MAIL_PASSWORD_RESET,   /* url */
	MAIL_INVITATION,       /* organization_name, inviter_name, url */
	MAIL_ACCOUNT_EXISTS,   /* url */
	MAIL_PASSWORD_CHANGED, /* time */
};

struct mail {
	enum mail_template template;
	const char *project_id; /* the console for the platform's own */
	const char *user_id;    /* NULL: nobody of ours yet */
	const char *recipient;
	const char *user_name; /* NULL or "" when unknown */
	const char *url;       /* what the template needs; else NULL */
	const char *code;
	const char *organization_name;
	const char *inviter_name;
	struct bytes cause; /* the same cause is never mailed twice; data NULL: no such promise */
	int64_t expires_at; /* never sent after; NONE */
	bool is_pretence; /* nobody has this address: do all the work, write nothing (users.md rule
			     6) */
};

/*
 * Writes the message, sealed by letter_seal() (domain/letter.h). ERR_RATE_LIMITED when the
 * recipient has had enough (one in 60 s, 6 an hour, 20 a day over all templates, users.md rule 14):
 * callers that must not tell ignore it.
 */
enum err mail_queue(struct tx *, const struct mail *) MUST_CHECK;

#endif
