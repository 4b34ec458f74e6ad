/*
 * The ways in which people may sign in (users.md, sign_in_settings.methods), and sets of them.
 */
#ifndef GATEHOUSE_LIB_SIGN_IN_METHODS_H
#define GATEHOUSE_LIB_SIGN_IN_METHODS_H

#include "lib/base.h"

enum sign_in_method {
	METHOD_PASSWORD,
	METHOD_MAGIC_LINK,
	METHOD_EMAIL_OTP,
	METHOD_USERNAME, /* a username may stand where an e-mail address does; proves nothing */
	METHOD_ANONYMOUS,
	METHOD_PHONE_OTP,
	METHOD_PASSKEY,
	METHOD_SOCIAL,
	METHOD_SSO,
	METHOD_COUNT
};

/* A set has one bit a method. */
#define METHOD_BIT(method) (1u << (method))
#define METHODS_ALL	   (METHOD_BIT(METHOD_COUNT) - 1u)

/* The words of the API, in the order of the enum, ended by NULL. */
extern const char *const sign_in_method_names[];

/* METHOD_COUNT for an unknown word. */
enum sign_in_method sign_in_method_parse(const char *text);
/* From words with single spaces between, as columns hold them; NULL: every method. Unknown words count for nothing. */
unsigned sign_in_methods_parse(const char *words);
/*
 * Those by which a session was made, from its auth_strength and amr. A second factor says nothing of the first, but a passkey
 * is both (users.md rule 22). Behind a second factor a code and a link that were mailed look alike: both count then.
 */
unsigned sign_in_methods_of_session(const char *auth_strength, const char *amr);

#endif
