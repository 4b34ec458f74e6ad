/*
 * Idempotency-Key (tenancy rules 35 and 36): the row is the first statement of the change's own transaction, so that of two requests with
 * one key one runs and the other waits for its commit; the stored reply commits with the change and holds no secret.
 */
#include "fcgi/pipeline.h"

#include <string.h>

#include "lib/encode.h"
#include "lib/secrets.h"
#include "sql/gen/queries.h"
#include "sql/gen/schema_keys.h"

#define KEY_MAX 128
#define KEPT_MS DAY_MS
#define STORED_BODY_MAX (64 * (size_t)1024)

static const char *
actor_of(const struct request *rq)
{
	return request_is_signed_in(rq) ? rq->user.id : rq->credential.id;
}

static void
add_part(struct buffer *b, const char *text)
{
	if (text != NULL)
		buffer_text(b, text);
	buffer_char(b, '\n');
}

/*
 * What the request works on, however it was found; else what it named. No more than that, or the first request itself could make the
 * second another one: by promoting a project, by giving a person their first organization, by ending what the path names.
 */
static void
add_tenant(struct buffer *b, const struct exchange *x)
{
	enum tenant tenant = x->rq.route->tenant;
	bool works_on_org = tenant == TENANT_ORG || tenant == TENANT_PROJECT;

	add_part(b, works_on_org ? x->rq.org.id : x->in.org_id);
	add_part(b, tenant == TENANT_PROJECT ? x->rq.project.id : x->in.project_id);
}

static bool
tenant_is_in_path(const struct route *route)
{
	return route->tenant == TENANT_ORG_IN_PATH || route->tenant == TENANT_PROJECT_IN_PATH;
}

static struct bytes
request_digest(struct exchange *x)
{
	struct buffer b = buffer_new(x->arena);

	add_tenant(&b, x);
	add_part(&b, x->in.method_text);
	add_part(&b, x->in.path);
	add_part(&b, x->in.query);
	buffer_add(&b, x->in.body.data, x->in.body.len);
	arena_wipe_later(x->arena, b.data, b.len);
	return sha256_bytes(x->arena, b.data, b.len);
}

static bool
key_is_valid(const char *key)
{
	size_t len = strlen(key);

	if (len < 1 || len > KEY_MAX)
		return false;
	for (; *key != '\0'; key++)
		if (*key < 0x21 || *key > 0x7e)
			return false;
	return true;
}

/* {"id": …}, or {"id": null}. */
static const char *
only_id(struct exchange *x, const struct q_idempotency_get_row *row)
{
	struct buffer b = buffer_new(x->arena);

	buffer_text(&b, "{\"id\":");
	buffer_json_string(&b, row->object_id);
	buffer_char(&b, '}');
	return buffer_string(&b);
}

/* A body that was too large to keep is missing from its row; that of a 204 was never there. */
static void
replay_body(struct exchange *x, const struct q_idempotency_get_row *row)
{
	struct response *response = &x->response;

	response->is_body_left_out = row->body.data == NULL && row->status != 204;
	if (response->is_body_left_out)
		response->body = only_id(x, row);
	else if (row->body.data != NULL)
		response->body = arena_strndup(x->arena, (const char *)row->body.data, row->body.len);
	response->body_len = response->body == NULL ? 0 : strlen(response->body);
}

static enum err
replay(struct exchange *x, const struct q_idempotency_get_row *row)
{
	if (row->has_secret) {
		x->response.details = only_id(x, row);
		return ERR_SECRET_ALREADY_SHOWN;
	}
	if (row->status == NONE)
		return ERR_IDEMPOTENCY_IN_PROGRESS;
	x->response.status = (unsigned)row->status;
	replay_body(x, row);
	x->response.is_replay = true;
	return OK;
}

static enum err
meet_earlier(struct exchange *x, struct bytes digest, bool *ret_is_replay)
{
	struct q_idempotency_get_row row;
	const char *actor = actor_of(&x->rq), *key = x->in.header[HEADER_IDEMPOTENCY_KEY];
	uint64_t matched = 0;
	enum err e = q_idempotency_get(
	    x->worker->db, &(struct q_idempotency_get){ .actor_id = actor, .idempotency_key = key }, &row);

	if (e == ERR_NO_ROW)
		return ERR_DB_CONFLICT;	/* gone meanwhile: the transaction runs again */
	TRY(e);
	if (row.expires_at <= x->rq.now_ms) {
		TRY(q_idempotency_take_over(x->worker->db,
					    &(struct q_idempotency_take_over){
						.actor_id = actor,
						.idempotency_key = key,
						.request_digest = digest,
						.expires_at = x->rq.now_ms + KEPT_MS,
					    },
					    &matched));
		return matched == 1 ? OK : ERR_DB_CONFLICT;
	}
	if (row.request_digest.len != digest.len ||
	    !secret_equal(row.request_digest.data, digest.data, digest.len))
		return ERR_IDEMPOTENCY_MISMATCH;
	*ret_is_replay = true;
	return replay(x, &row);
}

static bool
is_asked_for(const struct exchange *x)
{
	return x->in.header[HEADER_IDEMPOTENCY_KEY] != NULL && x->rq.route->method != GET;
}

enum err
idempotency_begin(struct exchange *x, bool *ret_is_replay)
{
	const char *key = x->in.header[HEADER_IDEMPOTENCY_KEY];
	struct bytes digest;
	enum err e;

	*ret_is_replay = false;
	if (!is_asked_for(x))
		return OK;
	if (!key_is_valid(key) || (x->rq.route->flags & ROUTE_NO_IDEMPOTENCY) != 0 ||
	    x->rq.credential.kind == CREDENTIAL_NONE) {
		x->response.message = key_is_valid(key)
					  ? "This route takes no Idempotency-Key."
					  : "Idempotency-Key has 1 to 128 printable ASCII characters.";
		return ERR_INVALID_HEADER;
	}
	digest = request_digest(x);
	e = q_idempotency_insert(x->worker->db,
				 &(struct q_idempotency_insert){
				     .actor_id = actor_of(&x->rq),
				     .idempotency_key = key,
				     .request_digest = digest,
				     .expires_at = x->rq.now_ms + KEPT_MS,
				 },
				 NULL);
	if (e == ERR_DUPLICATE)
		return meet_earlier(x, digest, ret_is_replay);
	/* Waited as long as the lock allows: the other one is still at it. */
	return e == ERR_DB_CONFLICT ? ERR_IDEMPOTENCY_IN_PROGRESS : e;
}

enum err
idempotency_replay_gone(struct exchange *x)
{
	const char *key = x->in.header[HEADER_IDEMPOTENCY_KEY];
	struct q_idempotency_get_row row;
	struct bytes digest;
	enum err e;

	if (!is_asked_for(x) || !key_is_valid(key) || !tenant_is_in_path(x->rq.route))
		return ERR_NOT_FOUND;
	digest = request_digest(x);
	e = q_idempotency_get(x->worker->db,
			      &(struct q_idempotency_get){ .actor_id = actor_of(&x->rq), .idempotency_key = key },
			      &row);
	if (e == ERR_NO_ROW)
		return ERR_NOT_FOUND;
	TRY(e);
	if (row.expires_at <= x->rq.now_ms || row.request_digest.len != digest.len ||
	    !secret_equal(row.request_digest.data, digest.data, digest.len))
		return ERR_NOT_FOUND;
	return replay(x, &row);
}

enum err
idempotency_finish(struct exchange *x, enum verdict verdict)
{
	const char *actor = actor_of(&x->rq), *key = x->in.header[HEADER_IDEMPOTENCY_KEY];
	const char *body = x->response.stored_body;

	if (!is_asked_for(x))
		return OK;
	if (verdict == VERDICT_REFUSE)
		return q_idempotency_delete(
		    x->worker->db, &(struct q_idempotency_delete){ .actor_id = actor, .idempotency_key = key },
		    NULL);
	if (body != NULL && strlen(body) > STORED_BODY_MAX)
		body = NULL;
	return q_idempotency_store(x->worker->db,
				   &(struct q_idempotency_store){
				       .actor_id = actor,
				       .idempotency_key = key,
				       .status = x->response.status,
				       .body = { (const uint8_t *)body, body == NULL ? 0 : strlen(body) },
				       .object_id = x->response.object_id,
				       .has_secret = x->response.has_secret,
				   },
				   NULL);
}
