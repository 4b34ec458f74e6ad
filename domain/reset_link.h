/*
 * A one-time link to a page where somebody chooses a new password, made without a sign-in under way: by an
 * administrator.
 */
#ifndef GATEHOUSE_DOMAIN_RESET_LINK_H
#define GATEHOUSE_DOMAIN_RESET_LINK_H

#include "sql/tx.h"

/*
 * one_time_tokens.purpose. Its flow_id is NULL: who redeems it begins a recovery that stands at the new
 * password.
 */
#define RESET_LINK_PURPOSE "admin_reset"
#define RESET_LINK_MS (30 * MINUTE_MS)

/*
 * The older ones of this user die. The URL is the hosted page "reset" of the project with the token behind the
 * #; registered to be wiped. ERR_NO_ROW when there is no such project. Records password.reset_requested.
 */
enum err reset_link_make(struct tx *, const char *project_id, const char *user_id, const char *user_label,
			 const char **ret_url) MUST_CHECK;

#endif
