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
	MAIL_PASSWORD_CHANGED, /* time: now */
	MAIL_MAGIC_LINK,       /* url */
	MAIL_EMAIL_OTP,	       /* code */
	MAIL_WELCOME,	       /* url */
	MAIL_EMAIL_CHANGED,    /* new_email */
	MAIL_NEW_SIGN_IN,      /* device, ip; time: now */
	MAIL_MFA_CHANGED,      /* change: an English sentence without an end mark */
	MAIL_TEMPLATE_COUNT,
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
	const char *new_email;
	const char *device; /* "Firefox on Linux" */
	const char *ip;
	const char *change; /* "An authenticator app was added" */
	const char *locale; /* of the page that asks, BCP 47; NULL: the user's, the project's, en */
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
