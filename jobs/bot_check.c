/*
 * Asks the project's verifier whether a browser's token is a person's (users.md rule 41). What it says goes to the flow that waits: allow,
 * deny, or unavailable, which the flow judges by fail_open.
 */
#include <string.h>

#include "domain/area_settings.h"
#include "domain/settings.h"
#include "jobs/calls.h"
#include "lib/jose.h"
#include "lib/provider_requests.h"
#include "sys/fetch.h"
#include "sys/log.h"

#define ANSWER_BYTES_MAX ((size_t)16 * 1024)

/* Where the named verifiers listen; all three speak the same form. */
static const char *const SITE_VERIFY[] = {
	[BOT_TURNSTILE] = "https://challenges.cloudflare.com/turnstile/v0/siteverify",
	[BOT_HCAPTCHA] = "https://api.hcaptcha.com/siteverify",
	[BOT_RECAPTCHA] = "https://www.google.com/recaptcha/api/siteverify",
};

struct errand {
	struct call *call;
	struct sign_in_settings settings;
	const char *secret; /* NULL: none */
};

static enum err
begin(struct call *call, struct errand *ret)
{
	struct tx tx = job_tx(call->worker);
	struct area_settings stored;

	TRY(area_settings_read(&tx, call->project_id, AREA_SIGN_IN, &stored));
	*ret = (struct errand){
		.call = call,
		.settings = sign_in_settings_parse(call->worker->arena, call->worker->config, stored.body),
	};
	return area_settings_secret(&tx, call->project_id, AREA_SIGN_IN, stored.sealed, &ret->secret);
}

/* ---- asking ---- */

static void
write_form(const struct errand *errand, struct buffer *form)
{
	add_form(form, "secret", errand->secret);
	add_form(form, "response", call_text(errand->call, "token"));
	add_form(form, "remoteip", call_text(errand->call, "ip"));
	add_form(form, "sitekey",
		 errand->settings.bot_check.provider == BOT_HCAPTCHA ? errand->settings.bot_check.site_key : NULL);
}

static void
write_json(const struct errand *errand, struct buffer *json)
{
	add_member(json, "token", call_text(errand->call, "token"));
	add_member(json, "action", call_text(errand->call, "action"));
	add_member(json, "ip", call_text(errand->call, "ip"));
	buffer_char(json, '}');
}

/* False when there is no answer that can be read. */
static bool
ask(const struct errand *errand, struct json *ret)
{
	struct job_worker *worker = errand->call->worker;
	bool is_own = errand->settings.bot_check.provider == BOT_HTTP;
	struct buffer body = buffer_new(worker->arena);
	struct fetch_request request = {
		.method = "POST",
		.url = is_own ? errand->settings.bot_check.url : SITE_VERIFY[errand->settings.bot_check.provider],
		.headers = { is_own ? JSON_TYPE : FORM_TYPE, "Accept: application/json" },
		.answer_bytes_max = ANSWER_BYTES_MAX,
		.heartbeat = worker->heartbeat,
	};
	struct fetch_answer answer;
	const char *reason = NULL;

	if (is_own)
		write_json(errand, &body);
	else
		write_form(errand, &body);
	if (is_own && errand->secret != NULL)
		request.headers[2] = secret_header(worker->arena, "Authorization", "Bearer ", errand->secret);
	request.body = buffer_bytes(&body);
	arena_wipe_later(worker->arena, body.data, body.len);
	if (fetch(worker->arena, worker->config, &request, &answer, &reason) != FETCH_ANSWERED) {
		log_event(LOG_WARN, "the bot check's verifier couldn't be asked", reason);
		return false;
	}
	if (answer.status < 200 || answer.status > 299 ||
	    json_parse(worker->arena, answer.body, answer.body_len, ret, NULL) != OK || ret->type != JSON_OBJECT) {
		log_event(LOG_WARN, "the bot check's verifier gave no answer that can be read", errand->call->id);
		return false;
	}
	return true;
}

/* ---- judging ---- */

/* It refuses us, not the person: our secret is wrong. */
static bool
refuses_us(const struct json *answer)
{
	const struct json *codes = json_member(answer, "error-codes");

	if (codes == NULL || codes->type != JSON_ARRAY)
		return false;
	for (size_t i = 0; i < codes->count; i++)
		if (codes->items[i].type == JSON_STRING && strstr(codes->items[i].string, "input-secret") != NULL)
			return true;
	return false;
}

static const char *
judge(const struct errand *errand, const struct json *answer)
{
	const char *name = errand->settings.bot_check.provider == BOT_HTTP ? "allow" : "success";
	const struct json *member = json_member(answer, name);

	if (member == NULL || member->type != JSON_BOOL || refuses_us(answer)) {
		log_event(LOG_WARN, "the bot check's verifier doesn't take our secret, or says neither yes nor no", errand->call->id);
		return "unavailable";
	}
	return member->boolean ? "allow" : "deny";
}

enum err
call_bot_check(struct call *call)
{
	struct errand errand;
	struct json answer;

	TRY(begin(call, &errand));
	/* Turned off meanwhile: nobody is asked, and the flow asks for no check any more. */
	const char *verdict = errand.settings.bot_check.provider == BOT_NONE ? "allow"
			      : ask(&errand, &answer)			     ? judge(&errand, &answer)
									     : "unavailable";
	call->answer = arena_printf(call->worker->arena, "{\"verdict\":\"%s\"}", verdict);
	return OK;
}
