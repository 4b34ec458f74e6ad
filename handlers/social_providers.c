/*
 * /api/v1/social_providers (users.md section 3): which providers a project's people may sign in with, and the credentials for that.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/provider_settings.h"
#include "domain/social_providers.h"
#include "fcgi/request.h"
#include "lib/jose.h"
#include "lib/uris.h"
#include "sql/gen/queries.h"

#define CLIENT_ID_MAX	512
#define SECRET_MAX	2048
#define TENANT_MAX	512
#define ISSUER_MAX	512
#define APPLE_ID_LEN	10
#define SCOPES_MAX	20
#define SCOPE_MAX	128

/* ---- how a provider is shown ---- */

struct secret_view {
	bool set;
	const char *last4;
};

struct provider_view {
	const char *key, *name;
	bool enabled;
	const char *client_id;
	const struct secret_view *client_secret;
	const char *tenant, *issuer, *team_id, *key_id;
	const struct secret_view *private_key;
	struct strings scopes;
	const char *callback_url;
	bool ready;
	struct strings problems;
	int64_t checked_at;
};

static const struct field secret_fields[] = {
	OUT_BOOL(struct secret_view, set),
	OUT_STRING(struct secret_view, last4, .flags = FIELD_NULLABLE),
	FIELDS_END,
};

static const struct field provider_fields[] = {
	OUT_STRING(struct provider_view, key),
	OUT_STRING(struct provider_view, name),
	OUT_BOOL(struct provider_view, enabled),
	OUT_STRING(struct provider_view, client_id, .flags = FIELD_NULLABLE),
	OUT_OBJECT(struct provider_view, client_secret, secret_fields, .description = "Never shown again: whether it is set"),
	OUT_STRING(struct provider_view, tenant, .flags = FIELD_NULLABLE),
	OUT_STRING(struct provider_view, issuer, .flags = FIELD_NULLABLE),
	OUT_STRING(struct provider_view, team_id, .flags = FIELD_NULLABLE),
	OUT_STRING(struct provider_view, key_id, .flags = FIELD_NULLABLE),
	OUT_OBJECT(struct provider_view, private_key, secret_fields),
	OUT_STRINGS(struct provider_view, scopes, .description = "None: the provider's usual ones"),
	OUT_STRING(struct provider_view, callback_url, .description = "To be registered with the provider"),
	OUT_BOOL(struct provider_view, ready, .description = "Enabled, and nothing stands in the way"),
	OUT_STRINGS(struct provider_view, problems,
		    .description = "What is missing, and what the last check found: client_id_missing, not_checked, issuer_mismatch …"),
	OUT_TIME(struct provider_view, checked_at, .flags = FIELD_NULLABLE | FIELD_NO_DIFF),
	FIELDS_END,
};

static bool
signs_with_a_key(const struct social_provider *provider)
{
	return provider->settings.kind->client_auth == SOCIAL_SECRET_SIGNED;
}

/* A key's last characters say nothing to anybody; its key_id names it. */
static enum err
view_secret(struct tx *tx, const char *project_id, const struct social_provider *provider, struct secret_view *ret)
{
	const char *secret;

	*ret = (struct secret_view){ .set = provider->secret_sealed.data != NULL };
	if (!ret->set || signs_with_a_key(provider))
		return OK;
	TRY(social_secret_open(tx, project_id, provider->settings.key, provider->secret_sealed, &secret));
	ret->last4 = secret_last4(tx->arena, secret);
	return OK;
}

static enum err
view_provider(struct tx *tx, const char *project_id, const struct social_provider *provider, struct provider_view *ret)
{
	const struct social_settings *settings = &provider->settings;
	struct secret_view *secret = ARENA_NEW(tx->arena, struct secret_view);
	struct secret_view *none = ARENA_NEW(tx->arena, struct secret_view);
	bool is_signed = signs_with_a_key(provider);

	TRY(view_secret(tx, project_id, provider, secret));
	*ret = (struct provider_view){
		.key = settings->key,
		.name = settings->kind->name,
		.enabled = provider->is_enabled,
		.client_id = settings->client_id,
		.client_secret = is_signed ? none : secret,
		.tenant = settings->tenant,
		.issuer = settings->issuer,
		.team_id = settings->team_id,
		.key_id = settings->key_id,
		.private_key = is_signed ? secret : none,
		.scopes = settings->scopes,
		.callback_url = social_callback_url(tx, project_id),
		.ready = social_provider_is_ready(tx->arena, provider),
		.problems = social_provider_problems(tx->arena, provider),
		.checked_at = settings->checked_at,
	};
	return OK;
}

static enum err
read_view(const struct request *rq, struct tx *tx, const char *key, struct provider_view *ret)
{
	struct social_provider provider;

	TRY(social_provider_read(tx, rq->project.id, key, &provider));
	return view_provider(tx, rq->project.id, &provider, ret);
}

/* ---- GET /social_providers ---- */

static enum err
count_providers(const struct request *rq, struct tx *tx, int64_t *ret_total)
{
	struct q_social_provider_count_row row;

	TRY(q_social_provider_count(tx->db, &(struct q_social_provider_count){ .project_id = rq->project.id }, &row));
	*ret_total = row.total;
	return OK;
}

static enum err
view_rows(const struct request *rq, struct tx *tx, const struct social_provider_row *rows, size_t count,
	  struct provider_view *views)
{
	for (size_t i = 0; i < count; i++) {
		struct social_provider provider = {
			.is_enabled = rows[i].is_enabled,
			.secret_sealed = rows[i].secret_sealed,
			.version = rows[i].version,
		};

		if (!social_settings_parse(tx->arena, rows[i].provider, rows[i].body, &provider.settings))
			return ERR_INTERNAL;
		TRY(view_provider(tx, rq->project.id, &provider, &views[i]));
	}
	return OK;
}

static enum verdict
provider_list(const struct request *rq, struct tx *tx)
{
	struct social_provider_row *rows = NULL;
	size_t count = 0;
	int64_t total = NONE;
	enum err e = q_social_provider_list(tx->db,
					    &(struct q_social_provider_list){
						.project_id = rq->project.id,
						.after_provider = rq->page.after_id,
						.limit = rq->page.limit + 1,
					    },
					    &rows, &count);

	struct provider_view *views = ARENA_ARRAY(rq->arena, count, struct provider_view);
	if (e == OK)
		e = view_rows(rq, tx, rows, count, views);
	if (e == OK && rq->page.include_total)
		e = count_providers(rq, tx, &total);
	if (e != OK)
		return fail_err(rq, e);
	return reply_list(rq, &(struct list_reply){
				  .fields = provider_fields,
				  .items = views,
				  .count = count,
				  .item_size = sizeof(*views),
				  .id_offset = offsetof(struct provider_view, key),
				  .total = total,
			      });
}

/* ---- PUT /social_providers/{key} ---- */

struct provider_input {
	struct {
		bool key, enabled, client_id, client_secret, tenant, issuer, team_id, key_id, private_key, scopes;
	} has;
	const char *key;
	bool enabled;
	const char *client_id, *client_secret, *tenant, *issuer, *team_id, *key_id, *private_key;
	struct strings scopes;
};

/* A tenant goes into an address; a scope is one word there. */
static const char *
tenant_check(const char *text)
{
	return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") == strlen(text) ? NULL : "pattern";
}

static const char *
scope_check(const char *text)
{
	for (const char *at = text; *at != '\0'; at++)
		if (*at <= ' ' || *at > '~' || *at == '"' || *at == '\\')
			return "pattern";
	return text[0] != '\0' ? NULL : "pattern";
}

static const char *
apple_id_check(const char *text)
{
	return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == strlen(text) ? NULL : "pattern";
}

#define KEY_IN_PATH(T) IN_STRING(T, key, .in = IN_PATH, .min = 1, .max = 48)
#define APPLE_ID .min = APPLE_ID_LEN, .max = APPLE_ID_LEN, .check = apple_id_check, .flags = FIELD_NULLABLE

static const struct field provider_input[] = {
	KEY_IN_PATH(struct provider_input),
	IN_BOOL(struct provider_input, enabled, .flags = FIELD_REQUIRED),
	IN_STRING(struct provider_input, client_id, .min = 1, .max = CLIENT_ID_MAX, .flags = FIELD_REQUIRED),
	IN_STRING(struct provider_input, client_secret, .min = 1, .max = SECRET_MAX, .flags = FIELD_SECRET | FIELD_RAW,
		  .description = "The one that is set stays when absent"),
	IN_STRING(struct provider_input, tenant, .min = 1, .max = TENANT_MAX, .check = tenant_check, .flags = FIELD_NULLABLE,
		  .description = "Microsoft: a directory; any account when absent"),
	IN_STRING(struct provider_input, issuer, .min = 1, .max = ISSUER_MAX, .check = https_url_check, .flags = FIELD_NULLABLE,
		  .description = "oidc_…, and a GitLab of your own"),
	IN_STRING(struct provider_input, team_id, APPLE_ID, .description = "Apple"),
	IN_STRING(struct provider_input, key_id, APPLE_ID, .description = "Apple"),
	IN_STRING(struct provider_input, private_key, .min = 1, .max = SECRET_MAX,
		  .flags = FIELD_SECRET | FIELD_RAW, .description = "Apple: the .p8 file's text; the one that is set stays when absent"),
	IN_STRINGS(struct provider_input, scopes, .items_max = SCOPES_MAX, .min = 1, .max = SCOPE_MAX, .check = scope_check,
		   .flags = FIELD_DISTINCT),
	FIELDS_END,
};

static enum verdict
fail_foreign(const struct request *rq, const char *field, const char *name)
{
	return fail_field(rq, field, "not_here", "%s has no such setting.", name);
}

/* What the table can't say: a setting of another provider, a key that doesn't sign. */
static enum verdict
check_input(const struct request *rq, const struct social_kind *kind)
{
	const struct provider_input *in = rq->input;
	bool is_signed = kind->client_auth == SOCIAL_SECRET_SIGNED;
	const char *token;

	if (in->tenant != NULL && !kind->takes_tenant)
		return fail_foreign(rq, "tenant", kind->name);
	if (in->issuer != NULL && !kind->takes_issuer)
		return fail_foreign(rq, "issuer", kind->name);
	if (in->client_secret != NULL && is_signed)
		return fail_foreign(rq, "client_secret", kind->name);
	if (in->team_id != NULL && !is_signed)
		return fail_foreign(rq, "team_id", kind->name);
	if (in->key_id != NULL && !is_signed)
		return fail_foreign(rq, "key_id", kind->name);
	if (in->private_key != NULL && !is_signed)
		return fail_foreign(rq, "private_key", kind->name);
	if (in->private_key != NULL && !jws_sign_es256(rq->arena, in->private_key, "{}", "{}", &token))
		return fail_field(rq, "private_key", "pattern", "This isn't a PEM private key on the curve P-256.");
	return go_on(rq);
}

static bool
are_equal(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* People's subjects are worth nothing with another issuer's accounts (SS-06). */
static enum err
check_issuer(const struct request *rq, struct tx *tx, const struct social_provider *before, const char *issuer)
{
	struct q_user_identity_of_provider_row row;

	if (before->version == 0 || are_equal(before->settings.issuer, issuer))
		return OK;
	enum err e = q_user_identity_of_provider(
	    tx->db,
	    &(struct q_user_identity_of_provider){ .project_id = rq->project.id, .provider = before->settings.key }, &row);
	return e == ERR_NO_ROW ? OK : e == OK ? ERR_PROVIDER_IN_USE : e;
}

/* What was found out about other settings is forgotten. */
static struct social_settings
new_settings(const struct request *rq, const struct social_provider *before)
{
	const struct provider_input *in = rq->input;
	struct social_settings settings = before->settings;

	if (!are_equal(settings.issuer, in->issuer) || !are_equal(settings.client_id, in->client_id) ||
	    !are_equal(settings.tenant, in->tenant) || in->client_secret != NULL || in->private_key != NULL) {
		memset(&settings.found, 0, sizeof(settings.found));
		settings.problems = (struct strings){ .count = 0 };
		settings.checked_at = NONE;
	}
	settings.client_id = in->client_id;
	settings.tenant = in->tenant;
	settings.issuer = in->issuer;
	settings.team_id = in->team_id;
	settings.key_id = in->key_id;
	settings.scopes = in->scopes;
	return settings;
}

static enum err
write_provider(const struct request *rq, struct tx *tx, const struct social_provider *before)
{
	const struct provider_input *in = rq->input;
	struct social_settings settings = new_settings(rq, before);
	const char *secret = in->client_secret != NULL ? in->client_secret : in->private_key;
	struct bytes sealed = before->secret_sealed;
	struct social_endpoints endpoints;

	TRY(check_issuer(rq, tx, before, in->issuer));
	/* A secret goes only where it was given for. */
	if (before->version != 0 && !are_equal(before->settings.issuer, in->issuer))
		sealed = (struct bytes){ .data = NULL };
	if (secret != NULL)
		TRY(social_secret_seal(tx, rq->project.id, in->key, secret, &sealed));
	TRY(q_social_provider_put(tx->db,
				  &(struct q_social_provider_put){
				      .project_id = rq->project.id,
				      .provider = in->key,
				      .is_enabled = in->enabled,
				      .body = social_settings_render(tx->arena, &settings),
				      .secret_sealed = sealed,
				  },
				  NULL));
	/* Where people are sent is only known once the provider was asked. */
	if (social_endpoints_of(tx->arena, &settings, &endpoints) || social_discovery_url(tx->arena, &settings) == NULL)
		return OK;
	return social_provider_check_later(tx, rq->project.id, in->key);
}

static enum err
read_before(const struct request *rq, struct tx *tx, struct social_provider *before, struct provider_view *view,
	    bool *ret_is_new)
{
	const struct provider_input *in = rq->input;
	enum err e;

	TRY(request_guard(rq, tx));
	e = social_provider_read(tx, rq->project.id, in->key, before);
	*ret_is_new = e == ERR_NO_ROW;
	if (e != ERR_NO_ROW)
		return e == OK ? view_provider(tx, rq->project.id, before, view) : e;
	*before = (struct social_provider){ .version = 0 };
	return social_settings_parse(tx->arena, in->key, NULL, &before->settings) ? OK : ERR_NOT_FOUND;
}

static enum verdict
provider_put(const struct request *rq, struct tx *tx)
{
	const struct provider_input *in = rq->input;
	const struct social_kind *kind = social_kind_find(in->key);
	struct social_provider before;
	struct provider_view view_before, view;
	bool is_new = false;

	if (kind == NULL)
		return fail_err(rq, ERR_NOT_FOUND);
	enum verdict bad = check_input(rq, kind);
	if (bad != VERDICT_GO_ON)
		return bad;
	enum err e = read_before(rq, tx, &before, &view_before, &is_new);
	if (e == OK)
		e = write_provider(rq, tx, &before);
	if (e == OK)
		e = read_view(rq, tx, in->key, &view);
	if (e == OK) {
		struct record r = request_record(rq, EV_SOCIAL_PROVIDER_UPDATED, in->key, kind->name);
		r.fields = provider_fields;
		r.before = is_new ? NULL : &view_before;
		r.after = &view;
		e = record(tx, &r);
	}
	return e == OK ? reply(rq, 200, provider_fields, &view) : fail_err(rq, e);
}

/* ---- DELETE /social_providers/{key}, POST …/check ---- */

struct provider_path {
	struct {
		bool key;
	} has;
	const char *key;
};

static const struct field provider_path[] = {
	KEY_IN_PATH(struct provider_path),
	FIELDS_END,
};

static enum err
remove_provider(const struct request *rq, struct tx *tx, const char *key)
{
	struct q_user_identity_of_provider_row used;
	struct provider_view view;

	TRY(request_guard(rq, tx));
	TRY(read_view(rq, tx, key, &view));
	enum err e = q_user_identity_of_provider(
	    tx->db, &(struct q_user_identity_of_provider){ .project_id = rq->project.id, .provider = key }, &used);
	if (e != ERR_NO_ROW)
		return e == OK ? ERR_PROVIDER_IN_USE : e;
	TRY(q_social_provider_delete(
	    tx->db, &(struct q_social_provider_delete){ .project_id = rq->project.id, .provider = key }, NULL));
	struct record r = request_record(rq, EV_SOCIAL_PROVIDER_DELETED, key, view.name);
	r.fields = provider_fields;
	r.before = &view;
	return record(tx, &r);
}

static enum verdict
provider_delete(const struct request *rq, struct tx *tx)
{
	const struct provider_path *in = rq->input;
	enum err e = social_kind_find(in->key) != NULL ? remove_provider(rq, tx, in->key) : ERR_NOT_FOUND;

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

static enum verdict
provider_check(const struct request *rq, struct tx *tx)
{
	const struct provider_path *in = rq->input;
	struct provider_view view;
	enum err e = social_kind_find(in->key) != NULL ? request_guard(rq, tx) : ERR_NOT_FOUND;

	if (e == OK)
		e = read_view(rq, tx, in->key, &view);
	if (e == OK)
		e = social_provider_check_later(tx, rq->project.id, in->key);
	return e == OK ? reply(rq, 202, provider_fields, &view) : fail_err(rq, e);
}

const struct route social_provider_routes[] = {
	{
	    .id = "social_provider_list",
	    .method = GET,
	    .path = "/api/v1/social_providers",
	    .summary = "List the sign-in providers that are set up",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_SIGN_IN_READ,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST,
	    .output = provider_fields,
	    .handler = provider_list,
	},
	{
	    .id = "social_provider_put",
	    .method = PUT,
	    .path = "/api/v1/social_providers/{key}",
	    .summary = "Set up a sign-in provider",
	    .description = "google, github, apple, microsoft, gitlab, discord, linkedin, slack, facebook, twitter, spotify, twitch, or "
			   "oidc_ and a slug for any OpenID provider. Replaces what was set; a secret that isn't sent stays.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_SIGN_IN_WRITE,
	    .tx = TX_WRITE,
	    INPUT(struct provider_input, provider_input),
	    .output = provider_fields,
	    .errors = { ERR_PROVIDER_IN_USE },
	    .handler = provider_put,
	},
	{
	    .id = "social_provider_delete",
	    .method = DELETE,
	    .path = "/api/v1/social_providers/{key}",
	    .summary = "Take a sign-in provider away",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_SIGN_IN_WRITE,
	    .tx = TX_WRITE,
	    INPUT(struct provider_path, provider_path),
	    .errors = { ERR_PROVIDER_IN_USE },
	    .handler = provider_delete,
	},
	{
	    .id = "social_provider_check",
	    .method = POST,
	    .path = "/api/v1/social_providers/{key}/check",
	    .summary = "Have a sign-in provider looked at",
	    .description = "A job asks the provider; what it finds stands in problems a moment later, with checked_at.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_SIGN_IN_WRITE,
	    .tx = TX_WRITE,
	    .status = 202,
	    INPUT(struct provider_path, provider_path),
	    .output = provider_fields,
	    .handler = provider_check,
	},
	ROUTES_END,
};
