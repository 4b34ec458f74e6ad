/*
 * What the files of the signed-in person's own account share.
 */
#ifndef GATEHOUSE_HANDLERS_USERS_ACCOUNT_H
#define GATEHOUSE_HANDLERS_USERS_ACCOUNT_H

#include "domain/user_object.h"
#include "fcgi/request.h"

/* ERR_UNAUTHORIZED when the person may not be here any more. */
enum err account_read(const struct request *, struct tx *, struct q_account_get_row *ret) MUST_CHECK;
/* Writes the person's row: the first statement of every change of the account. ERR_UNAUTHORIZED. */
enum err account_guard(const struct request *, struct tx *) MUST_CHECK;
/* Guards and changes. ERR_EMAIL_TAKEN and its like. */
enum err account_change(const struct request *, struct tx *, const struct user_change *) MUST_CHECK;

#endif
