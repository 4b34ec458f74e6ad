/*
 * Who asks at an OAuth endpoint, and how they prove it (RFC 6749 section 2.3, oauth.md rule 15).
 */
#include "handlers/oauth/oauth.h"

#include <string.h>

#include "lib/http.h"
#include "lib/oauth.h"
#include "lib/secrets.h"
#include "lib/text.h"

/* The id and secret, from the header or the form, never both. *ret_secret NULL: none. */
static enum err
read_credentials(const struct request *rq, const struct client_input *in, const char **ret_id, const char **ret_secret)
{
	enum authorization_scheme scheme = AUTHORIZATION_NONE;
	const char *credentials = NULL;

	if (rq->authorization == NULL) {
		*ret_id = in->client_id;
		*ret_secret = in->client_secret;
		return in->client_id != NULL ? OK : ERR_INVALID_CLIENT;
	}
	if (http_parse_authorization(rq->arena, rq->authorization, &scheme, &credentials) != OK ||
	    scheme != AUTHORIZATION_BASIC || in->client_secret != NULL ||
	    !http_parse_basic_client(rq->arena, credentials, ret_id, ret_secret))
		return ERR_INVALID_CLIENT;
	return in->client_id == NULL || strcmp(in->client_id, *ret_id) == 0 ? OK : ERR_INVALID_CLIENT;
}

static bool
is_digest(struct bytes stored, const uint8_t digest[SECRET_DIGEST_LEN])
{
	return stored.len == SECRET_DIGEST_LEN && secret_equal(stored.data, digest, SECRET_DIGEST_LEN);
}

static bool
proves_itself(const struct oauth_client_row *client, const char *secret)
{
	uint8_t digest[SECRET_DIGEST_LEN];

	if (client->is_public || secret == NULL)
		return client->is_public && secret == NULL;
	secret_digest(secret, digest);
	return is_digest(client->secret_digest, digest) || is_digest(client->old_secret_digest, digest);
}

enum err
oauth_client_find(const struct request *rq, struct tx *tx, const char *issuer_client_id, const struct client_input *in,
		  struct oauth_client_row *ret_row)
{
	const char *client_id, *secret;
	struct oauth_client_row row;

	TRY(read_credentials(rq, in, &client_id, &secret));
	/* Its grammar is checked before any SQL: collations ignore trailing spaces. */
	if (!id_is_valid(ID_ANY_CLIENT, client_id))
		return ERR_INVALID_CLIENT;
	enum err e = q_oauth_client(
	    tx->db, &(struct q_oauth_client){ .client_id = client_id, .alg = signing_alg_names[OAUTH_ALG] }, &row);
	if (e == ERR_NO_ROW)
		return ERR_INVALID_CLIENT;
	TRY(e);
	if (strcmp(row.issuer_client_id, issuer_client_id) != 0 || strcmp(row.project_id, rq->console_id) == 0 ||
	    !proves_itself(&row, secret))
		return ERR_INVALID_CLIENT;
	*ret_row = row;
	return OK;
}

bool
oauth_client_has_grant(const struct oauth_client_row *client, const char *grant)
{
	return words_have(client->grant_types, grant, strlen(grant));
}

bool
oauth_client_has_audience(struct arena *arena, const struct oauth_client_row *client, const char *audience)
{
	struct strings audiences = oauth_audiences(arena, client->audiences, client->client_id);

	for (size_t i = 0; i < audiences.count; i++)
		if (strcmp(audiences.items[i], audience) == 0)
			return true;
	return false;
}
