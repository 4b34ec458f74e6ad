/*
 * Whether somebody can still sign in: asked behind whatever takes a way in away (users.md rule 24).
 */
#ifndef GATEHOUSE_DOMAIN_WAYS_IN_H
#define GATEHOUSE_DOMAIN_WAYS_IN_H

#include "sql/tx.h"

/*
 * Of what is left now, a password, a passkey, an identity, or a proven address that codes or links go to. methods: what is on in the project
 * (METHOD_BIT). ERR_LAST_SIGN_IN_METHOD when there is none: the caller rolls back. The person's row is written before.
 */
enum err user_check_way_in(struct tx *, const char *project_id, const char *user_id, unsigned methods) MUST_CHECK;

#endif
