/*
 * What more than one door does to a client or says of it: its URIs, its secret, its names.
 */
#ifndef GATEHOUSE_DOMAIN_CLIENTS_H
#define GATEHOUSE_DOMAIN_CLIENTS_H

#include "sql/tx.h"

#define CLIENT_NAME_MAX	  120
#define REDIRECT_URIS_MAX 50

/* Kinds of a client's URIs, as client_uris.kind has them. */
#define CLIENT_URI_REDIRECT "redirect"
#define CLIENT_URI_LOGOUT   "logout"
#define CLIENT_URI_ORIGIN   "origin"

/* These are its URIs of the kind from now on. The caller has written the guard. */
enum err client_set_uris(struct tx *, const char *project_id, const char *client_id, const char *kind,
			 struct strings uris) MUST_CHECK;

/* Has it registered what was asked for, by redirect_uri_matches()? */
enum err client_has_redirect_uri(struct tx *, const char *project_id, const char *client_id, const char *asked, bool *ret) MUST_CHECK;

/*
 * A new secret; the old one works for grace_ms more (0: dies at once), and whatever an earlier grace had left dies. The client's row is the
 * guard. The text is registered to be wiped.
 */
enum err client_make_secret(struct tx *, const char *project_id, const char *client_id, int64_t grace_ms,
			    const char **ret_secret) MUST_CHECK;
/* The same without a grace, for a secret that dies by itself. */
enum err client_make_secret_until(struct tx *, const char *project_id, const char *client_id, int64_t expires_at,
				  const char **ret_secret) MUST_CHECK;

/* What it calls itself to its issuer, and its ID tokens are for: its id, or the address of its document (document.data not NULL). */
const char *client_own_name(struct arena *, const char *client_id, struct bytes document) RETURNS_NONNULL;

/*
 * Whose client it is, as people see it: the host of the address that it is called by, where it is one (document.data not NULL), for that
 * is who vouches for what it says; else of its own page; NULL: it names none.
 */
const char *client_host(struct arena *, struct bytes document, const char *client_uri);

/* May it use this grant? Its own list says so, and its project's type serves it: the list may be older than the type. */
bool client_has_grant(const char *grant_types, const char *project_type, const char *grant);

#endif
