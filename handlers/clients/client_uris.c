/*
 * A client's redirect URIs one by one. The guard is written before they are counted (tenancy rule 20).
 */
#include "handlers/clients/clients.h"

#include <string.h>

#include "domain/clients.h"
#include "lib/encode.h"
#include "lib/uris.h"
#include "sql/gen/schema_keys.h"

enum err
client_guard(const struct request *rq, struct tx *tx, const char *client_id)
{
	uint64_t matched = 0;

	TRY(request_guard(rq, tx));
	TRY(q_client_guard(
	    tx->db, &(struct q_client_guard){ .project_id = rq->project.id, .client_id = client_id }, &matched));
	if (matched == 0)
		return ERR_NOT_FOUND;
	return q_project_touch(
	    tx->db, &(struct q_project_touch){ .org_id = rq->org.id, .project_id = rq->project.id }, NULL);
}

static enum err
count_uris(const struct request *rq, struct tx *tx, const char *client_id, int64_t *ret_count)
{
	struct q_client_uri_count_row row;

	TRY(q_client_uri_count(
	    tx->db, &(struct q_client_uri_count){ .project_id = rq->project.id, .client_id = client_id }, &row));
	*ret_count = row.total;
	return OK;
}

/* The client as it stands behind the guard. */
static enum err
guard_and_read(const struct request *rq, struct tx *tx, const char *client_id, struct client_row *ret)
{
	TRY(client_guard(rq, tx, client_id));
	return q_client_get(tx->db, &(struct q_client_get){ .project_id = rq->project.id, .client_id = client_id }, ret);
}

/* JSON of one element on one side of a diff: {"redirect_uris":[old,new]}. */
static enum err
record_uri(const struct request *rq, struct tx *tx, const struct client_row *client, const char *uri, bool is_new)
{
	struct record r = request_record(rq, EV_CLIENT_UPDATED, client->id, client->name);
	struct buffer changes = buffer_new(rq->arena);

	buffer_text(&changes, is_new ? "{\"redirect_uris\":[null," : "{\"redirect_uris\":[");
	buffer_json_string(&changes, uri);
	buffer_text(&changes, is_new ? "]}" : ",null]}");
	r.changes = buffer_string(&changes);
	return record(tx, &r);
}

const struct field redirect_uri_add_input[] = {
	IN_ID(struct redirect_uri_input, id, ID_ANY_CLIENT, .in = IN_PATH),
	IN_STRING(struct redirect_uri_input, uri, .flags = FIELD_REQUIRED, .min = 1, .max = REDIRECT_URI_BYTES_MAX),
	FIELDS_END,
};

const struct field redirect_uri_fields[] = {
	OUT_STRING(struct redirect_uri_input, uri),
	FIELDS_END,
};

static enum err
add_uri(const struct request *rq, struct tx *tx, const struct client_row *client, const struct redirect_uri_input *in)
{
	size_t len = strlen(in->uri);
	enum err e = q_client_uri_insert(tx->db,
					 &(struct q_client_uri_insert){
					     .project_id = rq->project.id,
					     .client_id = client->id,
					     .kind = CLIENT_URI_REDIRECT,
					     .uri_digest = sha256_bytes(rq->arena, in->uri, len),
					     .uri = { (const uint8_t *)in->uri, len },
					 },
					 NULL);

	TRY(db_on_duplicate(tx->db, e, DUP_CLIENT_URIS_PRIMARY, ERR_REDIRECT_URI_EXISTS));
	return record_uri(rq, tx, client, in->uri, true);
}

static enum verdict
check_uri(const struct request *rq, const char *type, const char *uri)
{
	const char *rule = client_uri_problem(type, uri);

	if (strcmp(type, "service") == 0)
		return fail_field(rq, "uri", "not_for_type", "A service has no redirect URIs.");
	if (rule != NULL)
		return fail_field(rq, "uri", rule,
				  "Use https, http on this machine or, for mobile and desktop, a scheme with a dot; no wildcard, fragment or user.");
	return go_on(rq);
}

enum verdict
redirect_uri_add(const struct request *rq, struct tx *tx)
{
	const struct redirect_uri_input *in = rq->input;
	struct client_row client;
	int64_t count = 0;
	enum err e = guard_and_read(rq, tx, in->id, &client);

	if (e == OK)
		e = count_uris(rq, tx, in->id, &count);
	if (e != OK)
		return fail_err(rq, e);
	enum verdict bad = check_uri(rq, client.type, in->uri);
	if (bad != VERDICT_GO_ON)
		return bad;
	if (count >= REDIRECT_URIS_MAX)
		return fail_field(rq, "uri", "count", "A client has at most %d redirect URIs.", REDIRECT_URIS_MAX);
	e = add_uri(rq, tx, &client, in);
	return e == OK ? reply(rq, 201, redirect_uri_fields, in) : fail_err(rq, e);
}

const struct field redirect_uri_remove_input[] = {
	IN_ID(struct redirect_uri_input, id, ID_ANY_CLIENT, .in = IN_PATH),
	IN_STRING(struct redirect_uri_input, uri, .in = IN_QUERY, .flags = FIELD_REQUIRED, .min = 1,
		  .max = REDIRECT_URI_BYTES_MAX),
	FIELDS_END,
};

static enum err
remove_uri(const struct request *rq, struct tx *tx, const struct redirect_uri_input *in)
{
	struct client_row client;
	uint64_t matched = 0;
	int64_t left = 0;

	TRY(guard_and_read(rq, tx, in->id, &client));
	TRY(q_client_uri_delete(tx->db,
				&(struct q_client_uri_delete){
				    .project_id = rq->project.id,
				    .client_id = in->id,
				    .uri_digest = sha256_bytes(rq->arena, in->uri, strlen(in->uri)),
				},
				&matched));
	if (matched == 0)
		return ERR_NOT_FOUND;
	TRY(count_uris(rq, tx, in->id, &left));
	if (left == 0)
		return ERR_LAST_REDIRECT_URI;
	return record_uri(rq, tx, &client, in->uri, false);
}

enum verdict
redirect_uri_remove(const struct request *rq, struct tx *tx)
{
	enum err e = remove_uri(rq, tx, rq->input);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}
