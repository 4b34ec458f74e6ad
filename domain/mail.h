/*
 * Mails: words from a template, written with their cause, sent by a job worker (users.md rules 39 and 40).
 */
#ifndef GATEHOUSE_DOMAIN_MAIL_H
#define GATEHOUSE_DOMAIN_MAIL_H

#include "lib/mail_render.h"
#include "sql/tx.h"

/* The mails the platform sends by itself; their words are in lib/mail_builtins.c. */
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
	MAIL_TEST,	       /* time: now */
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
	const char *change; /* "an authenticator app was added" */
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
/* The same, for those who show what they wrote. */
enum err mail_queue_message(struct tx *, const struct mail *, const char **ret_message_id) MUST_CHECK;

/* "password-reset": what the messages table calls it. */
const char *mail_template_slug(enum mail_template) RETURNS_NONNULL;

/* A mail of any template, with values that a member or a program gave. */
struct mail_order {
	const char *project_id;
	const char *slug;
	const char *user_id; /* NULL: nobody of ours */
	const char *recipient;
	const char *user_name;
	const char *locale; /* as in struct mail */
	struct mail_values data;
};

/*
 * ERR_NO_ROW: no such template. ERR_VALIDATION_FAILED: a value doesn't fit its place, see errors. ERR_MISSING_VARIABLE: *ret_missing is
 * the name of the first that has no value. ERR_RATE_LIMITED as above.
 */
enum err mail_send(struct tx *, const struct mail_order *, struct field_errors *errors, const char **ret_missing,
		   const char **ret_message_id) MUST_CHECK;

struct mail_template_text;
/* What the mail would look like, nothing written. draft NULL: the template's own words. Errors as mail_send()'s. */
enum err mail_preview(struct tx *, const struct mail_order *, const struct mail_template_text *draft, struct field_errors *errors,
		      const char **ret_missing, struct mail_form *ret_form) MUST_CHECK;

#endif
