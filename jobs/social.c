/*
 * Words with a sign-in provider: the secret goes where its kind wants it, answers are JSON or nothing.
 */
#include "jobs/social.h"

#include <string.h>

#include "lib/encode.h"
#include "lib/jose.h"
#include "sys/fetch.h"
#include "sys/log.h"

/* Apple takes six months at most; one call needs a minute. */
#define CLIENT_TOKEN_LIFE_S INT64_C(300)

enum err
social_errand_begin(struct call *call, struct social_errand *ret)
{
	struct social_errand errand = { .call = call };
	const char *key = call_text(call, "provider");
	struct tx tx = job_tx(call->worker);

	if (key == NULL)
		return ERR_NO_ROW;
	TRY(social_provider_read(&tx, call->project_id, key, &errand.provider));
	if (errand.provider.secret_sealed.data != NULL)
		TRY(social_secret_open(&tx, call->project_id, key, errand.provider.secret_sealed, &errand.secret));
	*ret = errand;
	return OK;
}

/* ---- asking ---- */

/* Our own words for the log and for people; nothing of the answer. */
static bool
ask(struct social_errand *errand, const struct fetch_request *request, struct json *ret, const char **ret_word)
{
	struct job_worker *worker = errand->call->worker;
	struct fetch_answer answer;
	const char *reason = NULL;

	if (fetch(worker->arena, worker->config, request, &answer, &reason) != FETCH_ANSWERED) {
		log_event(LOG_WARN, "a sign-in provider couldn't be asked", reason);
		*ret_word = "unreachable";
		return false;
	}
	if (json_parse(worker->arena, answer.body, answer.body_len, ret, NULL) != OK ||
	    (ret->type != JSON_OBJECT && ret->type != JSON_ARRAY)) {
		log_event(LOG_WARN, "a sign-in provider's answer isn't JSON", errand->provider.settings.key);
		*ret_word = "answer_unreadable";
		return false;
	}
	/* RFC 6749 section 5.2: a refusal by the token endpoint is an answer, too. */
	if (answer.status >= 400 && request->body.data == NULL) {
		*ret_word = "answer_refused";
		return false;
	}
	return true;
}

bool
social_get(struct social_errand *errand, const char *url, const char *access_token, struct json *ret, const char **ret_word)
{
	struct job_worker *worker = errand->call->worker;
	struct fetch_request request = {
		.method = "GET",
		.url = url,
		.headers = { "Accept: application/json" },
		.heartbeat = worker->heartbeat,
	};

	if (access_token != NULL)
		request.headers[1] = arena_printf(worker->arena, "Authorization: Bearer %s", access_token);
	return ask(errand, &request, ret, ret_word);
}

/* ---- the token endpoint ---- */

static void
add_pair(struct buffer *form, const char *name, const char *value)
{
	if (form->len > 0)
		buffer_char(form, '&');
	buffer_printf(form, "%s=%s", name, percent_encode(form->arena, value));
}

/* Standard base64 with padding, as Basic wants it. */
static const char *
basic(struct arena *arena, const char *client_id, const char *secret)
{
	const char *pair = arena_printf(arena, "%s:%s", percent_encode(arena, client_id), percent_encode(arena, secret));
	size_t len = strlen(pair);
	char *text = arena_strdup(arena, base64url_encode(arena, (struct bytes){ (const uint8_t *)pair, len }));

	for (char *at = text; *at != '\0'; at++)
		*at = *at == '-' ? '+' : *at == '_' ? '/' : *at;
	return arena_printf(arena, "Authorization: Basic %s%.*s", text, (int)((3 - len % 3) % 3), "==");
}

/* Apple: who we are, signed with our own key (its audience is fixed). */
static bool
client_token(struct social_errand *errand, const char **ret_token)
{
	const struct social_settings *settings = &errand->provider.settings;
	struct arena *arena = errand->call->worker->arena;
	int64_t now_s = errand->call->worker->now_ms / SECOND_MS;
	const char *header = arena_printf(arena, "{\"alg\":\"ES256\",\"kid\":\"%s\"}", settings->key_id);
	struct buffer claims = buffer_new(arena);

	buffer_printf(&claims, "{\"iss\":\"%s\",\"iat\":%lld,\"exp\":%lld,\"aud\":", settings->team_id, (long long)now_s,
		      (long long)(now_s + CLIENT_TOKEN_LIFE_S));
	buffer_json_string(&claims, errand->endpoints.issuer);
	buffer_text(&claims, ",\"sub\":");
	buffer_json_string(&claims, settings->client_id);
	buffer_char(&claims, '}');
	return jws_sign_es256(arena, errand->secret, header, buffer_string(&claims), ret_token);
}

static bool
prove_client(struct social_errand *errand, struct buffer *form, struct fetch_request *request)
{
	const struct social_settings *settings = &errand->provider.settings;
	const char *token;

	switch (errand->endpoints.client_auth) {
	case SOCIAL_SECRET_BASIC:
		request->headers[2] = basic(form->arena, settings->client_id, errand->secret);
		return true;
	case SOCIAL_SECRET_SIGNED:
		if (!client_token(errand, &token))
			return false;
		add_pair(form, "client_id", settings->client_id);
		add_pair(form, "client_secret", token);
		return true;
	case SOCIAL_SECRET_IN_BODY:
		add_pair(form, "client_id", settings->client_id);
		add_pair(form, "client_secret", errand->secret);
		return true;
	}
	return false;
}

bool
social_send_code(struct social_errand *errand, const char *code, const char *verifier, const char *redirect_uri,
		 struct json *ret, const char **ret_word)
{
	struct job_worker *worker = errand->call->worker;
	struct buffer form = buffer_new(worker->arena);
	struct fetch_request request = {
		.method = "POST",
		.url = errand->endpoints.token_url,
		.headers = { "Accept: application/json", "Content-Type: application/x-www-form-urlencoded" },
		.heartbeat = worker->heartbeat,
	};

	add_pair(&form, "grant_type", "authorization_code");
	add_pair(&form, "code", code);
	add_pair(&form, "redirect_uri", redirect_uri);
	add_pair(&form, "code_verifier", verifier);
	if (!prove_client(errand, &form, &request)) {
		*ret_word = "private_key_unusable";
		return false;
	}
	request.body = (struct bytes){ (const uint8_t *)form.data, form.len };
	arena_wipe_later(worker->arena, form.data, form.len);
	return ask(errand, &request, ret, ret_word) && ret->type == JSON_OBJECT;
}
