/*
 * The signed-in person's own second factors (users.md section 3, /account; rules 20 to 24).
 * Changing them asks for a recent sign-in.
 */
#include "handlers/routes.h"

#include "domain/passkeys.h"
#include "domain/throttle.h"
#include "fcgi/request.h"
#include "handlers/users/factors.h"
#include "lib/sign_in_methods.h"
#include "sql/gen/queries.h"

/* ---- whose, and as whom ---- */

static struct factor_owner
owner_of(const struct request *rq)
{
	return (struct factor_owner){
	    .project_id = rq->user.project_id,
	    .user_id = rq->user.id,
	    .email = rq->user.email,
	    .name = rq->user.name,
	};
}

static enum err
find_site(struct tx *tx, const char *project_id, struct passkey_site *ret)
{
	struct q_user_project_row project;
	struct sign_in_settings settings;

	TRY(q_user_project(tx->db, &(struct q_user_project){.project_id = project_id}, &project));
	TRY(sign_in_settings_read(tx, project_id, &settings));
	*ret = passkey_site_of(tx, project_id, project.name, &settings);
	return OK;
}

/* May one have a factor of this kind? A passkey may also be a way to sign in. What one has already works on, and can be taken away. */
static enum err
check_method(struct tx *tx, const char *project_id, enum mfa_method method)
{
	struct sign_in_settings settings;

	TRY(sign_in_settings_read(tx, project_id, &settings));
	if (method == MFA_PASSKEY && (settings.methods & METHOD_BIT(METHOD_PASSKEY)) != 0)
		return OK;
	return settings.mfa != MFA_OFF && (settings.mfa_methods & 1u << method) != 0 ? OK : ERR_METHOD_DISABLED;
}

/* ---- GET /account/factors ---- */

static enum verdict
account_factor_list(const struct request *rq, struct tx *tx)
{
	struct factor_owner owner = owner_of(rq);

	return factor_list_reply(rq, tx, &owner);
}

/* ---- PATCH, DELETE /account/factors/{factor_id} ---- */

struct factor_input {
	struct {
		bool factor_id, name;
	} has;
	const char *factor_id, *name;
};

static const struct field factor_path[] = {
    IN_ID(struct factor_input, factor_id, ID_FACTOR, .in = IN_PATH),
    FIELDS_END,
};

static const struct field factor_input[] = {
    IN_ID(struct factor_input, factor_id, ID_FACTOR, .in = IN_PATH),
    IN_STRING(struct factor_input, name, .min = 1, .max = FACTOR_NAME_MAX, .flags = FIELD_REQUIRED),
    FIELDS_END,
};

static enum verdict
account_factor_rename(const struct request *rq, struct tx *tx)
{
	const struct factor_input *in = rq->input;
	struct factor_owner owner = owner_of(rq);
	struct user_factor_row row;
	enum err e = factor_rename(tx, &owner, in->factor_id, in->name, &row);

	if (e != OK)
		return fail_err(rq, e);
	struct factor_view view = factor_view_of(&row);
	return reply(rq, 200, factor_fields, &view);
}

static enum verdict
account_factor_remove(const struct request *rq, struct tx *tx)
{
	const struct factor_input *in = rq->input;
	struct factor_owner owner = owner_of(rq);
	enum err e = factor_remove(tx, &owner, in->factor_id);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

/* ---- POST /account/totp, /account/totp/verify, /account/backup_codes ---- */

static enum verdict
account_totp(const struct request *rq, struct tx *tx)
{
	struct factor_owner owner = owner_of(rq);
	struct totp_begun begun;
	enum err e = check_method(tx, owner.project_id, MFA_TOTP);

	if (e == OK)
		e = totp_begin(tx, &owner, &begun);

	return e == OK ? reply(rq, 201, totp_begun_fields, &begun) : fail_err(rq, e);
}

struct code_input {
	struct {
		bool code;
	} has;
	const char *code;
};

static const struct field code_input[] = {
    IN_STRING(struct code_input, code, .min = 1, .max = 32, .flags = FIELD_REQUIRED | FIELD_SECRET,
	      .description = "Spaces are ignored"),
    FIELDS_END,
};

static enum verdict
account_totp_verify(const struct request *rq, struct tx *tx)
{
	const struct code_input *in = rq->input;
	struct factor_owner owner = owner_of(rq);
	struct backup_codes_view view;
	enum verdict verdict = factor_count_try(rq, tx, owner.project_id, owner.user_id);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	enum err e = totp_confirm(tx, &owner, in->code, &view.backup_codes);
	if (e == ERR_INVALID_CODE)
		return refuse(rq, e, "%s", error_info(e)->title);
	if (e == OK)
		e = throttle_uncount_factor(tx, owner.project_id, owner.user_id);
	return e == OK ? reply(rq, 200, backup_codes_fields, &view) : fail_err(rq, e);
}

static enum verdict
account_backup_codes(const struct request *rq, struct tx *tx)
{
	struct factor_owner owner = owner_of(rq);
	struct backup_codes_view view;
	enum err e = backup_codes_make(tx, &owner, &view.backup_codes);

	return e == OK ? reply(rq, 201, backup_codes_fields, &view) : fail_err(rq, e);
}

/* ---- POST /account/passkeys/options, /account/passkeys ---- */

struct options_view {
	const char *passkey_options;
};

static const struct field options_fields[] = {
    OUT_JSON(struct options_view, passkey_options,
	     .description = "For PublicKeyCredential.parseCreationOptionsFromJSON()"),
    FIELDS_END,
};

static enum verdict
account_passkey_options(const struct request *rq, struct tx *tx)
{
	struct factor_owner owner = owner_of(rq);
	struct passkey_site site;
	struct options_view view;
	enum err e = check_method(tx, owner.project_id, MFA_PASSKEY);

	if (e == OK)
		e = find_site(tx, owner.project_id, &site);
	if (e == OK)
		e = passkey_register_options(tx, &site, &owner, rq->credential.id,
					     &view.passkey_options);
	return e == OK ? reply(rq, 200, options_fields, &view) : fail_err(rq, e);
}

struct passkey_input {
	struct {
		bool credential, name;
	} has;
	const char *credential, *name;
};

static const struct field passkey_input[] = {
    IN_JSON(struct passkey_input, credential, .max = PASSKEY_JSON_MAX, .flags = FIELD_REQUIRED,
	    .check = json_object_check,
	    .description = "What navigator.credentials answered, as toJSON() gives it"),
    IN_STRING(struct passkey_input, name, .min = 1, .max = FACTOR_NAME_MAX,
	      .description = "What to call it; Passkey when absent"),
    FIELDS_END,
};

static enum verdict
account_passkey_add(const struct request *rq, struct tx *tx)
{
	const struct passkey_input *in = rq->input;
	struct factor_owner owner = owner_of(rq);
	struct user_factor_row row;
	struct passkey_site site;
	const char *reason = NULL;
	enum err e = check_method(tx, owner.project_id, MFA_PASSKEY);

	if (e == OK)
		e = find_site(tx, owner.project_id, &site);
	if (e == OK)
		e = passkey_register(tx, &site, &owner, rq->credential.id, in->credential,
				     in->has.name ? in->name : PASSKEY_NAME, &row, &reason);
	enum verdict verdict = factor_check_passkey(rq, e, reason);
	if (verdict != VERDICT_GO_ON)
		return verdict;
	if (e != OK)
		return fail_err(rq, e);
	struct factor_view view = factor_view_of(&row);
	return reply(rq, 201, factor_fields, &view);
}

/* ---- the table ---- */

#define OF_ONES_OWN .auth = AUTH_ACCOUNT, .site = SITE_BOTH, .tx = TX_WRITE
#define CHANGE      ROUTE_SUSPENDED_OK | ROUTE_RECENT_SIGN_IN

const struct route account_factor_routes[] = {
    {
	.id = "account_factor_list",
	.method = GET,
	.path = "/api/v1/account/factors",
	.summary = "List your second factors and passkeys",
	.auth = AUTH_ACCOUNT_OR_TOKEN,
	.site = SITE_BOTH,
	.tx = TX_READ_ONE,
	.flags = ROUTE_LIST | ROUTE_SUSPENDED_OK,
	.output = factor_fields,
	.handler = account_factor_list,
    },
    {
	OF_ONES_OWN,
	.id = "account_factor_update",
	.method = PATCH,
	.path = "/api/v1/account/factors/{factor_id}",
	.summary = "Rename one of your factors",
	.flags = ROUTE_SUSPENDED_OK,
	.output = factor_fields,
	INPUT(struct factor_input, factor_input),
	.handler = account_factor_rename,
    },
    {
	OF_ONES_OWN,
	.id = "account_factor_delete",
	.method = DELETE,
	.path = "/api/v1/account/factors/{factor_id}",
	.summary = "Remove one of your factors",
	.description = "Not the last way to sign in. Backup codes go with the last factor.",
	.flags = CHANGE,
	INPUT(struct factor_input, factor_path),
	.errors = {ERR_LAST_SIGN_IN_METHOD},
	.handler = account_factor_remove,
    },
    {
	OF_ONES_OWN,
	.id = "account_totp",
	.method = POST,
	.path = "/api/v1/account/totp",
	.summary = "Begin to set an authenticator app up",
	.description = "It counts once a first code has been verified, and takes the place of the "
		       "app before.",
	.status = 201,
	.flags = CHANGE | ROUTE_SHOWS_SECRET,
	.output = totp_begun_fields,
	.errors = {ERR_METHOD_DISABLED},
	.handler = account_totp,
    },
    {
	OF_ONES_OWN,
	.id = "account_totp_verify",
	.method = POST,
	.path = "/api/v1/account/totp/verify",
	.summary = "Finish setting an authenticator app up by its first code",
	.description = "Shows ten backup codes; those before stop working.",
	.rate = RATE_FLOW_ACTION,
	.flags = CHANGE | ROUTE_SHOWS_SECRET | ROUTE_NO_IDEMPOTENCY,
	.output = backup_codes_fields,
	INPUT(struct code_input, code_input),
	.errors = {ERR_INVALID_CODE, ERR_TOO_MANY_ATTEMPTS},
	.handler = account_totp_verify,
    },
    {
	OF_ONES_OWN,
	.id = "account_backup_codes",
	.method = POST,
	.path = "/api/v1/account/backup_codes",
	.summary = "Make ten new backup codes",
	.description = "Those before stop working.",
	.status = 201,
	.flags = CHANGE | ROUTE_SHOWS_SECRET,
	.output = backup_codes_fields,
	.handler = account_backup_codes,
    },
    {
	OF_ONES_OWN,
	.id = "account_passkey_options",
	.method = POST,
	.path = "/api/v1/account/passkeys/options",
	.summary = "Begin to add a passkey",
	.flags = CHANGE | ROUTE_NO_IDEMPOTENCY,
	.output = options_fields,
	.errors = {ERR_METHOD_DISABLED},
	.handler = account_passkey_options,
    },
    {
	OF_ONES_OWN,
	.id = "account_passkey_create",
	.method = POST,
	.path = "/api/v1/account/passkeys",
	.summary = "Finish adding a passkey",
	.status = 201,
	.flags = CHANGE | ROUTE_NO_IDEMPOTENCY,
	.output = factor_fields,
	INPUT(struct passkey_input, passkey_input),
	.errors = {ERR_METHOD_DISABLED, ERR_PASSKEY_EXISTS, ERR_PLAN_LIMIT_REACHED},
	.handler = account_passkey_add,
    },
    ROUTES_END,
};
