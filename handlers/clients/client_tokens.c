/*
 * POST /clients/{id}/revoke_tokens: all that a client got, of people and for itself, is void (oauth.md 4.2).
 */
#include "handlers/clients/clients.h"

struct revoked_view {
	int64_t revoked;
};

const struct field client_revoked_fields[] = {
	OUT_INT(struct revoked_view, revoked, .description = "Grants of people that ended"),
	FIELDS_END,
};

static enum err
revoke_tokens(const struct request *rq, struct tx *tx, const char *client_id, uint64_t *ret_revoked)
{
	struct client client;
	uint64_t matched = 0;

	TRY(request_guard(rq, tx));
	TRY(client_read(rq, tx, client_id, &client));
	TRY(q_client_revoke_tokens(
	    tx->db, &(struct q_client_revoke_tokens){ .project_id = rq->project.id, .client_id = client_id }, &matched));
	if (matched == 0)
		return ERR_NO_ROW;
	TRY(q_grant_end_of_client(
	    tx->db, &(struct q_grant_end_of_client){ .project_id = rq->project.id, .client_id = client_id }, ret_revoked));
	struct record r = request_record(rq, EV_CLIENT_TOKENS_REVOKED, client_id, client.name);
	r.changes = "{}";
	r.data = arena_printf(rq->arena, "{\"client_id\":\"%s\",\"revoked\":%llu}", client_id, (unsigned long long)*ret_revoked);
	return record(tx, &r);
}

enum verdict
client_revoke_tokens(const struct request *rq, struct tx *tx)
{
	const struct client_path *in = rq->input;
	uint64_t revoked = 0;
	enum err e = revoke_tokens(rq, tx, in->id, &revoked);

	if (e != OK)
		return fail_err(rq, e);
	return reply(rq, 200, client_revoked_fields, &(struct revoked_view){ .revoked = (int64_t)revoked });
}
