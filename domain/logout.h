/*
 * Telling clients that a person's sign-in has ended (OpenID Connect Back-Channel Logout 1.0; oauth.md rule 33): a job for each, which a
 * worker does.
 */
#ifndef GATEHOUSE_DOMAIN_LOGOUT_H
#define GATEHOUSE_DOMAIN_LOGOUT_H

#include "sql/tx.h"

/*
 * Of the sign-ins of this person that the transaction has just ended: all, or one. Called before their rows go. Nothing is done for clients
 * that have named no address.
 */
enum err logout_tell_clients(struct tx *, const char *project_id, const char *user_id, const char *session_id) MUST_CHECK;

#endif
