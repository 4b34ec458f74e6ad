/*
 * A client's secret: a new one, and how long the old one works beside it (oauth.md rule 40).
 */
#include "handlers/clients/clients.h"

#include <string.h>

#include "domain/clients.h"
#include "lib/text.h"

#define GRACE_MAX_S (30 * DAY_MS / SECOND_MS)

const struct field client_secret_input[] = {
	IN_ID(struct client_secret_input, id, ID_ANY_CLIENT, .in = IN_PATH),
	IN_INT(struct client_secret_input, grace_s, 0, GRACE_MAX_S,
	       .description = "How long the old secret works on; 0 when absent: it dies at once"),
	FIELDS_END,
};

struct client_secret_reply {
	const char *client_id;
	const char *client_secret;
};

const struct field client_secret_reply_fields[] = {
	OUT_ID(struct client_secret_reply, client_id, ID_ANY_CLIENT),
	OUT_STRING(struct client_secret_reply, client_secret, .flags = FIELD_SECRET),
	FIELDS_END,
};

static enum err
rotate_secret(const struct request *rq, struct tx *tx, const char *client_id, int64_t grace_ms, const char **ret_secret)
{
	struct client_row client;

	TRY(client_guard(rq, tx, client_id));
	TRY(q_client_get(
	    tx->db, &(struct q_client_get){ .project_id = rq->project.id, .client_id = client_id }, &client));
	if (!words_have("client_secret_basic client_secret_post", client.token_endpoint_auth_method,
			strlen(client.token_endpoint_auth_method)))
		return ERR_CLIENT_IS_PUBLIC;
	TRY(client_make_secret(tx, rq->project.id, client_id, grace_ms, ret_secret));
	struct record r = request_record(rq, EV_CLIENT_SECRET_ROTATED, client_id, client.name);
	r.changes = "{\"client_secret\":[\"•\",\"•\"]}";
	return record(tx, &r);
}

enum verdict
client_rotate_secret(const struct request *rq, struct tx *tx)
{
	const struct client_secret_input *in = rq->input;
	struct client_secret_reply view = { .client_id = in->id };
	enum err e = rotate_secret(rq, tx, in->id, in->has.grace_s ? in->grace_s * SECOND_MS : 0, &view.client_secret);

	return e == OK ? reply(rq, 200, client_secret_reply_fields, &view) : fail_err(rq, e);
}
