/*
 * Looks at a sign-in provider: does it say what it is, has it keys, does it know our client? What is wrong is written into the
 * settings' problems, unless they have been changed meanwhile.
 */
#include "jobs/social.h"

#include <string.h>

#include "lib/encode.h"
#include "lib/jose.h"
#include "lib/secrets.h"
#include "sql/gen/queries.h"

/* A code that no provider has given, to see whether it minds the code or the client. */
#define NO_CODE "gatehouse-check"

static const char *
check_keys(struct social_errand *errand)
{
	struct json keys;
	const char *word;

	if (errand->endpoints.keys_url == NULL)
		return NULL;
	if (!social_get(errand, errand->endpoints.keys_url, NULL, &keys, &word))
		return "keys_unreachable";
	const struct json *list = keys.type == JSON_OBJECT ? json_member(&keys, "keys") : NULL;
	return list != NULL && list->type == JSON_ARRAY && list->count > 0 ? NULL : "keys_missing";
}

/* RFC 6749 section 5.2 names the client's failure; GitHub has words of its own. */
static const char *
check_client(struct social_errand *errand)
{
	struct job_worker *worker = errand->call->worker;
	struct tx tx = job_tx(worker);
	const char *verifier;
	struct json answer;
	const char *word = NULL;

	if (errand->secret == NULL || errand->provider.settings.client_id == NULL)
		return NULL;	/* missing, which is a problem that needs no asking */
	if (secret_make_cookie(worker->arena, &verifier) != OK)
		return "internal";
	if (!social_send_code(errand, NO_CODE, verifier, social_callback_url(&tx, errand->call->project_id), &answer, &word))
		return word != NULL && strcmp(word, "private_key_unusable") == 0 ? word : "token_endpoint_unreachable";
	const char *error = json_text(&answer, "error");
	if (error != NULL && (strcmp(error, "invalid_client") == 0 || strcmp(error, "unauthorized_client") == 0 ||
			      strcmp(error, "incorrect_client_credentials") == 0))
		return "client_refused";
	return error != NULL && strcmp(error, "redirect_uri_mismatch") == 0 ? "callback_url_refused" : NULL;
}

static const char *
check_discovery(struct social_errand *errand)
{
	struct social_settings *settings = &errand->provider.settings;
	struct arena *arena = errand->call->worker->arena;
	const char *url = social_discovery_url(arena, settings);
	struct json metadata;
	const char *word;

	if (url == NULL)
		return NULL;
	if (!social_get(errand, url, NULL, &metadata, &word))
		return "issuer_unreachable";
	return metadata.type == JSON_OBJECT ? social_take_discovery(arena, settings, &metadata) : "discovery_incomplete";
}

static const char *
check(struct social_errand *errand)
{
	const char *word = check_discovery(errand);

	if (word == NULL &&
	    social_endpoints_of(errand->call->worker->arena, &errand->provider.settings, &errand->endpoints)) {
		word = check_keys(errand);
		if (word == NULL)
			word = check_client(errand);
	}
	return word;
}

static enum err
write_found(struct call *call, struct tx *tx)
{
	const struct social_provider *provider = call->found;

	return q_social_provider_checked(tx->db,
					 &(struct q_social_provider_checked){
					     .body = social_settings_render(tx->arena, &provider->settings),
					     .project_id = call->project_id,
					     .provider = provider->settings.key,
					     .version = provider->version,
					 },
					 NULL);
}

enum err
call_provider_check(struct call *call)
{
	struct social_errand *errand = ARENA_NEW(call->worker->arena, struct social_errand);
	const char **problem = ARENA_NEW(call->worker->arena, const char *);
	enum err e = social_errand_begin(call, errand);

	if (e != OK)
		return e == ERR_NO_ROW ? OK : e;
	*problem = check(errand);
	errand->provider.settings.problems = (struct strings){ problem, *problem != NULL ? 1 : 0 };
	errand->provider.settings.checked_at = call->worker->now_ms;
	call->found = &errand->provider;
	call->finish = write_found;
	return OK;
}
