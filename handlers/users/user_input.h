/*
 * What may be said of a user, for the routes that make and change one.
 */
#ifndef GATEHOUSE_HANDLERS_USERS_USER_INPUT_H
#define GATEHOUSE_HANDLERS_USERS_USER_INPUT_H

#include "fcgi/request.h"
#include "lib/identifiers.h"
#include "lib/mail_builtins.h"
#include "lib/metadata.h"
#include "lib/passwords.h"

#define USER_EMAIL .min = 3, .max = 254
#define USER_PHONE .check = phone_check
#define USER_USERNAME .check = username_check
#define USER_EXTERNAL_ID .check = external_id_check
#define USER_NAME .max = 255
#define USER_LOCALE .check = locale_check
#define USER_METADATA .description = "An object of at most 16 KB, 8 deep"

/* {id} in the path. */
struct user_path {
	struct {
		bool id;
	} has;
	const char *id;
};
extern const struct field user_path[];

/* VERDICT_GO_ON with the form that is compared (NULL for none), or 422 naming the field `email`. */
enum verdict user_input_email(const struct request *, const char *email, const char **ret_key);
/* VERDICT_GO_ON with what is stored, or 422 naming the field `metadata`. */
enum verdict user_input_metadata(const struct request *, const char *stored, const char *patch,
				 const char **ret_text);

/* Is it the console's person who asks? Some things nobody does to themselves there. */
bool user_is_caller(const struct request *, const char *user_id);

#endif
