/*
 * Trades a provider's code for who the person is (users.md rule 25): token endpoint, ID token or userinfo. The flow that waits
 * finds the answer, {subject, email, email_verified, name} or {error}.
 */
#include "jobs/social.h"

#include <string.h>

#include "lib/jose.h"
#include "sys/log.h"

static const char *
answer_of(struct arena *arena, const struct social_person *person)
{
	struct buffer json = buffer_new(arena);

	buffer_text(&json, "{\"subject\":");
	buffer_json_string(&json, person->subject);
	buffer_text(&json, ",\"email\":");
	buffer_json_string(&json, person->email);
	buffer_text(&json, ",\"email_verified\":");
	buffer_json_bool(&json, person->email_verified);
	buffer_text(&json, ",\"name\":");
	buffer_json_string(&json, person->name);
	buffer_char(&json, '}');
	return buffer_string(&json);
}

/* Signature, then claims (security.md SS-04). NULL when it is good, else what isn't. */
static const char *
judge_id_token(struct social_errand *errand, const char *text, struct jws *ret)
{
	struct arena *arena = errand->call->worker->arena;
	struct json keys;
	const char *word;

	if (!jws_parse(arena, text, ret))
		return "id_token_unreadable";
	if (!social_get(errand, errand->endpoints.keys_url, NULL, &keys, &word))
		return word;
	if (!jws_verify(arena, ret, &keys))
		return "signature";
	return id_token_problem(arena, &ret->claims,
				&(struct id_token_expected){
				    .issuer = errand->endpoints.issuer,
				    .client_id = errand->provider.settings.client_id,
				    .nonce = call_text(errand->call, "nonce"),
				    .now_ms = errand->call->worker->now_ms,
				});
}

/*
 * Core 5.3.2: what userinfo says belongs to the ID token's person only if it says so. It is asked when the token leaves the
 * address out.
 */
static const char *
look_up_more(struct social_errand *errand, const char *access_token, const struct json *claims, struct json *ret)
{
	const char *subject = json_text(claims, "sub");
	struct json more;
	const char *word;

	*ret = *claims;
	if (json_member(claims, "email") != NULL || errand->endpoints.userinfo_url == NULL || access_token == NULL)
		return NULL;
	if (!social_get(errand, errand->endpoints.userinfo_url, access_token, &more, &word))
		return word;
	const char *other = more.type == JSON_OBJECT ? json_text(&more, "sub") : NULL;
	if (other == NULL || strcmp(other, subject) != 0)
		return "userinfo_sub";
	*ret = more;
	return NULL;
}

static const char *
find_claims(struct social_errand *errand, const struct json *tokens, struct json *claims, struct json *emails)
{
	const char *access_token = json_text(tokens, "access_token");
	const char *id_token = json_text(tokens, "id_token");
	const char *word = NULL;
	struct jws jws;

	if (errand->endpoints.issuer != NULL) {
		word = id_token != NULL ? judge_id_token(errand, id_token, &jws) : "id_token_missing";
		return word != NULL ? word : look_up_more(errand, access_token, &jws.claims, claims);
	}
	if (access_token == NULL)
		return "access_token_missing";
	if (!social_get(errand, errand->endpoints.userinfo_url, access_token, claims, &word))
		return word;
	if (errand->endpoints.emails_url != NULL &&
	    !social_get(errand, errand->endpoints.emails_url, access_token, emails, &word))
		return word;
	return NULL;
}

/* NULL with *ret_answer, or what went wrong. */
static const char *
exchange(struct social_errand *errand, const char **ret_answer)
{
	struct call *call = errand->call;
	struct arena *arena = call->worker->arena;
	struct json tokens, claims = { .type = JSON_NULL }, emails = { .type = JSON_NULL };
	struct social_person person;
	const char *word = NULL;

	if (!social_endpoints_of(arena, &errand->provider.settings, &errand->endpoints) || errand->secret == NULL)
		return "not_ready";
	if (!social_send_code(errand, call_text(call, "code"), call_text(call, "verifier"),
			      call_text(call, "redirect_uri"), &tokens, &word))
		return word != NULL ? word : "answer_unreadable";
	if (json_text(&tokens, "error") != NULL)
		return "code_refused";
	word = find_claims(errand, &tokens, &claims, &emails);
	if (word != NULL)
		return word;
	if (!social_person_read(arena, &errand->provider.settings, &claims, &emails, &person))
		return "subject_missing";
	/* Apple says the name in the form, once, and never in the token. */
	if (person.name == NULL)
		person.name = call_text(call, "name");
	*ret_answer = answer_of(arena, &person);
	return NULL;
}

enum err
call_social_exchange(struct call *call)
{
	struct social_errand errand;
	enum err e = social_errand_begin(call, &errand);

	if (e != OK && e != ERR_NO_ROW)
		return e;
	const char *word = e == OK ? exchange(&errand, &call->answer) : "not_ready";
	if (word == NULL)
		return OK;
	log_event(LOG_WARN, "a sign-in provider's answer was refused",
		  arena_printf(call->worker->arena, "%s %s", call->id, word));
	call_answer_error(call, strcmp(word, "unreachable") == 0 ? "provider_unavailable" : "provider_refused");
	return OK;
}
