/*
 * POST /api/v1/api_keys and …/rotate (tenancy rules 24 to 28): where secrets are made.
 */
#include "handlers/api_keys.h"

#include <string.h>

#include "domain/caps.h"

#define PERSONAL_TOKENS_MAX 20

/* ---- personal tokens ---- */

static enum verdict
refuse_service_fields(const struct request *rq, const struct api_key_create_input *in)
{
	const char *field = in->has.project_id	       ? "project_id"
			    : in->has.environment      ? "environment"
			    : in->has.scopes	       ? "scopes"
			    : in->has.rate_limit_per_minute ? "rate_limit_per_minute"
							    : NULL;

	if (field == NULL)
		return go_on(rq);
	return fail_field(rq, field, "service_only", "A personal token acts with its person's role of the moment.");
}

static enum verdict
fail_token_cap(const struct request *rq, int64_t used)
{
	return fail_details(rq, ERR_PLAN_LIMIT_REACHED,
			    arena_printf(rq->arena, "{\"limit_key\":\"personal_tokens\",\"limit\":%d,\"used\":%lld}",
					 PERSONAL_TOKENS_MAX, (long long)used),
			    "You have %d active personal tokens in this organization; revoke one first.",
			    PERSONAL_TOKENS_MAX);
}

/* Rule 25: the member row is written before the tokens are counted. */
static enum err
count_tokens(const struct request *rq, struct tx *tx, int64_t *ret_used)
{
	struct q_api_key_count_personal_row row;
	uint64_t matched = 0;

	TRY(q_api_key_guard_member(
	    tx->db, &(struct q_api_key_guard_member){ .org_id = rq->org.id, .user_id = rq->user.id }, &matched));
	if (matched == 0)
		return ERR_NOT_FOUND;
	TRY(q_api_key_count_personal(
	    tx->db, &(struct q_api_key_count_personal){ .org_id = rq->org.id, .user_id = rq->user.id }, &row));
	*ret_used = row.total;
	return OK;
}

static enum verdict
create_personal(const struct request *rq, struct tx *tx, const struct api_key_create_input *in)
{
	enum verdict bad = refuse_service_fields(rq, in);
	struct api_key_row row;
	int64_t used = 0;
	enum err e;

	if (bad != VERDICT_GO_ON)
		return bad;
	e = count_tokens(rq, tx, &used);
	if (e == OK && used >= PERSONAL_TOKENS_MAX)
		return fail_token_cap(rq, used);
	if (e == OK)
		e = api_key_mint(tx,
				 &(struct api_key_mint){
				     .org_id = rq->org.id,
				     .user_id = rq->user.id,
				     .name = in->name,
				     .scopes = "",
				     .rate_limit_per_minute = NONE,
				     .expires_at = in->has.expires_at ? in->expires_at : NONE,
				     .created_by = rq->user.id,
				 },
				 rq->org.default_project_id, &row);
	return e == OK ? reply(rq, 201, api_key_fields, &row) : fail_err(rq, e);
}

/* ---- service keys ---- */

/* Where the new key will work, and what its maker may do there. */
struct place {
	const char *project_id;	/* NULL: unpinned */
	const char *environment;
	enum role role;
	const char *warning;
};

static enum err
find_project(const struct request *rq, struct tx *tx, const char *project_id, struct project_row *ret)
{
	return q_project_get(
	    tx->db,
	    &(struct q_project_get){ .project_id = project_id, .org_id = rq->org.id, .user_id = rq->user.id }, ret);
}

static enum verdict
place_pinned(const struct request *rq, struct tx *tx, const struct api_key_create_input *in, struct place *place)
{
	struct project_row project;
	enum err e = find_project(rq, tx, in->project_id, &project);

	if (e != OK)
		return fail_err(rq, e);
	if (strcmp(project.id, rq->console_id) == 0)
		return fail_field(rq, "project_id", "console", "No service key works on the console.");
	if (in->has.environment && strcmp(in->environment, project.environment) != 0)
		return fail_field(rq, "environment", "environment_mismatch", "The project is a %s project.",
				  project.environment);
	*place = (struct place){
		.project_id = project.id,
		.environment = project.environment,
		.role = api_key_role(rq, project.id, project.role),
	};
	return go_on(rq);
}

static enum verdict
place_unpinned(const struct request *rq, struct tx *tx, const struct api_key_create_input *in, struct place *place)
{
	const char *environment = in->has.environment ? in->environment : "live";
	struct project_row project;
	enum err e = find_project(rq, tx, rq->org.default_project_id, &project);

	if (e != OK && e != ERR_NO_ROW)
		return fail_err(rq, e);
	bool differs = e == OK && strcmp(project.environment, environment) != 0;
	*place = (struct place){
		.environment = environment,
		.role = rq->org.role,
		.warning = differs ? "default_project_environment_differs" : NULL,
	};
	return go_on(rq);
}

/* A role in one project gives nothing that the organization's role decides (making and deleting projects). */
static bool
may_give(const struct request *rq, enum role role, const char *scope)
{
	enum permission permission = permission_parse(scope);

	return role_has(permission_is_org_level(permission) ? rq->org.role : role, permission);
}

static const char *
every_scope(const struct request *rq, enum role role)
{
	struct strings all = scopes_split(rq->arena, scopes_of_role(rq->arena, role));
	struct buffer b = buffer_new(rq->arena);

	for (size_t i = 0; i < all.count; i++)
		if (may_give(rq, role, all.items[i]))
			buffer_printf(&b, "%s%s", b.len == 0 ? "" : " ", all.items[i]);
	return buffer_string(&b);
}

/* Rule 26: no key has more than its maker; absent scopes are all the maker may give, written out. */
static enum verdict
choose_scopes(const struct request *rq, const struct api_key_create_input *in, enum role role,
	      const char **ret_scopes)
{
	size_t bad;

	if (!in->has.scopes) {
		*ret_scopes = every_scope(rq, role);
		return go_on(rq);
	}
	if (!scopes_normalize(rq->arena, in->scopes, ret_scopes, &bad))
		return fail_field(rq, arena_printf(rq->arena, "scopes[%zu]", bad), "enum", "'%s' isn't a scope of keys.",
				  in->scopes.items[bad]);
	for (size_t i = 0; i < in->scopes.count; i++)
		if (!may_give(rq, role, in->scopes.items[i]))
			return fail(rq, ERR_SCOPE_TOO_WIDE, "Your role doesn't have %s there.", in->scopes.items[i]);
	return go_on(rq);
}

static enum verdict
check_service(const struct request *rq, struct tx *tx, const struct api_key_create_input *in, struct place *place,
	      const char **ret_scopes)
{
	enum verdict bad = in->has.project_id && in->project_id != NULL ? place_pinned(rq, tx, in, place)
									 : place_unpinned(rq, tx, in, place);

	if (bad != VERDICT_GO_ON)
		return bad;
	if (!role_has(place->role, PERM_API_KEY_WRITE))
		return fail(rq, ERR_FORBIDDEN, "This needs the permission api_key.write.");
	if (in->has.rate_limit_per_minute)
		bad = api_key_check_rate_limit(rq, in->rate_limit_per_minute);
	return bad == VERDICT_GO_ON ? choose_scopes(rq, in, place->role, ret_scopes) : bad;
}

static enum verdict
create_service(const struct request *rq, struct tx *tx, const struct api_key_create_input *in)
{
	struct place place;
	const char *scopes;
	struct api_key_row row;
	struct cap cap;
	enum verdict bad;
	enum err e = request_guard(rq, tx);

	if (e != OK)
		return fail_err(rq, e);
	bad = check_service(rq, tx, in, &place, &scopes);
	if (bad != VERDICT_GO_ON)
		return bad;
	e = cap_check(tx, rq->org.id, CAP_API_KEYS, 1, &cap);
	if (e == ERR_PLAN_LIMIT_REACHED)
		return fail_details(rq, e, cap_details(rq->arena, &cap), "%s", cap_message(rq->arena, &cap));
	if (e != OK)
		return fail_err(rq, e);
	e = api_key_mint(tx,
			 &(struct api_key_mint){
			     .org_id = rq->org.id,
			     .is_service = true,
			     .project_id = place.project_id,
			     .environment = place.environment,
			     .name = in->name,
			     .scopes = scopes,
			     .rate_limit_per_minute =
				 in->has.rate_limit_per_minute ? in->rate_limit_per_minute : NONE,
			     .expires_at = in->has.expires_at ? in->expires_at : NONE,
			     .created_by = rq->user.id,
			 },
			 rq->org.default_project_id, &row);
	if (e != OK)
		return fail_err(rq, e);
	row.warning = place.warning;
	return reply(rq, 201, api_key_fields, &row);
}

enum verdict
api_key_create(const struct request *rq, struct tx *tx)
{
	const struct api_key_create_input *in = rq->input;

	if (in->has.expires_at && in->expires_at != NONE) {
		enum verdict bad = api_key_check_expiry(rq, in->expires_at);

		if (bad != VERDICT_GO_ON)
			return bad;
	}
	return strcmp(in->kind, "personal") == 0 ? create_personal(rq, tx, in) : create_service(rq, tx, in);
}

/* ---- rotate ---- */

/* The new secret is shown to whoever rotates: they must hold what the key holds. */
static enum err
check_held(const struct request *rq, const struct api_key_row *row)
{
	enum role role = api_key_role(rq, row->project_id, row->override_role);
	struct strings scopes;

	if (row->scopes == NULL)
		return OK;
	scopes = scopes_split(rq->arena, row->scopes);
	for (size_t i = 0; i < scopes.count; i++)
		if (!may_give(rq, role, scopes.items[i]))
			return ERR_SCOPE_TOO_WIDE;
	return OK;
}

static enum err
mint_successor(const struct request *rq, struct tx *tx, const struct api_key_row *old, struct api_key_row *ret)
{
	const struct api_key_rotate_input *in = rq->input;
	bool is_service = old->user_id == NULL;

	return api_key_mint(tx,
			    &(struct api_key_mint){
				.org_id = rq->org.id,
				.is_service = is_service,
				.project_id = old->project_id,
				.user_id = old->user_id,
				.environment = old->environment,
				.name = old->name,
				.scopes = is_service ? old->scopes : "",
				.rate_limit_per_minute = old->rate_limit_per_minute,
				.expires_at = in->has.expires_at ? in->expires_at : old->expires_at,
				.created_by = rq->user.id,
			    },
			    rq->org.default_project_id, ret);
}

static enum err
rotate(const struct request *rq, struct tx *tx, const struct api_key_row *old, struct api_key_row *ret)
{
	const struct api_key_rotate_input *in = rq->input;
	int64_t grace_s = in->has.grace_s ? in->grace_s : 0;
	struct api_key_row after;
	uint64_t matched = 0;

	TRY(mint_successor(rq, tx, old, ret));
	TRY(q_api_key_replace(tx->db,
			      &(struct q_api_key_replace){
				  .org_id = rq->org.id,
				  .id = old->id,
				  .replaced_by = ret->id,
				  .is_at_once = grace_s == 0,
				  .grace_until = rq->now_ms + grace_s * SECOND_MS,
			      },
			      &matched));
	if (matched == 0)
		return ERR_KEY_REVOKED;
	TRY(api_key_find(rq, tx, old->id, &after));
	return api_key_record(tx, EV_API_KEY_ROTATED, rq->org.default_project_id, old, &after);
}

enum verdict
api_key_rotate(const struct request *rq, struct tx *tx)
{
	const struct api_key_rotate_input *in = rq->input;
	struct api_key_row old, row;
	enum err e = api_key_find_to_change(rq, tx, in->id, &old);

	if (e == OK)
		e = api_key_check_write(rq, &old);
	if (e == OK)
		e = check_held(rq, &old);
	if (e != OK)
		return fail_err(rq, e);
	if (in->has.expires_at) {
		enum verdict bad = api_key_check_expiry(rq, in->expires_at);

		if (bad != VERDICT_GO_ON)
			return bad;
	}
	e = rotate(rq, tx, &old, &row);
	return e == OK ? reply(rq, 201, api_key_fields, &row) : fail_err(rq, e);
}
