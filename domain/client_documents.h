/*
 * Documents of others at addresses that clients name, as rows: job workers fetch them, everybody else reads what they found (oauth.md rules
 * 37 and 38).
 */
#ifndef GATEHOUSE_DOMAIN_CLIENT_DOCUMENTS_H
#define GATEHOUSE_DOMAIN_CLIENT_DOCUMENTS_H

#include "lib/jose.h"
#include "sql/gen/queries.h"
#include "sql/tx.h"

/* What stands there: who a client is, or public keys. */
#define DOCUMENT_CLIENT "client"
#define DOCUMENT_KEYS	"keys"

/* What a document's row is called by. A client's is its address alone, as in the client's own row (clients.url_digest). */
struct bytes client_document_digest(struct arena *, const char *kind, const char *url) MUST_CHECK;
/* ERR_NO_ROW: never asked for. */
enum err client_document_read(struct tx *, const char *project_id, const char *kind, const char *url, struct client_document_row *ret) MUST_CHECK;
/* Has a worker fetch it, once for all who ask meanwhile. To be committed. */
enum err client_document_want(struct tx *, const char *project_id, const char *kind, const char *url) MUST_CHECK;

/*
 * The keys at an address, one of which may have signed this token ({"keys": […]}). ERR_DOCUMENT_WANTED: they are being fetched, to be
 * committed: for the first time, or anew, at most once a minute, because none of them is called as the token says. ERR_NO_ROW: they were
 * fetched just now, and there is no such key.
 */
enum err client_keys_find(struct tx *, const char *project_id, const char *url, const struct jws *, struct json *ret_keys) MUST_CHECK;

#endif
