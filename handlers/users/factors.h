/*
 * What the account's factors, a user's and those of a flow answer alike.
 */
#ifndef GATEHOUSE_HANDLERS_USERS_FACTORS_H
#define GATEHOUSE_HANDLERS_USERS_FACTORS_H

#include "domain/factors.h"
#include "fcgi/request.h"

/* A passkey as navigator.credentials answers it: two octets in three of base64url, and the names of the members. */
#define PASSKEY_JSON_MAX (60 * 1024)
#define PASSKEY_NAME	 "Passkey"

/* A page of somebody's factors. */
enum verdict factor_list_reply(const struct request *, struct tx *, const struct factor_owner *);
/* Counts a try at a code. VERDICT_GO_ON, or 429. */
enum verdict factor_count_try(const struct request *, struct tx *, const char *project_id, const char *user_id);
/* What passkey_register() said: OK and errors of its own go on as VERDICT_GO_ON; what it didn't take is refused, so that the challenge stays
 * taken away. reason is for the log. */
enum verdict factor_check_passkey(const struct request *, enum err, const char *reason);

#endif
