/*
 * GET /sign_in_settings/readiness: what each method still needs before it works for people (users.md section 3).
 */
#include "handlers/sign_in/settings.h"

#include "domain/sms.h"
#include "lib/sign_in_methods.h"
#include "sql/gen/queries.h"

struct method_view {
	const char *method;
	bool enabled, ready;
	struct strings problems, callback_urls;
};

struct readiness_view {
	struct field_list methods;
};

static const struct field method_fields[] = {
	OUT_ENUM(struct method_view, method, sign_in_method_names),
	OUT_BOOL(struct method_view, enabled),
	OUT_BOOL(struct method_view, ready, .description = "Nothing stands in the way of who uses it"),
	OUT_STRINGS(struct method_view, problems,
		    .description = "password_off, sign_up_closed, no_sms_provider, no_social_provider, no_sso_connection"),
	OUT_STRINGS(struct method_view, callback_urls, .description = "To be entered at the provider"),
	FIELDS_END,
};

const struct field readiness_fields[] = {
	OUT_LIST(struct readiness_view, methods, method_fields, struct method_view),
	FIELDS_END,
};

/* What the methods are judged by. */
struct facts {
	struct sign_in_settings settings;
	bool has_sms_provider, has_social_provider, has_sso_connection;
};

/* All of a project's providers fit into one page of this. */
#define PROVIDERS_MAX 100

static enum err
find_provider(const struct request *rq, struct tx *tx, bool *ret_has)
{
	struct social_provider_row *rows = NULL;
	size_t count = 0;

	TRY(q_social_provider_list(
	    tx->db,
	    &(struct q_social_provider_list){ .project_id = rq->project.id, .limit = PROVIDERS_MAX }, &rows,
	    &count));
	for (size_t i = 0; i < count; i++)
		if (rows[i].is_enabled)
			*ret_has = true;
	return OK;
}

static enum err
read_facts(const struct request *rq, struct tx *tx, struct facts *ret)
{
	struct facts facts = { .has_sms_provider = false };

	TRY(sign_in_settings_read(tx, rq->project.id, &facts.settings));
	TRY(sms_has_provider(tx, rq->project.id, &facts.has_sms_provider));
	TRY(find_provider(rq, tx, &facts.has_social_provider));
	*ret = facts;
	return OK;
}

/* The one problem that a method may have; NULL: none. */
static const char *
problem_of(const struct facts *facts, enum sign_in_method method)
{
	switch (method) {
	case METHOD_USERNAME:
		return (facts->settings.methods & METHOD_BIT(METHOD_PASSWORD)) == 0 ? "password_off" : NULL;
	case METHOD_ANONYMOUS:
		return facts->settings.sign_up != SIGN_UP_OPEN ? "sign_up_closed" : NULL;
	case METHOD_PHONE_OTP:
		return facts->has_sms_provider ? NULL : "no_sms_provider";
	case METHOD_SOCIAL:
		return facts->has_social_provider ? NULL : "no_social_provider";
	case METHOD_SSO:
		return facts->has_sso_connection ? NULL : "no_sso_connection";
	default:
		return NULL;
	}
}

static struct strings
one_text(struct arena *arena, const char *text)
{
	const char **items = ARENA_ARRAY(arena, 1, const char *);

	items[0] = text;
	return (struct strings){ .items = items, .count = text == NULL ? 0 : 1 };
}

static struct method_view
make_view(const struct request *rq, const struct facts *facts, enum sign_in_method method)
{
	const char *problem = problem_of(facts, method);
	const char *base = rq->project.is_console ? rq->config->public_url : rq->config->auth_url;
	const char *callback =
	    method == METHOD_SOCIAL ? arena_printf(rq->arena, "%s/api/v1/social/callback", base) : NULL;

	return (struct method_view){
		.method = sign_in_method_names[method],
		.enabled = (facts->settings.methods & METHOD_BIT(method)) != 0,
		.ready = problem == NULL,
		.problems = one_text(rq->arena, problem),
		.callback_urls = one_text(rq->arena, callback),
	};
}

enum verdict
sign_in_readiness(const struct request *rq, struct tx *tx)
{
	struct method_view *views = ARENA_ARRAY(rq->arena, METHOD_COUNT, struct method_view);
	struct facts facts;
	enum err e = read_facts(rq, tx, &facts);

	if (e != OK)
		return fail_err(rq, e);
	for (enum sign_in_method method = 0; method < METHOD_COUNT; method++)
		views[method] = make_view(rq, &facts, method);
	return reply(rq, 200, readiness_fields,
		     &(struct readiness_view){ .methods = { .items = views, .count = METHOD_COUNT } });
}
