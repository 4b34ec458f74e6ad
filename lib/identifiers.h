/*
 * What a person of a project may be called by: telephone number, username, external id (users.md section 2). E-mail addresses have
 * email_key() in lib/text.h.
 */
#ifndef GATEHOUSE_LIB_IDENTIFIERS_H
#define GATEHOUSE_LIB_IDENTIFIERS_H

#include "lib/arena.h"

#define PHONE_MAX 16
#define USERNAME_MIN 3
#define USERNAME_MAX 32
#define EXTERNAL_ID_BYTES_MAX 255

/* Checks of fields: NULL, or the rule that is broken. */

/* E.164: ^\+[1-9]\d{7,14}$ */
const char *phone_check(const char *text);
/* ^[a-z][a-z0-9_-]{2,31}$ once lowered. */
const char *username_check(const char *text);
const char *external_id_check(const char *text);

/* In the form that is stored; NULL stays NULL. */
const char *username_lower(struct arena *, const char *text);

#endif
