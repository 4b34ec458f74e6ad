/*
 * An application of a project that asks for itself, with its id and secret (oauth.md rule 22; C among the callers of users.md and licensing.md):
 * on the routes that name it, in its own project, and nothing of theirs but what the route is for.
 */
#include "fcgi/pipeline.h"

#include <string.h>

#include "lib/json.h"
#include "lib/secrets.h"
#include "sql/gen/queries.h"

static enum err
refuse_client(struct exchange *x, const char *reason)
{
	x->response.challenge = "Basic realm=\"Gatehouse\"";
	return authenticate_unauthorized(x, reason);
}

static bool
is_digest(struct bytes stored, const uint8_t digest[SECRET_DIGEST_LEN])
{
	return stored.len == SECRET_DIGEST_LEN && secret_equal(stored.data, digest, SECRET_DIGEST_LEN);
}

/* The id of the secret that this is; NULL: none of the client's. */
static const char *
find_secret(const struct client_credential_row *row, const char *secret)
{
	uint8_t digest[SECRET_DIGEST_LEN];

	secret_digest(secret, digest);
	if (is_digest(row->secret_digest, digest))
		return row->secret_id;
	return is_digest(row->old_secret_digest, digest) ? row->old_secret_id : NULL;
}

static void
take_row(struct request *rq, const struct client_credential_row *r)
{
	rq->credential = (struct credential){
		.kind = CREDENTIAL_CLIENT,
		.id = r->id,
		.name = r->name,
		.expires_at = NONE,
		.pinned_project_id = r->project_id,
		.rate_limit_per_minute = NONE,
		.authenticated_at = NONE,
	};
	rq->org = (struct caller_org){
		.id = r->org_id,
		.name = r->org_name,
		.slug = r->org_slug,
		.status = r->org_status,
		.default_project_id = r->default_project_id,
	};
	rq->project = (struct caller_project){
		.id = r->project_id,
		.client_id = r->client_id,
		.name = r->project_name,
		.slug = r->project_slug,
		.environment = r->project_environment,
		.has_rate_limit = r->requests_per_minute != NONE,
		.requests_per_minute = r->requests_per_minute,
		.meters_full_until = r->meters_full_until,
	};
	rq->console_id = r->console_id;
}

/* Its grammar is checked before any SQL: collations ignore trailing spaces. */
static enum err
judge(struct exchange *x, const char *client_id, const char *secret)
{
	struct client_credential_row row;
	const char *secret_id;

	if (!id_is_valid(ID_ANY_CLIENT, client_id))
		return refuse_client(x, "malformed client id");
	enum err e = q_credential_by_client(x->worker->db, &(struct q_credential_by_client){ .client_id = client_id }, &row);
	if (e == ERR_NO_ROW)
		return refuse_client(x, "no application of the project's own that has a secret");
	TRY(e);
	secret_id = find_secret(&row, secret);
	if (secret_id == NULL)
		return refuse_client(x, "wrong or expired client secret");
	take_row(&x->rq, &row);
	usage_note(x->worker->usage, secret_id, row.project_id, x->rq.now_ms);
	return OK;
}

bool
client_is_asking(const struct exchange *x)
{
	enum authorization_scheme scheme;
	const char *credentials;

	return (x->rq.route->auth & AUTH_CLIENT) != 0 && x->in.header[HEADER_AUTHORIZATION] != NULL &&
	       http_parse_authorization(x->arena, x->in.header[HEADER_AUTHORIZATION], &scheme, &credentials) == OK &&
	       scheme == AUTHORIZATION_BASIC;
}

enum err
authenticate_client(struct exchange *x)
{
	const char *credentials, *client_id, *secret;
	enum authorization_scheme scheme;

	if (http_parse_authorization(x->arena, x->in.header[HEADER_AUTHORIZATION], &scheme, &credentials) != OK ||
	    !http_parse_basic_client(x->arena, credentials, &client_id, &secret))
		return refuse_client(x, "malformed Basic credentials");
	return judge(x, client_id, secret);
}

/* Nothing but a body could say who asks. */
static bool
has_body_alone(const struct exchange *x)
{
	return (x->rq.route->auth & AUTH_CLIENT) != 0 && route_takes_body(x->rq.route) && x->in.header[HEADER_AUTHORIZATION] == NULL &&
	       x->in.header[HEADER_X_AUTH_TOKEN] == NULL && x->in.session_cookies.count == 0;
}

/* NULL: the object has no such text. A body that can't be read is refused later, by its own error. */
static const char *
text_member(struct exchange *x, const struct json *object, const char *name)
{
	const struct json *member = object->type == JSON_OBJECT ? json_member(object, name) : NULL;

	if (member == NULL || member->type != JSON_STRING)
		return NULL;
	arena_wipe_later(x->arena, (void *)(uintptr_t)member->string, strlen(member->string));
	return member->string;
}

enum err
authenticate_client_in_body(struct exchange *x)
{
	const char *client_id, *secret;
	struct json body;

	if (!has_body_alone(x))
		return OK;
	TRY(body_read(x));
	if (json_parse(x->arena, (const char *)x->in.body.data, x->in.body.len, &body, NULL) != OK)
		return OK;
	client_id = text_member(x, &body, CLIENT_ID_MEMBER);
	secret = text_member(x, &body, CLIENT_SECRET_MEMBER);
	if (client_id == NULL || secret == NULL)
		return OK;
	x->in.is_client_in_body = true;
	TRY(limit_by_failures(x));
	return judge(x, client_id, secret);
}
