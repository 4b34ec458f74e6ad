/*
 * Logos of clients (security.md CR-07): what stands at a client's logo_uri is fetched once by a job worker and served from here, so that nobody's
 * browser tells somebody else's machine who is asked for consent.
 */
#ifndef GATEHOUSE_DOMAIN_CLIENT_LOGOS_H
#define GATEHOUSE_DOMAIN_CLIENT_LOGOS_H

#include "sql/tx.h"

#define CLIENT_LOGO_MAX ((size_t)100 * 1024)

/* Has the new logo fetched, if it is another one, and forgets the old. before, after: addresses, or NULL. The client's row is written. */
enum err client_logo_follow(struct tx *, const char *project_id, const char *client_id, const char *before,
			    const char *after) MUST_CHECK;
/* What was fetched from there. ERR_NO_ROW: the client is gone, or has another address by now. */
enum err client_logo_put(struct tx *, const char *project_id, const char *client_id, const char *url, const char *media_type,
			 struct bytes body) MUST_CHECK;

#endif
