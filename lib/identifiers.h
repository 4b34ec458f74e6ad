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

enum identifier_kind { IDENTIFIER_NONE, IDENTIFIER_EMAIL, IDENTIFIER_PHONE, IDENTIFIER_USERNAME };

/*
 * Which of the three was typed, told by an '@' or a leading '+', and the form that is compared.
 * IDENTIFIER_NONE for what is none of them.
 */
enum identifier_kind identifier_parse(struct arena *, const char *typed, const char **ret_key);
/* The form that is compared. False for what can't be a username. */
bool username_key(struct arena *, const char *typed, const char **ret_key);
/* The same of a number: spaces, dots, hyphens and brackets between its digits are left out. */
bool phone_key(struct arena *, const char *typed, const char **ret_key);
/* Does the number begin with one of these ("+49")? None: every number does. */
bool phone_is_of(const char *phone, struct strings calling_codes);
/* Enough to recognise and too little to use: p•••@example.com, +49•••67, p•••. */
const char *identifier_mask(struct arena *, const char *typed) RETURNS_NONNULL;

/* In the form that is stored; NULL stays NULL. */
const char *username_lower(struct arena *, const char *text);

#endif
