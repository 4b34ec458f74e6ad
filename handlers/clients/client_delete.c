/*
 * DELETE /clients/{id}: the application, its secrets and URIs are gone; what it was granted ends with it (oauth.md rule 34).
 */
#include "handlers/clients/clients.h"

#include <string.h>

#include "domain/assets.h"

static enum err
remove_client(const struct request *rq, struct tx *tx, const char *client_id)
{
	struct client client;
	uint64_t matched = 0;

	TRY(request_guard(rq, tx));
	TRY(client_read(rq, tx, client_id, &client));
	if (!precondition_holds(rq, client.version))
		return ERR_PRECONDITION_FAILED;
	if (strcmp(client_id, rq->project.client_id) == 0)
		return ERR_CANNOT_DELETE_DEFAULT_CLIENT;
	TRY(asset_remove_all(tx, rq->project.id, client_id));
	TRY(q_client_delete(
	    tx->db, &(struct q_client_delete){ .project_id = rq->project.id, .client_id = client_id }, &matched));
	if (matched == 0)
		return ERR_NO_ROW;
	struct record r = request_record(rq, EV_CLIENT_DELETED, client.id, client.name);
	r.fields = client_fields;
	r.before = &client;
	return record(tx, &r);
}

enum verdict
client_delete(const struct request *rq, struct tx *tx)
{
	const struct client_path *in = rq->input;
	enum err e = remove_client(rq, tx, in->id);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}
