/*
 * What the routes about mail share.
 */
#ifndef GATEHOUSE_HANDLERS_MAIL_MAIL_H
#define GATEHOUSE_HANDLERS_MAIL_MAIL_H

#include "domain/mail.h"
#include "fcgi/request.h"

/* 202 with the message that was just written for the caller, which is recorded. */
enum verdict reply_message(const struct request *, struct tx *, const char *message_id);
/* The refusal of a mail_send() or mail_preview() that didn't do it. */
enum verdict fail_mail(const struct request *, enum err, const struct field_errors *, const char *missing);
/* data of a request, {variable: text}; false with errors at "data.…". NULL: none. */
bool mail_data_parse(struct arena *, const char *text, struct field_errors *errors, struct mail_values *ret);
/* A field's check: [a-z0-9-]{1,64}. */
const char *mail_slug_check(const char *slug);
/* A field's check: an address that mail can go to. */
const char *mail_address_check(const char *address);

#endif
