/*
 * Tells a client that a person's sign-in has ended (OpenID Connect Back-Channel Logout 1.0 section 2.5): a signed token to the address that
 * it has named, five times at most within twenty minutes (oauth.md rule 33).
 */
#include "jobs/calls.h"

#include <string.h>

#include "domain/clients.h"
#include "domain/signing_keys.h"
#include "lib/access_token.h"
#include "sys/fetch.h"
#include "sys/log.h"

#define TOKEN_LIFE_MS	 (2 * MINUTE_MS)
#define ANSWER_BYTES_MAX ((size_t)16 * 1024)

/* After which time the next try comes. */
static const int64_t WAITS_MS[] = { 30 * SECOND_MS, 2 * MINUTE_MS, 5 * MINUTE_MS, 10 * MINUTE_MS };

struct notice {
	struct oauth_logout_client_row client;
	const char *session_id, *user_id, *issuer;
};

static enum err
make_token(struct call *call, struct notice *notice, const char **ret_token)
{
	struct job_worker *worker = call->worker;
	enum signing_alg alg = signing_alg_parse(notice->client.id_token_alg);
	struct tx tx = job_tx(worker);
	struct logout_token token = {
		.issuer = notice->issuer,
		.subject = notice->user_id,
		.audience = client_own_name(worker->arena, notice->client.id, notice->client.metadata_url),	/* as its ID tokens */
		.session_id = notice->session_id,
		.issued_at = worker->now_ms,
		.expires_at = worker->now_ms + TOKEN_LIFE_MS,
	};

	TRY(tx_make_id(&tx, ID_ACCESS_TOKEN, &token.jti));
	TRY(signing_key_take(&tx, call->org_id, call->project_id, alg, &notice->client.key_id, &notice->client.private_sealed));
	struct seal_place place = signing_key_place(call->project_id, notice->client.key_id);
	return signing_key_sign(worker->keyring, worker->arena, alg, &place, notice->client.private_sealed,
				&(struct token_head){ .type = LOGOUT_TOKEN_TYPE, .kid = notice->client.key_id },
				logout_token_claims(worker->arena, &token), ret_token);
}

/* NULL, or what went wrong. */
static const char *
send_token(struct call *call, const char *url, const char *token)
{
	struct job_worker *worker = call->worker;
	const char *form = arena_printf(worker->arena, "logout_token=%s", token), *reason = NULL;
	struct fetch_request request = {
		.method = "POST",
		.url = url,
		.headers = { "Content-Type: application/x-www-form-urlencoded" },
		.body = { (const uint8_t *)form, strlen(form) },
		.answer_bytes_max = ANSWER_BYTES_MAX,
		.heartbeat = worker->heartbeat,
	};
	struct fetch_answer answer;

	if (fetch(worker->arena, worker->config, &request, &answer, &reason) != FETCH_ANSWERED)
		return reason;
	return answer.status >= 200 && answer.status < 300 ? NULL : arena_printf(worker->arena, "It answered %ld.", answer.status);
}

static enum err
record_failure(struct call *call, struct tx *tx)
{
	const struct notice *notice = call->found;
	struct buffer data = buffer_new(tx->arena);

	buffer_printf(&data, "{\"client_id\":\"%s\",\"session_id\":\"%s\",\"user_id\":\"%s\",\"problem\":", notice->client.id,
		      notice->session_id, notice->user_id);
	buffer_json_string(&data, call->problem);
	buffer_char(&data, '}');
	return record(tx, &(struct record){
			      .event = EV_OAUTH_BACKCHANNEL_LOGOUT_FAILED,
			      .org_id = call->org_id,
			      .project_id = call->project_id,
			      .target_id = notice->client.id,
			      .target_label = notice->client.name,
			      .changes = "{}",
			      .data = buffer_string(&data),
		      });
}

static void
try_again_or_give_up(struct call *call)
{
	size_t tries = (size_t)call->attempts;

	log_event(LOG_WARN, "a client couldn't be told of a sign-out", call->problem);
	if (tries <= ARRAY_LEN(WAITS_MS))
		call->again_at = call->worker->now_ms + WAITS_MS[tries - 1];
	else
		call->finish = record_failure;
}

enum err
call_backchannel_logout(struct call *call)
{
	struct notice *notice = ARENA_NEW(call->worker->arena, struct notice);
	const char *client_id = call_text(call, "client_id"), *token;

	*notice = (struct notice){
		.session_id = call_text(call, "session_id"), .user_id = call_text(call, "user_id"), .issuer = call_text(call, "issuer")
	};
	if (client_id == NULL || notice->session_id == NULL || notice->user_id == NULL || notice->issuer == NULL)
		return OK;
	/* A client that is gone, or doesn't want to know any more. */
	enum err e = q_oauth_logout_client(
	    call->worker->db, &(struct q_oauth_logout_client){ .project_id = call->project_id, .client_id = client_id }, &notice->client);
	if (e != OK)
		return e == ERR_NO_ROW ? OK : e;
	TRY(make_token(call, notice, &token));
	call->found = notice;
	call->problem = send_token(call, notice->client.backchannel_logout_uri, token);
	if (call->problem != NULL)
		try_again_or_give_up(call);
	return OK;
}
