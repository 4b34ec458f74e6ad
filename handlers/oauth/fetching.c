/*
 * Requests of an app that isn't known yet (oauth.md rule 37): its client_id is the address of a document that a job worker fetches now. What
 * the app asked waits in a row, unread; once the document is there the browser asks the same again.
 */
#include <string.h>

#include "domain/client_documents.h"
#include "handlers/oauth/ask.h"
#include "handlers/oauth/oauth.h"
#include "handlers/oauth/waiting.h"

#define WAIT_LIFE_MS (10 * MINUTE_MS)

static enum verdict
lead_to_wait(const struct request *rq, const char *issuer_id, const char *id)
{
	return reply_see_other(rq, arena_printf(rq->arena, "%s?request=%s", oauth_page(rq, issuer_id, "wait"), id));
}

static enum err
keep(const struct request *rq, struct tx *tx, const char *issuer_id, const char *url, const char *address, const char **ret_id)
{
	struct q_oauth_issuer_row project;
	struct bytes binding;

	TRY(q_oauth_issuer(tx->db, &(struct q_oauth_issuer){ .client_id = issuer_id }, &project));
	TRY(flow_take_cookie(rq, project.project_id, &binding));
	TRY(tx_make_id(tx, ID_OAUTH_REQUEST, ret_id));
	return q_oauth_request_fetching(tx->db,
					&(struct q_oauth_request_fetching){
					    .project_id = project.project_id,
					    .id = *ret_id,
					    .client_url = { (const uint8_t *)url, strlen(url) },
					    .params = address,
					    .flow_digest = binding,
					    .expires_at = rq->now_ms + WAIT_LIFE_MS,
					},
					NULL);
}

enum verdict
fetching_begin(const struct request *rq, struct tx *tx, const char *url, const char *address_again)
{
	const struct ask_input *in = rq->input;
	const char *id;
	enum err e = keep(rq, tx, in->issuer_id, url, address_again, &id);

	return e == OK ? lead_to_wait(rq, in->issuer_id, id) : fail_err(rq, e);
}

enum err
fetching_status(struct tx *tx, const struct oauth_request_row *request, const char **ret_status)
{
	const char *url = arena_strndup(tx->arena, (const char *)request->client_url.data, request->client_url.len);
	struct client_document_row document;

	TRY(client_document_read(tx, request->project_id, DOCUMENT_CLIENT, url, &document));
	*ret_status = strcmp(document.state, "ok") == 0 ? "ready" : strcmp(document.state, "failed") == 0 ? "failed" : "fetching";
	return OK;
}

enum verdict
fetching_resume(const struct request *rq, struct tx *tx, const char *issuer_id, const struct oauth_request_row *request)
{
	const char *status = NULL;
	enum err e = fetching_status(tx, request, &status);

	if (e == OK && strcmp(status, "fetching") == 0)
		return lead_to_wait(rq, issuer_id, request->id);
	if (e == OK)
		e = waiting_end(tx, request);	/* it leads back once */
	if (e != OK)
		return fail_err(rq, e);
	if (strcmp(status, "failed") == 0)
		return refuse(rq, ERR_INVALID_CLIENT, "What the application says of itself at its client_id can't be read.");
	return reply_see_other(rq, request->params);
}
