/*
 * Clients whose id is the address of a document about them (Client ID Metadata Documents; oauth.md rules 37 and 38). Nothing is fetched
 * here: what isn't known, or not any more, is asked of the job workers.
 */
#include "handlers/oauth/oauth.h"

#include <string.h>

#include "domain/client_documents.h"
#include "domain/oauth_settings.h"
#include "lib/client_metadata.h"
#include "lib/encode.h"
#include "lib/oauth.h"
#include "lib/text.h"

bool
oauth_client_is_document(const char *client_id)
{
	return client_id != NULL && strncmp(client_id, "https://", strlen("https://")) == 0;
}

/* The domain itself, or a name below it. */
static bool
is_trusted(struct arena *arena, const char *domains, const char *url)
{
	const char *host = url_host(arena, url);

	host = arena_strndup(arena, host, strcspn(host, ":"));
	for (const char *at = host; at != NULL; at = strchr(at, '.')) {
		at += *at == '.';
		if (words_have(domains, at, strlen(at)))
			return true;
	}
	return false;
}

static enum err
check_policy(const struct request *rq, struct tx *tx, const char *project_id, const char *url)
{
	struct oauth_settings settings;

	TRY(oauth_settings_read(tx, project_id, &settings));
	if (strcmp(settings.cimd, "on") == 0)
		return OK;
	bool is_let_in = strcmp(settings.cimd, "trusted") == 0 && is_trusted(rq->arena, settings.cimd_trusted_domains, url);
	return is_let_in ? OK : ERR_INVALID_CLIENT;
}

static enum err
find(const struct request *rq, struct tx *tx, const char *issuer_client_id, const char *url, struct client_document_find_row *ret)
{
	enum err e = q_client_document_find(tx->db,
					    &(struct q_client_document_find){
						.url_digest = sha256_bytes(rq->arena, url, strlen(url)),
						.issuer_client_id = issuer_client_id,
					    },
					    ret);

	return e == ERR_NO_ROW ? ERR_INVALID_CLIENT : e;
}

/* An address at which nothing was ever found, and nobody is looking now, counts against who brings it (rule 38). */
static enum err
want(const struct request *rq, struct tx *tx, const struct client_document_find_row *row, const char *url)
{
	bool is_wanted = row->state != NULL && strcmp(row->state, "wanted") == 0;

	if (row->client_id == NULL && !is_wanted && !request_take_by_address(rq, RATE_CLIENT_DOCUMENT))
		return ERR_RATE_LIMITED;
	TRY(client_document_want(tx, row->project_id, DOCUMENT_CLIENT, url));
	return ERR_DOCUMENT_WANTED;
}

enum err
oauth_client_of_document(const struct request *rq, struct tx *tx, const char *issuer_client_id, const char *url, bool wants_fresh,
			 const char **ret_client_id)
{
	struct client_document_find_row row;

	if (!client_document_url_is_valid(url))
		return ERR_INVALID_CLIENT;
	TRY(find(rq, tx, issuer_client_id, url, &row));
	TRY(check_policy(rq, tx, row.project_id, url));
	bool is_fresh = row.fresh_until != NONE && row.fresh_until > rq->now_ms;
	if (row.client_id == NULL || (wants_fresh && !is_fresh))
		return want(rq, tx, &row, url);
	*ret_client_id = row.client_id;
	return OK;
}
