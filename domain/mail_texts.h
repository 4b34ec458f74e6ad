/*
 * The built-in mails: their words, and how they become a letter. Pure.
 */
#ifndef GATEHOUSE_DOMAIN_MAIL_TEXTS_H
#define GATEHOUSE_DOMAIN_MAIL_TEXTS_H

#include "domain/letter.h"
#include "domain/mail.h"

/* "password-reset": what the messages table calls it. */
const char *mail_template_slug(enum mail_template) RETURNS_NONNULL;
/*
 * The letter in both forms. app_name: whose people are written to. Values are escaped for their
 * place; the texts are the arena's.
 */
struct letter mail_compose(struct arena *, const struct mail *, const char *app_name,
			   int64_t now_ms);

#endif
