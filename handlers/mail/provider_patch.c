/*
 * GET, PATCH and the test of mail_settings and sms_settings.
 */
#include "handlers/mail/provider_patch.h"

#include <string.h>
#include <strings.h>

#include "handlers/mail/mail.h"
#include "lib/json.h"
#include "lib/mail_builtins.h"
#include "lib/text.h"
#include "sys/system.h"

const struct field secret_view_fields[] = {
	OUT_BOOL(struct secret_view, set),
	OUT_STRING(struct secret_view, last4, .flags = FIELD_NULLABLE),
	FIELDS_END,
};

const char *
header_name_check(const char *name)
{
	static const char token[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~";
	static const char *const taken[] = {
		"host", "content-type", "content-length", "transfer-encoding", "connection", "expect", "upgrade", "user-agent",
	};

	if (name[0] == '\0' || strspn(name, token) != strlen(name))
		return "characters";
	for (size_t i = 0; i < ARRAY_LEN(taken); i++)
		if (strcasecmp(taken[i], name) == 0)
			return "pattern";
	return NULL;
}

/* ---- the view ---- */

static const struct secret_view *
view_secret(struct arena *arena, const char *secret)
{
	struct secret_view *view = ARENA_NEW(arena, struct secret_view);
	*view = (struct secret_view){ .set = secret != NULL, .last4 = secret_last4(arena, secret) };
	return view;
}

/* Every built-in, and what else was switched off. */
static const char *
view_switches(struct arena *arena, const struct provider_settings *settings)
{
	const struct json *stored = json_member(settings->body, "switches");
	struct buffer out = buffer_new(arena);

	for (size_t i = 0; i < mail_builtin_count; i++) {
		buffer_char(&out, i == 0 ? '{' : ',');
		buffer_json_string(&out, mail_builtins[i].slug);
		buffer_char(&out, ':');
		buffer_json_bool(&out, !mail_is_switched_off(settings, mail_builtins[i].slug));
	}
	for (size_t i = 0; stored != NULL && i < stored->count; i++) {
		if (mail_builtin_find(stored->names[i]) != NULL)
			continue;
		buffer_char(&out, ',');
		buffer_json_string(&out, stored->names[i]);
		buffer_char(&out, ':');
		buffer_json_bool(&out, stored->items[i].boolean);
	}
	buffer_char(&out, '}');
	return buffer_string(&out);
}

static struct provider_view
make_view(struct arena *arena, const struct provider_area *area, const struct provider_settings *settings)
{
	const struct provider_account *account = &settings->account;
	bool is_password = area->has_password(settings->provider);

	return (struct provider_view){
		.provider = area->names[settings->provider],
		.from_name = account->from_name,
		.from_address = account->from_address,
		.reply_to = account->reply_to,
		.host = account->host,
		.port = account->port,
		.security = account->security,
		.username = account->username,
		.password = view_secret(arena, is_password ? account->secret : NULL),
		.api_key = view_secret(arena, is_password ? NULL : account->secret),
		.region = account->region,
		.url = account->url,
		.header = account->header,
		.from = account->from,
		.default_channel = settings->default_channel != NULL ? settings->default_channel : sms_via_names[0],
		.locale = settings->locale != NULL ? settings->locale : "en",
		.switches = view_switches(arena, settings),
		.updated_at = settings->updated_at,
	};
}

enum verdict
provider_settings_show(const struct request *rq, struct tx *tx, const struct provider_area *area)
{
	struct provider_settings settings;
	enum err e = provider_settings_read(tx, rq->project.id, area->area, area->names, &settings);

	if (e != OK)
		return fail_err(rq, e);
	const struct provider_view view = make_view(rq->arena, area, &settings);
	reply_etag(rq, settings.version);
	return reply(rq, 200, area->output, &view);
}

/* ---- PATCH ---- */

/* A switch that is named takes the place of the stored one; the others stay. NULL with an error when one isn't true or false. */
static const char *
merge_switches(struct arena *arena, const char *named_text, const struct json *stored, struct field_errors *errors)
{
	struct buffer out = buffer_new(arena);
	struct json named;

	if (json_parse(arena, named_text, strlen(named_text), &named, NULL) != OK)
		return NULL;
	buffer_char(&out, '{');
	for (size_t i = 0; i < named.count; i++) {
		if (named.items[i].type != JSON_BOOL || slug_check(named.names[i]) != NULL)
			field_errors_add(errors, arena, arena_printf(arena, "switches.%s", utf8_cut(arena, named.names[i], 64)),
					 "type", "It must be the name of a template, with true or false.");
		buffer_text(&out, out.len > 1 ? "," : "");
		buffer_json_string(&out, named.names[i]);
		buffer_char(&out, ':');
		json_render(&out, &named.items[i]);
	}
	for (size_t i = 0; stored != NULL && i < stored->count; i++) {
		if (json_member(&named, stored->names[i]) != NULL)
			continue;
		buffer_text(&out, out.len > 1 ? "," : "");
		buffer_json_string(&out, stored->names[i]);
		buffer_char(&out, ':');
		json_render(&out, &stored->items[i]);
	}
	buffer_char(&out, '}');
	return buffer_string(&out);
}

static void
need(struct arena *arena, struct field_errors *errors, bool is_needed, const char *field, const char *value)
{
	if (is_needed && value == NULL)
		field_errors_add(errors, arena, field, "required", "This provider needs it.");
}

static void
check_needs(struct arena *arena, const struct provider_area *area, const struct provider_settings *after,
	    struct field_errors *errors)
{
	unsigned needs = area->needs(after->provider);
	const struct provider_account *account = &after->account;

	need(arena, errors, (needs & NEEDS_FROM_ADDRESS) != 0, "from_address", account->from_address);
	need(arena, errors, (needs & NEEDS_HOST) != 0, "host", account->host);
	need(arena, errors, (needs & NEEDS_USERNAME) != 0, "username", account->username);
	need(arena, errors, (needs & NEEDS_REGION) != 0, "region", account->region);
	need(arena, errors, (needs & NEEDS_URL) != 0, "url", account->url);
	need(arena, errors, (needs & NEEDS_FROM) != 0, "from", account->from);
	need(arena, errors, (needs & NEEDS_SECRET) != 0, area->has_password(after->provider) ? "password" : "api_key",
	     account->secret);
}

static bool
differs(const char *a, const char *b)
{
	return (a == NULL) != (b == NULL) || (a != NULL && strcmp(a, b) != 0);
}

/* A credential goes only where it was given for: with another server it must be given again. */
static void
check_secret_stays_home(struct arena *arena, const struct provider_area *area, const struct provider_settings *before,
			const struct provider_settings *after, struct field_errors *errors)
{
	const struct provider_account *a = &before->account, *b = &after->account;

	if (differs(a->host, b->host) || differs(a->url, b->url) || differs(a->username, b->username) ||
	    differs(a->header, b->header) || a->port != b->port)
		field_errors_add(errors, arena, area->has_password(after->provider) ? "password" : "api_key", "required",
				 "It goes to another place now: give it again, or null.");
}

static void
check_switches(struct arena *arena, const struct sign_in_settings *sign_in, const struct provider_settings *after,
	       struct field_errors *errors)
{
	const struct json *switches = json_member(after->body, "switches");

	for (size_t i = 0; switches != NULL && i < switches->count; i++)
		if (mail_is_switched_off(after, switches->names[i]) && mail_is_needed(sign_in, switches->names[i]))
			field_errors_add(errors, arena, arena_printf(arena, "switches.%s", switches->names[i]), "method_enabled",
					 "A way of signing in that is on needs this mail.");
}

static void
check_addresses(struct arena *arena, const struct provider_patch *in, struct field_errors *errors)
{
	const struct {
		const char *name, *value;
	} addresses[] = { { "from_address", in->from_address }, { "reply_to", in->reply_to } };
	const char *ascii;

	for (size_t i = 0; i < ARRAY_LEN(addresses); i++)
		if (addresses[i].value != NULL && !mime_envelope_address(arena, addresses[i].value, &ascii))
			field_errors_add(errors, arena, addresses[i].name, "email", "It isn't an e-mail address.");
}

/* The provider's secret after the PATCH; another provider's doesn't stay. */
static const char *
secret_after(const struct provider_area *area, const struct provider_patch *in, const struct provider_settings *before,
	     int provider_after)
{
	if (area->has_password(provider_after) ? in->has.password : in->has.api_key)
		return area->has_password(provider_after) ? in->password : in->api_key;
	return provider_after == before->provider ? before->account.secret : NULL;
}

struct patching {
	const struct provider_area *area;
	struct provider_settings before, after;
	const char *body;
	struct field_errors errors;
};

static void
check_sendmail(const struct request *rq, struct field_errors *errors)
{
	const char *program = rq->config->mail.sendmail;

	if (program[0] == '\0')
		field_errors_add(errors, rq->arena, "provider", "unavailable", "This installation has no sendmail for projects.");
	else if (!file_is_program(program))
		field_errors_add(errors, rq->arena, "provider", "unavailable",
				 "This server has no program %s. Whoever runs the installation can put one there; until then choose another provider.",
				 program);
}

static enum err
apply(const struct request *rq, struct tx *tx, struct patching *patching)
{
	struct provider_patch in = *(const struct provider_patch *)rq->input;
	const struct provider_area *area = patching->area;
	struct sign_in_settings sign_in;

	if (in.has.switches)
		in.switches = merge_switches(rq->arena, in.switches, json_member(patching->before.body, "switches"),
					     &patching->errors);
	patching->body = fields_merge(rq->arena, area->input, &in, patching->before.body);
	patching->after = provider_settings_parse(rq->arena, area->names, patching->body, NULL);
	patching->after.account.secret = secret_after(area, &in, &patching->before, patching->after.provider);
	check_addresses(rq->arena, &in, &patching->errors);
	check_needs(rq->arena, area, &patching->after, &patching->errors);
	if (patching->after.account.secret != NULL && patching->after.account.secret == patching->before.account.secret)
		check_secret_stays_home(rq->arena, area, &patching->before, &patching->after, &patching->errors);
	TRY(sign_in_settings_read(tx, rq->project.id, &sign_in));
	check_switches(rq->arena, &sign_in, &patching->after, &patching->errors);
	if (strcmp(area->names[patching->after.provider], "sendmail") == 0)
		check_sendmail(rq, &patching->errors);
	return OK;
}

static enum err
write_and_record(const struct request *rq, struct tx *tx, struct patching *patching)
{
	const struct provider_area *area = patching->area;
	struct record r = request_record(rq, area->event, rq->project.id, rq->project.name);
	const struct provider_view before = make_view(rq->arena, area, &patching->before);

	TRY(provider_settings_write(tx, rq->project.id, area->area, patching->body, patching->after.account.secret));
	TRY(provider_settings_read(tx, rq->project.id, area->area, area->names, &patching->after));
	const struct provider_view after = make_view(rq->arena, area, &patching->after);
	r.fields = area->output;
	r.before = &before;
	r.after = &after;
	return record(tx, &r);
}

enum verdict
provider_settings_patch(const struct request *rq, struct tx *tx, const struct provider_area *area)
{
	struct patching patching = { .area = area };
	enum err e = request_guard(rq, tx);

	if (e == OK)
		e = provider_settings_read(tx, rq->project.id, area->area, area->names, &patching.before);
	if (e == OK && !precondition_holds(rq, patching.before.version))
		e = ERR_PRECONDITION_FAILED;
	if (e == OK)
		e = apply(rq, tx, &patching);
	if (e != OK)
		return fail_err(rq, e);
	if (patching.errors.count > 0)
		return fail_details(rq, ERR_VALIDATION_FAILED, field_errors_details(rq->arena, &patching.errors),
				    "Some fields aren't valid.");
	e = write_and_record(rq, tx, &patching);
	if (e != OK)
		return fail_err(rq, e);
	const struct provider_view view = make_view(rq->arena, area, &patching.after);
	reply_etag(rq, patching.after.version);
	return reply(rq, 200, area->output, &view);
}

/* ---- test ---- */

enum verdict
provider_settings_test(const struct request *rq, struct tx *tx, provider_queue_test *queue)
{
	const struct provider_test_input *in = rq->input;
	const char *id;
	enum err e = request_guard(rq, tx);

	if (e == OK)
		e = queue(tx, rq->project.id, in->to, &id);
	return e == OK ? reply_message(rq, tx, id) : fail_err(rq, e);
}
