/*
 * One mail to a mail server: the installation's own, or one that a project names.
 */
#ifndef GATEHOUSE_SYS_SMTP_H
#define GATEHOUSE_SYS_SMTP_H

#include "lib/config.h"

enum sending {
	SENDING_DONE,
	SENDING_LATER,		/* try again: the server is away, busy, or isn't set up as it should be */
	SENDING_UNSURE,		/* the same, but it was handed over and no answer came: it may have been taken */
	SENDING_REFUSED,	/* the server said no to this very mail */
};

/* However slow the server: after this the call has returned. A lease must be longer. */
#define SMTP_TOTAL_MS (60 * SECOND_MS)

struct smtp_server {
	const char *url;	/* smtp://host:587 with STARTTLS, smtps://host:465 */
	const char *user;	/* "" = none */
	const char *password;
	const char *ca_file;	/* "" = the system's */
	bool require_tls;
	bool is_a_projects;	/* public addresses only (sys/outgoing.h), outgoing.ca_file instead of ca_file */
};

struct smtp_mail {
	const char *from;	/* ASCII, for the envelope */
	const char *to;
	struct bytes data;	/* with CRLF; dots are doubled on the way */
};

/* The installation's own, as configured. False with *ret_reason when its password can't be read. */
bool smtp_platform(struct arena *, const struct config *, struct smtp_server *ret, const char **ret_reason);

/*
 * *ret_reason: a short text in the arena for people and the log, without the mail's content; NULL when done.
 * heartbeat: called each second.
 */
enum sending smtp_send(struct arena *, const struct config *, const struct smtp_server *, const struct smtp_mail *,
		       void (*heartbeat)(void), const char **ret_reason);

/* As far as a mail to the installation's own server would go without sending one: connect, TLS, sign in. False with *ret_reason. */
bool smtp_check(struct arena *, const struct config *, const char **ret_reason);

#endif
