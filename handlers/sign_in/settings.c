/*
 * /api/v1/sign_in_settings (users.md section 3): how people may sign in to a project.
 */
#include "handlers/routes.h"
#include "handlers/sign_in/settings.h"

#include <string.h>

#include "domain/provider_settings.h"
#include "lib/json.h"

/* ---- GET ---- */

static enum verdict
settings_get(const struct request *rq, struct tx *tx)
{
	struct area_settings stored;
	enum err e = area_settings_read(tx, rq->project.id, AREA_SIGN_IN, &stored);

	if (e != OK)
		return fail_err(rq, e);
	reply_etag(rq, stored.version);
	return reply(rq, 200, settings_fields, settings_view_of(rq, &stored));
}

/* ---- PATCH: what is stored with what was named in place ---- */

static bool
names_secret(const struct settings_input *in)
{
	return in->bot_check != NULL && in->bot_check->has.secret;
}

/* NULL: kept; "": taken away. */
static const char *
new_secret(const struct settings_input *in)
{
	if (!names_secret(in))
		return NULL;
	return in->bot_check->secret != NULL ? in->bot_check->secret : "";
}

/* The secret is kept apart; its last characters stand beside the rest, so that it can be recognised. */
static enum err
note_last4(const struct request *rq, const char *body, const char *secret, const char **ret_body)
{
	struct json object;

	TRY(json_parse(rq->arena, body, strlen(body), &object, NULL));
	*ret_body = json_with_text(rq->arena, &object, "bot_check_last4", secret_last4(rq->arena, secret));
	return OK;
}

static enum err
merge(const struct request *rq, const struct area_settings *before, const char **ret_body)
{
	const struct settings_input *in = rq->input;
	struct json stored = { .type = JSON_NULL };

	if (before->body != NULL)
		TRY(json_parse(rq->arena, before->body, strlen(before->body), &stored, NULL));
	*ret_body = fields_merge(rq->arena, settings_input_fields, in, &stored);
	return names_secret(in) ? note_last4(rq, *ret_body, new_secret(in), ret_body) : OK;
}

/* ---- what members must be together ---- */

static bool
needs_key(enum bot_check_provider provider)
{
	return provider == BOT_TURNSTILE || provider == BOT_HCAPTCHA || provider == BOT_RECAPTCHA;
}

/* The host of each page is the host that passkeys belong to, or below it (WebAuthn section 5.1.3). */
static bool
origins_fit(const struct sign_in_settings *settings)
{
	for (size_t i = 0; settings->passkey.rp_id != NULL && i < settings->passkey.origins.count; i++) {
		const char *host = strstr(settings->passkey.origins.items[i], "//") + 2;
		size_t len = strcspn(host, ":"), own = strlen(settings->passkey.rp_id);

		if (len < own || strncmp(host + len - own, settings->passkey.rp_id, own) != 0 ||
		    (len > own && host[len - own - 1] != '.'))
			return false;
	}
	return true;
}

static enum verdict
check_together(const struct request *rq, const char *body, bool has_secret)
{
	struct sign_in_settings settings = sign_in_settings_parse(rq->arena, rq->config, body);
	struct field_errors errors = { .count = 0 };

	if (settings.session_inactivity_s > settings.session_max_lifetime_s)
		field_errors_add(&errors, rq->arena, "session_inactivity_s", "range",
				 "It is longer than session_max_lifetime_s.");
	if (!origins_fit(&settings))
		field_errors_add(&errors, rq->arena, "passkey.origins", "host",
				 "Each has to be of rp_id or a host below it.");
	if (needs_key(settings.bot_check.provider) && settings.bot_check.site_key == NULL)
		field_errors_add(&errors, rq->arena, "bot_check.site_key", "required",
				 "This provider needs it.");
	if (needs_key(settings.bot_check.provider) && !has_secret)
		field_errors_add(&errors, rq->arena, "bot_check.secret", "required",
				 "This provider needs it.");
	if (settings.bot_check.provider == BOT_HTTP && settings.bot_check.url == NULL)
		field_errors_add(&errors, rq->arena, "bot_check.url", "required", "This provider needs it.");
	if (settings.bot_check.provider == BOT_NONE && settings.bot_check.places != 0)
		field_errors_add(&errors, rq->arena, "bot_check.provider", "required",
				 "Nobody would be asked. Choose a provider, or leave bot_check.on empty.");
	if (errors.count == 0)
		return go_on(rq);
	return fail_details(rq, ERR_VALIDATION_FAILED, field_errors_details(rq->arena, &errors),
			    "Some fields don't go together.");
}

/* A stored secret isn't sent to a verifier it wasn't given for. */
static bool
takes_secret_elsewhere(const struct request *rq, const struct area_settings *before, const char *body)
{
	struct sign_in_settings old = sign_in_settings_parse(rq->arena, rq->config, before->body);
	struct sign_in_settings new = sign_in_settings_parse(rq->arena, rq->config, body);
	const char *old_url = old.bot_check.url != NULL ? old.bot_check.url : "";
	const char *new_url = new.bot_check.url != NULL ? new.bot_check.url : "";

	if (before->sealed.data == NULL || new_secret(rq->input) != NULL || new.bot_check.provider == BOT_NONE)
		return false;
	return old.bot_check.provider != new.bot_check.provider || strcmp(old_url, new_url) != 0;
}

static enum err
write_and_record(const struct request *rq, struct tx *tx, const struct area_settings *before,
		 const char *body, struct area_settings *ret_after)
{
	struct record r = request_record(rq, EV_SIGN_IN_SETTINGS_UPDATED, rq->project.id, rq->project.name);
	struct area_change change = { .body = body, .secret = new_secret(rq->input) };

	TRY(area_settings_write(tx, rq->project.id, AREA_SIGN_IN, &change));
	TRY(area_settings_read(tx, rq->project.id, AREA_SIGN_IN, ret_after));
	r.fields = settings_fields;
	r.before = settings_view_of(rq, before);
	r.after = settings_view_of(rq, ret_after);
	return record(tx, &r);
}

static enum verdict
settings_update(const struct request *rq, struct tx *tx)
{
	const char *secret = new_secret(rq->input);
	struct area_settings before, after;
	const char *body = NULL;
	enum err e = request_guard(rq, tx);

	if (e == OK)
		e = area_settings_lock(tx, rq->project.id, AREA_SIGN_IN, &before);
	if (e == OK && !precondition_holds(rq, before.version))
		e = ERR_PRECONDITION_FAILED;
	if (e == OK)
		e = merge(rq, &before, &body);
	if (e != OK)
		return fail_err(rq, e);
	enum verdict bad =
	    check_together(rq, body, secret != NULL ? secret[0] != '\0' : before.sealed.data != NULL);
	if (bad != VERDICT_GO_ON)
		return bad;
	if (takes_secret_elsewhere(rq, &before, body))
		return fail_field(rq, "bot_check.secret", "required", "It would go to another place: give it again, or null.");
	e = write_and_record(rq, tx, &before, body, &after);
	if (e != OK)
		return fail_err(rq, e);
	reply_etag(rq, after.version);
	return reply(rq, 200, settings_fields, settings_view_of(rq, &after));
}

const struct route sign_in_settings_routes[] = {
	{
	    .id = "sign_in_settings_get",
	    .method = GET,
	    .path = "/api/v1/sign_in_settings",
	    .summary = "How people may sign in",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_SIGN_IN_READ,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_ETAG,
	    .output = settings_fields,
	    .handler = settings_get,
	},
	{
	    .id = "sign_in_settings_update",
	    .method = PATCH,
	    .path = "/api/v1/sign_in_settings",
	    .summary = "Change how people may sign in",
	    .description = "null takes a member back to its default. A method that is turned off is closed at once on every path.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_SIGN_IN_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct settings_input, settings_input_fields),
	    .output = settings_fields,
	    .handler = settings_update,
	},
	{
	    .id = "sign_in_settings_readiness",
	    .method = GET,
	    .path = "/api/v1/sign_in_settings/readiness",
	    .summary = "What each method still needs",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_SIGN_IN_READ,
	    .tx = TX_READ_SNAPSHOT,
	    .output = readiness_fields,
	    .handler = sign_in_readiness,
	},
	ROUTES_END,
};
