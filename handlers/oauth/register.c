/*
 * /oauth/register: applications that register themselves (RFC 7591), and read, change and delete their registration with the token that
 * came with it (RFC 7592; oauth.md rules 35 and 36).
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/oauth_settings.h"
#include "domain/registrations.h"
#include "handlers/oauth/oauth.h"
#include "lib/encode.h"
#include "lib/secrets.h"

#define CHALLENGE "Bearer realm=\"Gatehouse\""

static const struct field path_fields[] = {
	IN_ID(struct client_metadata, issuer_id, ID_PUBLIC_PROJECT, .in = IN_PATH),
	IN_ID(struct client_metadata, id, ID_ANY_CLIENT, .in = IN_PATH),
	FIELDS_END,
};

/* The token in the header, or NULL. */
static const char *
bearer_of(const struct request *rq)
{
	enum authorization_scheme scheme = AUTHORIZATION_NONE;
	const char *token = NULL;

	if (rq->authorization == NULL || http_parse_authorization(rq->arena, rq->authorization, &scheme, &token) != OK ||
	    scheme != AUTHORIZATION_BEARER)
		return NULL;
	return token;
}

static struct bytes
digest_of(struct arena *arena, const char *text)
{
	return sha256_bytes(arena, text, strlen(text));
}

/* `problem` is RFC 7591's, for people; the other errors have their own texts. */
static enum verdict
end(const struct request *rq, enum err e, const char *problem)
{
	reply_challenge(rq, CHALLENGE);
	if (problem != NULL && (e == ERR_INVALID_CLIENT_METADATA || e == ERR_INVALID_REDIRECT_URI))
		return fail(rq, e, "%s", problem);
	return oauth_fail(rq, e);
}

static enum err
judge(const struct request *rq, struct tx *tx, const char *project_id, struct registration *ret, const char **ret_problem)
{
	struct registration_limits limits;

	TRY(registration_limits_read(tx, project_id, &limits));
	return client_metadata_judge(rq->arena, rq->input, &limits, ret, ret_problem);
}

/* A new token to come back with, and its digest. */
static enum err
make_token(const struct request *rq, struct registration *r, struct bytes *ret_digest)
{
	TRY(secret_make_cookie(rq->arena, &r->registration_access_token));
	*ret_digest = digest_of(rq->arena, r->registration_access_token);
	return OK;
}

static const char *
address_of(const struct request *rq, const char *client_id)
{
	const struct client_metadata *in = rq->input;

	return arena_printf(rq->arena, "%s/oauth/register/%s", oauth_issuer(rq, in->issuer_id), client_id);
}

/* ---- POST /oauth/register ---- */

/* An initial token counts down; of many uses at once as many hit as are left. */
static enum err
spend_initial_token(const struct request *rq, struct tx *tx, const char *project_id)
{
	const char *token = bearer_of(rq);
	uint64_t matched = 0;

	if (token == NULL)
		return ERR_INVALID_TOKEN;
	TRY(q_initial_token_spend(
	    tx->db, &(struct q_initial_token_spend){ .project_id = project_id, .digest = digest_of(rq->arena, token) }, &matched));
	return matched == 1 ? OK : ERR_INVALID_TOKEN;
}

static enum err
check_policy(const struct request *rq, struct tx *tx, const char *project_id)
{
	struct oauth_settings settings;

	TRY(oauth_settings_read(tx, project_id, &settings));
	if (strcmp(settings.dcr, "open") == 0)
		return OK;
	return strcmp(settings.dcr, "token") == 0 ? spend_initial_token(rq, tx, project_id) : ERR_REGISTRATION_OFF;
}

/* The guard's row is written before they are counted, so that nobody registers between the two. */
static enum err
check_room(struct tx *tx, const char *project_id)
{
	struct q_registration_count_row row;

	TRY(oauth_settings_guard(tx, project_id));
	TRY(q_registration_count(tx->db, &(struct q_registration_count){ .project_id = project_id }, &row));
	return row.total < REGISTRATIONS_MAX ? OK : ERR_RATE_LIMITED;
}

static enum err
add(const struct request *rq, struct tx *tx, struct registration *r, const char **ret_problem)
{
	const struct client_metadata *in = rq->input;
	struct registrant who = { .source = "dcr" };
	struct q_oauth_issuer_row project;

	TRY(q_oauth_issuer(tx->db, &(struct q_oauth_issuer){ .client_id = in->issuer_id }, &project));
	TRY(check_policy(rq, tx, project.project_id));
	TRY(judge(rq, tx, project.project_id, r, ret_problem));
	TRY(check_room(tx, project.project_id));
	TRY(make_token(rq, r, &who.registration_digest));
	who.project_id = project.project_id;
	who.org_id = project.org_id;
	return registration_add(tx, &who, r);
}

static enum verdict
client_register(const struct request *rq, struct tx *tx)
{
	struct registration r = { .client_id = NULL };
	const char *problem = NULL;
	enum err e = add(rq, tx, &r, &problem);

	if (e != OK)
		return end(rq, e, problem);
	r.registration_client_uri = address_of(rq, r.client_id);
	return reply(rq, 201, registration_fields, &r);
}

/* ---- /oauth/register/{id} ---- */

/* Whose token it is; another client's is worth nothing here (security.md CR-15). */
static enum err
find_owner(const struct request *rq, struct tx *tx, struct registration_owner_row *ret, struct registrant *ret_who)
{
	const struct client_metadata *in = rq->input;
	const char *token = bearer_of(rq);
	struct registration_owner_row row;

	TRY(request_limit_client(rq, in->id, false));
	if (token == NULL)
		return ERR_INVALID_TOKEN;
	enum err e = q_registration_owner(
	    tx->db, &(struct q_registration_owner){ .client_id = in->id, .issuer_client_id = in->issuer_id }, &row);
	if (e == ERR_NO_ROW)
		return ERR_INVALID_TOKEN;
	TRY(e);
	struct bytes digest = digest_of(rq->arena, token);
	if (row.registration_digest.len != digest.len || !secret_equal(row.registration_digest.data, digest.data, digest.len))
		return ERR_INVALID_TOKEN;
	*ret = row;
	*ret_who = (struct registrant){
		.org_id = row.org_id, .project_id = row.project_id, .source = "dcr", .registration_digest = row.registration_digest
	};
	return OK;
}

/* The same for who is about to write: of two at once the second finds the token rotated, or the client gone. */
static enum err
claim(const struct request *rq, struct tx *tx, struct registration_owner_row *ret, struct registrant *ret_who)
{
	uint64_t matched = 0;

	TRY(find_owner(rq, tx, ret, ret_who));
	TRY(q_registration_claim(tx->db,
				 &(struct q_registration_claim){
				     .project_id = ret->project_id,
				     .client_id = ret->id,
				     .registration_digest = ret->registration_digest,
				 },
				 &matched));
	return matched == 1 ? OK : ERR_INVALID_TOKEN;
}

/* The token is the one that was just shown: it isn't kept in the clear. */
static enum verdict
registration_show(const struct request *rq, struct tx *tx)
{
	struct registration_owner_row row;
	struct registrant who;
	struct registration r;
	enum err e = find_owner(rq, tx, &row, &who);

	if (e == OK)
		e = registration_read(tx, who.project_id, row.id, &r);
	if (e != OK)
		return end(rq, e, NULL);
	r.registration_access_token = bearer_of(rq);
	r.registration_client_uri = address_of(rq, r.client_id);
	return reply(rq, 200, registration_fields, &r);
}

/* RFC 7592 section 2.2: it repeats its id, and its secret if it likes; the rest isn't its to say. */
static enum err
check_repeated(const struct request *rq, const struct registration_owner_row *row, const char **ret_problem)
{
	const struct client_metadata *in = rq->input;
	uint8_t digest[SECRET_DIGEST_LEN];

	if (in->client_id == NULL || strcmp(in->client_id, row->id) != 0) {
		*ret_problem = "client_id: repeat the registration's own.";
		return ERR_INVALID_CLIENT_METADATA;
	}
	if (in->has.registration_access_token || in->has.registration_client_uri || in->has.client_secret_expires_at ||
	    in->has.client_id_issued_at) {
		*ret_problem = "registration_access_token, registration_client_uri, client_secret_expires_at and client_id_issued_at "
			       "aren't the client's to say.";
		return ERR_INVALID_CLIENT_METADATA;
	}
	if (in->client_secret == NULL)
		return OK;
	secret_digest(in->client_secret, digest);
	if (row->secret_digest.len == sizeof(digest) && secret_equal(row->secret_digest.data, digest, sizeof(digest)))
		return OK;
	*ret_problem = "client_secret: it isn't the one that the client has.";
	return ERR_INVALID_CLIENT_METADATA;
}

static enum err
replace(const struct request *rq, struct tx *tx, struct registration *r, const char **ret_problem)
{
	struct registration_owner_row row;
	struct registrant who;

	TRY(claim(rq, tx, &row, &who));
	TRY(check_repeated(rq, &row, ret_problem));
	TRY(judge(rq, tx, row.project_id, r, ret_problem));
	r->client_id = row.id;
	TRY(make_token(rq, r, &who.registration_digest));
	return registration_replace(tx, &who, r);
}

static enum verdict
registration_put(const struct request *rq, struct tx *tx)
{
	struct registration r = { .client_id = NULL };
	const char *problem = NULL;
	enum err e = replace(rq, tx, &r, &problem);

	if (e != OK)
		return end(rq, e, problem);
	r.registration_client_uri = address_of(rq, r.client_id);
	return reply(rq, 200, registration_fields, &r);
}

static enum verdict
registration_delete(const struct request *rq, struct tx *tx)
{
	struct registration_owner_row row;
	struct registrant who;
	struct registration r;
	enum err e = claim(rq, tx, &row, &who);

	if (e == OK)
		e = registration_read(tx, who.project_id, row.id, &r);
	if (e == OK)
		e = registration_remove(tx, &who, &r);
	return e == OK ? reply_empty(rq) : end(rq, e, NULL);
}

#define REGISTRATION                                                                                                   \
	.auth = AUTH_PUBLIC, .site = SITE_AUTH, .body_bytes_max = (size_t)16 * 1024,                                   \
	.flags = ROUTE_OAUTH | ROUTE_METADATA | ROUTE_CORS | ROUTE_SHOWS_SECRET | ROUTE_NO_IDEMPOTENCY
#define ONE REGISTRATION, .path = "/p/{issuer_id}/oauth/register/{id}", .rate = RATE_OAUTH_TOKEN

const struct route oauth_register_routes[] = {
	{
	    REGISTRATION,
	    .id = "oauth_register",
	    .method = POST,
	    .path = "/p/{issuer_id}/oauth/register",
	    .summary = "Register an application",
	    .description = "By the application itself (RFC 7591), where the project lets it. Members that aren't known are ignored.",
	    .tx = TX_WRITE,
	    .rate = RATE_OAUTH_REGISTER,
	    .status = 201,
	    INPUT(struct client_metadata, client_metadata_create_fields),
	    .output = registration_fields,
	    .errors = { ERR_INVALID_CLIENT_METADATA, ERR_INVALID_REDIRECT_URI, ERR_INVALID_TOKEN, ERR_REGISTRATION_OFF },
	    .handler = client_register,
	},
	{
	    ONE,
	    .id = "oauth_registration_get",
	    .method = GET,
	    .summary = "Read one's own registration",
	    .description = "With the registration token (RFC 7592), as are the other two.",
	    .tx = TX_READ_SNAPSHOT,
	    INPUT(struct client_metadata, path_fields),
	    .output = registration_fields,
	    .errors = { ERR_INVALID_TOKEN },
	    .handler = registration_show,
	},
	{
	    ONE,
	    .id = "oauth_registration_put",
	    .method = PUT,
	    .summary = "Register anew under the same id",
	    .description = "What isn't named any more is gone; the registration token and the secret are new.",
	    .tx = TX_WRITE,
	    INPUT(struct client_metadata, client_metadata_replace_fields),
	    .output = registration_fields,
	    .errors = { ERR_INVALID_CLIENT_METADATA, ERR_INVALID_REDIRECT_URI, ERR_INVALID_TOKEN },
	    .handler = registration_put,
	},
	{
	    ONE,
	    .id = "oauth_registration_delete",
	    .method = DELETE,
	    .summary = "Delete one's own registration",
	    .tx = TX_WRITE,
	    INPUT(struct client_metadata, path_fields),
	    .errors = { ERR_INVALID_TOKEN },
	    .handler = registration_delete,
	},
	ROUTES_END,
};
