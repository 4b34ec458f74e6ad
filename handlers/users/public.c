/*
 * GET /public/sign_in_config: what the hosted pages show before anybody has said who they are.
 */
#include "handlers/routes.h"
#include "handlers/users/flow.h"

#include <string.h>

#include "domain/assets.h"
#include "domain/branding.h"
#include "domain/redirects.h"
#include "lib/sign_in_methods.h"

/* How a page gets a token for POST /flows, and which kinds of flows want one. */
struct bot_check_view {
	const char *provider, *site_key;
	struct strings on;
};

static const struct field bot_check_fields[] = {
	OUT_ENUM(struct bot_check_view, provider, bot_check_provider_names),
	OUT_STRING(struct bot_check_view, site_key, .flags = FIELD_NULLABLE),
	OUT_STRINGS(struct bot_check_view, on),
	FIELDS_END,
};

struct config_view {
	const char *client_id, *name;
	bool suspended;
	struct strings methods;
	const char *sign_up;
	bool require_email_verification;
	int64_t password_min_length;
	const struct branding_view *branding;
	const char *sign_in_url, *sign_up_url;
	const char *site_key;
	const struct bot_check_view *bot_check;
	struct strings locales;
};

static const struct field config_fields[] = {
	OUT_ID(struct config_view, client_id, ID_ANY_CLIENT),
	OUT_STRING(struct config_view, name),
	OUT_BOOL(struct config_view, suspended, .description = "The organization behind it is: nobody signs in until it works again"),
	OUT_STRINGS(struct config_view, methods),
	OUT_STRING(struct config_view, sign_up, .description = "open, invite_only or closed"),
	OUT_BOOL(struct config_view, require_email_verification),
	OUT_INT(struct config_view, password_min_length),
	OUT_OBJECT(struct config_view, branding, branding_public_fields),
	OUT_STRING(struct config_view, sign_in_url, .flags = FIELD_NULLABLE,
		   .description = "The app's own page; null: the hosted one"),
	OUT_STRING(struct config_view, sign_up_url, .flags = FIELD_NULLABLE),
	OUT_STRING(struct config_view, site_key, .flags = FIELD_NULLABLE,
		   .description = "Of the bot check; null: there is none"),
	OUT_OBJECT(struct config_view, bot_check, bot_check_fields, .flags = FIELD_NULLABLE,
		   .description = "What stands before the places named in `on`; null: nothing"),
	OUT_STRINGS(struct config_view, locales),
	FIELDS_END,
};

struct config_input {
	struct {
		bool client_id;
	} has;
	const char *client_id;
};

static const struct field config_input[] = {
	IN_ID(struct config_input, client_id, ID_ANY_CLIENT, .in = IN_QUERY,
	      .description = "The console's own when absent"),
	FIELDS_END,
};

/* Methods are checked again in the flow. */
#define CONFIG_CACHE_S 60

static const char *const LOCALES[] = { "en", "es" };

static int64_t
or_zero(int64_t version)
{
	return version == NONE ? 0 : version;
}

/* Each of the versions only rises, so their sum changes with any of them; what goes on and off is its lowest bit. */
static int64_t
version_of(const struct flow_client_row *client)
{
	int64_t sum = client->client_version + client->project_version + or_zero(client->settings_version) +
		      or_zero(client->branding_version) + or_zero(client->redirect_version);

	/* The client's logo comes later than its version. */
	return 4 * sum + 2 * (client->client_logo_digest.len > 0) + client->is_suspended;
}

static struct branding_view
branding_of(const struct request *rq, const struct flow_client_row *client)
{
	bool is_console = strcmp(client->project_id, rq->console_id) == 0;
	struct branding_view branding =
	    branding_view_of(rq->arena, rq->config,
			     &(struct branding_source){
				 .body = client->branding_body,
				 .client_id = client->default_client_id,
				 .is_console = is_console,
				 .logo_digest = client->logo_digest,
				 .css_digest = client->css_digest,
			     });

	if (branding.app_name == NULL)
		branding.app_name = is_console ? "Gatehouse" : client->project_name;
	if (branding.logo_url == NULL)
		branding.logo_url = asset_url(rq->arena, rq->config, client->default_client_id, is_console, client->client_logo_digest);
	return branding;
}

static struct strings
methods_of(const struct request *rq, const struct sign_in_settings *settings,
	   const char *auth_methods)
{
	unsigned methods = flow_methods(settings, auth_methods);
	const char **names = ARENA_ARRAY(rq->arena, METHOD_COUNT, const char *);
	size_t count = 0;

	for (enum sign_in_method method = 0; method < METHOD_COUNT; method++)
		if ((methods & METHOD_BIT(method)) != 0)
			names[count++] = sign_in_method_names[method];
	return (struct strings){ names, count };
}

/* NULL while no place asks for it. */
static const struct bot_check_view *
bot_check_of(const struct request *rq, const struct sign_in_settings *settings)
{
	struct bot_check_view *view = ARENA_NEW(rq->arena, struct bot_check_view);
	const char **places = ARENA_ARRAY(rq->arena, BOT_PLACE_COUNT, const char *);
	size_t count = 0;

	for (enum bot_check_place place = 0; place < BOT_PLACE_COUNT; place++)
		if ((settings->bot_check.places & (1u << place)) != 0)
			places[count++] = bot_check_place_names[place];
	if (settings->bot_check.provider == BOT_NONE || count == 0)
		return NULL;
	*view = (struct bot_check_view){
		.provider = bot_check_provider_names[settings->bot_check.provider],
		.site_key = settings->bot_check.site_key,
		.on = { places, count },
	};
	return view;
}

static enum verdict
sign_in_config(const struct request *rq, struct tx *tx)
{
	const struct config_input *in = rq->input;
	struct flow_client_row client;
	enum err e = flow_find_client(rq, tx, in->client_id, &client);

	if (e != OK)
		return fail_err(rq, e);
	struct sign_in_settings settings =
	    sign_in_settings_parse(rq->arena, rq->config, client.settings_body);
	struct branding_view branding = branding_of(rq, &client);
	const struct bot_check_view *bot_check = bot_check_of(rq, &settings);
	struct redirect_settings redirects = redirect_settings_parse(rq->arena, client.redirect_body);
	reply_etag(rq, version_of(&client));
	reply_cache_for(rq, CONFIG_CACHE_S);
	return reply(rq, 200, config_fields,
		     &(struct config_view){
			 .client_id = client.client_id,
			 .name = branding.app_name,
			 .suspended = client.is_suspended,
			 .methods = methods_of(rq, &settings, client.auth_methods),
			 .sign_up = sign_up_policy_name(settings.sign_up),
			 .require_email_verification = settings.require_email_verification,
			 .password_min_length = settings.password_length_min,
			 .branding = &branding,
			 .site_key = bot_check != NULL ? bot_check->site_key : NULL,
			 .bot_check = bot_check,
			 .sign_in_url = redirects.sign_in_url,
			 .sign_up_url = redirects.sign_up_url,
			 .locales = { LOCALES, ARRAY_LEN(LOCALES) },
		     });
}

const struct route public_routes[] = {
	{
	    .id = "public_sign_in_config",
	    .method = GET,
	    .path = "/api/v1/public/sign_in_config",
	    .summary = "How people sign in here",
	    .auth = AUTH_PUBLIC,
	    .site = SITE_BOTH,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct config_input, config_input),
	    .output = config_fields,
	    .handler = sign_in_config,
	},
	ROUTES_END,
};
