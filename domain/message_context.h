/*
 * What a mail or text says besides its own words: whose it is, in which language, in which colour.
 */
#ifndef GATEHOUSE_DOMAIN_MESSAGE_CONTEXT_H
#define GATEHOUSE_DOMAIN_MESSAGE_CONTEXT_H

#include "domain/mail_templates.h"
#include "sql/tx.h"

struct message_context {
	const char *app_name; /* as branded, else the project's name */
	const char *color;
	struct mail_locales locales; /* asked for or the user's, the project's, English */
};

/* user_id and locale may be NULL. ERR_NO_ROW: no such project. */
enum err message_context_read(struct tx *, const char *project_id, const char *user_id, const char *locale,
			      struct message_context *ret) MUST_CHECK;

#endif
