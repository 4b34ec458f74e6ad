/*
 * GET and POST /setup: the one time that somebody makes themselves the first owner, with the link that
 * gatehousectl printed.
 */
#include "handlers/routes.h"

#include "domain/installation.h"
#include "domain/orgs.h"
#include "domain/settings.h"
#include "fcgi/request.h"
#include "lib/text.h"
#include "sql/gen/queries.h"

/* ---- GET ---- */

struct setup_state {
	bool needed;
};

static const struct field setup_state_fields[] = {
	OUT_BOOL(struct setup_state, needed,
		 .description = "false for ever once somebody has set the installation up"),
	FIELDS_END,
};

static enum verdict
setup_get(const struct request *rq, struct tx *tx)
{
	struct installation installation;
	enum err e = installation_load(tx, &installation);

	if (e != OK && e != ERR_NO_ROW)
		return fail_err(rq, e);
	bool is_needed = e == ERR_NO_ROW || installation.setup_done_at == NONE;
	return reply(rq, 200, setup_state_fields, &(struct setup_state){ .needed = is_needed });
}

/* ---- POST ---- */

struct setup_input {
	struct {
		bool setup_token, email, password, name, org_name, sign_up;
	} has;
	const char *setup_token;
	const char *email;
	const char *password;
	const char *name;
	const char *org_name;
	const char *sign_up;
};

static const char *const sign_up_values[] = { "open", "invite_only", NULL };

static const char *
check_email(const char *value)
{
	struct arena *arena = arena_new(4096);
	const char *key;
	bool is_address = email_key(arena, value, &key);

	arena_free(arena);
	return is_address ? NULL : "email";
}

static const struct field setup_input_fields[] = {
	IN_STRING(struct setup_input, setup_token, .flags = FIELD_REQUIRED | FIELD_SECRET, .max = 100,
		  .description = "What stands behind the # of the link that `gatehousectl setup` prints"),
	IN_STRING(struct setup_input, email, .flags = FIELD_REQUIRED, .min = 3, .max = 254,
		  .check = check_email),
	IN_STRING(struct setup_input, password, .flags = FIELD_REQUIRED | FIELD_SECRET | FIELD_RAW, .min = 1,
		  .max = PASSWORD_BYTES_MAX),
	IN_STRING(struct setup_input, name, .flags = FIELD_REQUIRED, .min = 1, .max = 255,
		  .description = "The owner's"),
	IN_STRING(struct setup_input, org_name, .flags = FIELD_REQUIRED, .min = 1, .max = 255,
		  .description =
			  "Of the operator organization, whose owners and admins look after the installation"),
	IN_ENUM(struct setup_input, sign_up, sign_up_values,
		.description = "Who may sign up to the console; absent: as `gatehousectl setup` was told"),
	FIELDS_END,
};

/* What before and work hand on. */
struct setup_scratch {
	const char *email_key;
	const char *password_phc;
};

static enum verdict
fail_weak_password(const struct request *rq, const char *rule)
{
	return fail_details(
		rq, ERR_WEAK_PASSWORD,
		arena_printf(rq->arena,
			     "{\"fields\":[{\"field\":\"password\",\"rule\":\"%s\",\"message\":\"%s\"}]}", rule,
			     error_info(ERR_WEAK_PASSWORD)->title),
		"%s", error_info(ERR_WEAK_PASSWORD)->title);
}

/* The token first: without it nobody learns anything, and nothing is hashed. */
static enum verdict
setup_check(const struct request *rq, struct tx *tx)
{
	const struct setup_input *in = rq->input;
	struct setup_scratch *scratch = rq->scratch;
	struct sign_in_settings settings;
	const char *words[] = { in->name, in->org_name };

	enum err e = installation_check_token(tx, in->setup_token);
	if (e == OK)
		e = sign_in_settings_read(tx, tx->console_id, &settings);
	if (e != OK)
		return fail_err(rq, e);
	if (!email_key(rq->arena, in->email, &scratch->email_key))
		return fail_field(rq, "email", "email", "This isn't an e-mail address.");
	struct password_rules rules = sign_in_settings_password_rules(&settings, rq->config);
	const char *rule =
		password_problem(&rules, in->password, in->email, (struct strings){ words, ARRAY_LEN(words) });
	return rule == NULL ? go_on(rq) : fail_weak_password(rq, rule);
}

static enum verdict
setup_hash(const struct request *rq)
{
	const struct setup_input *in = rq->input;
	struct setup_scratch *scratch = rq->scratch;
	enum err e = password_hash(rq->arena, config_password_cost(rq->config), in->password,
				   &scratch->password_phc);

	return e == OK ? go_on(rq) : fail_err(rq, e);
}

static enum err
set_up(const struct request *rq, struct tx *tx, struct installation_owner *owner, struct session_made *session)
{
	const struct setup_input *in = rq->input;
	const struct setup_scratch *scratch = rq->scratch;

	TRY(installation_set_up(tx,
				&(struct installation_setup){
				    .token = in->setup_token,
				    .email = in->email,
				    .email_key = scratch->email_key,
				    .password_phc = scratch->password_phc,
				    .name = in->name,
				    .org_name = in->org_name,
				    .sign_up = in->sign_up,
				},
				owner));
	return session_make(tx,
			    &(struct session_make){
				.project_id = tx->console_id,
				.project_org_id = owner->org_id,
				.user_id = owner->user_id,
				.org_id = owner->org_id,
				.auth_strength = "password",
				.amr = "pwd",
			    },
			    session);
}

static enum verdict
setup_create(const struct request *rq, struct tx *tx)
{
	struct installation_owner owner;
	struct session_made session;
	struct org_row org;

	enum err e = set_up(rq, tx, &owner, &session);
	if (e == ERR_EMAIL_TAKEN)
		return fail_field(rq, "email", "taken", "That e-mail address has an account already.");
	if (e == OK)
		e = q_org_get(tx->db, &(struct q_org_get){ .org_id = owner.org_id }, &org);
	if (e != OK)
		return fail_err(rq, e);
	org.role = role_name(ROLE_OWNER);
	reply_cookie(rq, SESSION_COOKIE, session.token, SESSION_MAX_MS / SECOND_MS);
	return reply(rq, 201, org_fields, &org);
}

const struct route setup_routes[] = {
	{
		.id = "setup_get",
		.method = GET,
		.path = "/api/v1/setup",
		.summary = "Does the installation still need setting up?",
		.auth = AUTH_PUBLIC,
		.tx = TX_READ_ONE,
		.output = setup_state_fields,
		.handler = setup_get,
	},
	{
		.id = "setup_create",
		.method = POST,
		.path = "/api/v1/setup",
		.summary = "Set the installation up",
		.description = "Works once: makes the first owner, names the operator organization and signs "
			       "the owner in. 404 ever after.",
		.auth = AUTH_PUBLIC,
		.pool = POOL_PASSWORD,
		.tx = TX_WRITE,
		.flags = ROUTE_NO_IDEMPOTENCY | ROUTE_SHOWS_SECRET | ROUTE_EXACT_ORIGIN,
		INPUT(struct setup_input, setup_input_fields),
		.output = org_fields,
		.status = 201,
		.errors = { ERR_INVALID_SETUP_TOKEN, ERR_WEAK_PASSWORD },
		.scratch_size = sizeof(struct setup_scratch),
		.before = setup_check,
		.work = setup_hash,
		.handler = setup_create,
	},
	ROUTES_END,
};
