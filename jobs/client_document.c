/*
 * Fetches what stands at an address that a client named (oauth.md rule 38): the document that says who the client is, or its public keys.
 * One answer within three seconds, from a public address, without a redirect; what can't be taken is forgotten.
 */
#include <string.h>
#include <strings.h>

#include "domain/client_documents.h"
#include "domain/job_queue.h"
#include "domain/registrations.h"
#include "jobs/calls.h"
#include "lib/encode.h"
#include "lib/http_cache.h"
#include "lib/text.h"
#include "sys/fetch.h"
#include "sys/log.h"

#define FETCH_MS	 (3 * SECOND_MS)
#define DOCUMENT_MAX	 ((size_t)5 * 1024)
#define KEYS_MAX	 ((size_t)20 * 1024)
#define ETAG_MAX	 ((size_t)255)
#define ERROR_MAX_LENGTH 200

struct errand {
	const char *url;
	struct bytes digest;			/* what its row is called by */
	struct client_document_row known;
	struct json body;
	const char *text;			/* NULL: nothing that can be taken */
	const char *etag;
	int64_t fresh_ms;
	const char *error;			/* a word, when text is NULL */
};

static bool
is_of_client(const struct errand *errand)
{
	return strcmp(errand->known.kind, DOCUMENT_CLIENT) == 0;
}

/* ---- asking ---- */

/* application/json, or any type that says to be JSON (RFC 6839). */
static bool
is_json_type(const char *type)
{
	size_t len = strcspn(type, "; \t");
	size_t suffix = strlen("+json");

	if (strncasecmp(type, "application/", strlen("application/")) != 0)
		return false;
	return (len == strlen("application/json") && strncasecmp(type, "application/json", len) == 0) ||
	       (len > suffix && strncasecmp(type + len - suffix, "+json", suffix) == 0);
}

static bool
refuse(struct errand *errand, const char *word)
{
	errand->error = word;
	return false;
}

static bool
take_body(struct errand *errand, struct arena *arena, const struct fetch_answer *answer)
{
	if (answer->status != 200)
		return refuse(errand, answer->status >= 300 && answer->status < 400 ? "redirect" : "status");
	if (!is_json_type(answer->content_type))
		return refuse(errand, "content_type");
	if (json_parse(arena, answer->body, answer->body_len, &errand->body, NULL) != OK || errand->body.type != JSON_OBJECT)
		return refuse(errand, "not_json");
	errand->text = answer->body;
	return true;
}

/* 304: what is known still holds. */
static bool
take_known(struct errand *errand, struct arena *arena)
{
	const char *body = errand->known.body;

	if (json_parse(arena, body, strlen(body), &errand->body, NULL) != OK)
		return refuse(errand, "status");
	errand->text = body;
	return true;
}

static bool
ask(struct call *call, struct errand *errand)
{
	struct arena *arena = call->worker->arena;
	bool may_be_known = errand->known.body != NULL && errand->known.etag.len > 0;
	struct fetch_request request = {
		.method = "GET",
		.url = errand->url,
		.headers = { "Accept: application/json" },
		.answer_bytes_max = is_of_client(errand) ? DOCUMENT_MAX : KEYS_MAX,
		.timeout_ms = FETCH_MS,
		.is_strict = true,
		.heartbeat = call->worker->heartbeat,
	};
	struct fetch_answer answer;
	const char *reason = NULL;

	if (may_be_known)
		request.headers[1] = arena_printf(arena, "If-None-Match: %.*s", (int)errand->known.etag.len,
						  (const char *)errand->known.etag.data);
	if (fetch(arena, call->worker->config, &request, &answer, &reason) != FETCH_ANSWERED) {
		log_event(LOG_WARN, "a client's document couldn't be fetched", reason);
		return refuse(errand, "unreachable");
	}
	if (!(may_be_known && answer.status == 304 ? take_known(errand, arena) : take_body(errand, arena, &answer)))
		return false;
	errand->etag = fetch_header(arena, &answer, "etag");
	errand->fresh_ms = http_fresh_ms(fetch_header(arena, &answer, "cache-control"), fetch_header(arena, &answer, "age"),
					 fetch_header(arena, &answer, "vary"));
	return true;
}

/* ---- writing down ---- */

static enum err
fail(struct call *call, struct tx *tx, const char *error)
{
	const struct errand *errand = call->found;

	return q_client_document_fail(tx->db,
				      &(struct q_client_document_fail){
					  .project_id = call->project_id,
					  .url_digest = errand->digest,
					  .error = utf8_cut(tx->arena, error, ERROR_MAX_LENGTH),
				      },
				      NULL);
}

static enum err
keep(struct call *call, struct tx *tx)
{
	const struct errand *errand = call->found;
	size_t etag_len = strlen(errand->etag);

	return q_client_document_put(tx->db,
				     &(struct q_client_document_put){
					 .project_id = call->project_id,
					 .url_digest = errand->digest,
					 .body = errand->text,
					 .etag = { (const uint8_t *)errand->etag, etag_len <= ETAG_MAX ? etag_len : 0 },
					 .doc_digest = sha256_bytes(tx->arena, errand->text, strlen(errand->text)),
					 .fresh_until = tx->now_ms + errand->fresh_ms,
				     },
				     NULL);
}

static enum err
judge(struct call *call, struct tx *tx, struct registration *ret, const char **ret_problem)
{
	const struct errand *errand = call->found;
	struct registration_limits limits;

	TRY(registration_limits_read(tx, call->project_id, &limits));
	return client_document_judge(tx->arena, errand->url, &errand->body, &limits, ret, ret_problem);
}

static bool
says_the_same(const struct errand *errand)
{
	return errand->known.body != NULL && strcmp(errand->known.body, errand->text) == 0;
}

static enum err
write_client(struct call *call, struct tx *tx, struct registration *registration)
{
	const struct errand *errand = call->found;
	struct registrant who = {
		.org_id = call->org_id, .project_id = call->project_id, .source = "cimd", .metadata_url = errand->url
	};
	struct q_client_of_document_row client;
	enum err e = q_client_of_document(
	    tx->db, &(struct q_client_of_document){ .project_id = call->project_id, .url_digest = errand->digest }, &client);

	if (e == ERR_NO_ROW)
		return registration_add(tx, &who, registration);
	TRY(e);
	if (says_the_same(errand))
		return OK;
	registration->client_id = client.id;
	return registration_replace(tx, &who, registration);
}

static enum err
finish(struct call *call, struct tx *tx)
{
	const struct errand *errand = call->found;
	struct registration registration;
	const char *problem = NULL;

	if (errand->text == NULL)
		return fail(call, tx, errand->error);
	if (!is_of_client(errand))
		return keep(call, tx);
	enum err e = judge(call, tx, &registration, &problem);
	if (e == ERR_INVALID_CLIENT_METADATA || e == ERR_INVALID_REDIRECT_URI) {
		log_event(LOG_WARN, "a client's document can't be taken", problem);
		return fail(call, tx, problem);
	}
	TRY(e);
	TRY(keep(call, tx));
	return write_client(call, tx, &registration);
}

enum err
call_client_document(struct call *call)
{
	struct errand *errand = ARENA_NEW(call->worker->arena, struct errand);
	struct tx tx = job_tx(call->worker);
	const char *kind = call_text(call, "kind");

	errand->url = call_text(call, "url");
	if (errand->url == NULL || kind == NULL)
		return ERR_NO_ROW;
	errand->digest = client_document_digest(tx.arena, kind, errand->url);
	TRY(client_document_read(&tx, call->project_id, kind, errand->url, &errand->known));
	(void)ask(call, errand);
	call->finish = finish;
	call->found = errand;
	return OK;
}
