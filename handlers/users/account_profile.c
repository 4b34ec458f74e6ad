/*
 * /account: what the signed-in person sees of themselves, their name and picture, and their leave
 * (users.md section 3).
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/assets.h"
#include "domain/settings.h"
#include "domain/sms.h"
#include "domain/user_status.h"
#include "handlers/users/account.h"
#include "handlers/users/browser.h"
#include "handlers/users/user_input.h"

#define IMAGE_BYTES_MAX	    ((size_t)100 * 1024)
#define IMAGE_BASE64_MAX    ((int64_t)IMAGE_BYTES_MAX / 3 * 4 + 4)
#define IMAGE_BODY_BYTES_MAX ((size_t)IMAGE_BASE64_MAX + (size_t)16 * 1024)

/* ---- how it is shown ---- */

struct account_view {
	const char *id, *email;
	bool email_verified;
	const char *pending_email, *phone;
	bool phone_verified;
	const char *pending_phone, *username, *name, *locale, *image_url;
	bool anonymous, has_password, self_deletion;
	int64_t deletion_grace_days, created_at, last_sign_in_at;
	struct strings mfa_methods;
	bool takes_phone;
};

static const struct field account_fields[] = {
	OUT_ID(struct account_view, id, ID_USER),
	OUT_STRING(struct account_view, email, .flags = FIELD_NULLABLE),
	OUT_BOOL(struct account_view, email_verified),
	OUT_STRING(struct account_view, pending_email, .flags = FIELD_NULLABLE,
		   .description = "Asked for and not proven yet"),
	OUT_STRING(struct account_view, phone, .flags = FIELD_NULLABLE),
	OUT_BOOL(struct account_view, phone_verified),
	OUT_STRING(struct account_view, pending_phone, .flags = FIELD_NULLABLE),
	OUT_STRING(struct account_view, username, .flags = FIELD_NULLABLE),
	OUT_STRING(struct account_view, name),
	OUT_STRING(struct account_view, locale, .flags = FIELD_NULLABLE),
	OUT_STRING(struct account_view, image_url, .flags = FIELD_NULLABLE),
	OUT_BOOL(struct account_view, anonymous),
	OUT_BOOL(struct account_view, has_password),
	OUT_BOOL(struct account_view, self_deletion,
		 .description = "Whether the project lets people delete themselves"),
	OUT_INT(struct account_view, deletion_grace_days,
		.description = "Days in which a sign-in calls the deletion off"),
	OUT_STRINGS(struct account_view, mfa_methods,
		    .description = "Second factors that the project takes: totp, passkey, phone where texts can be sent; none where it asks for none"),
	OUT_BOOL(struct account_view, takes_phone,
		 .description = "Whether the project can send texts, so that a number can be proven"),
	OUT_TIME(struct account_view, created_at),
	OUT_TIME(struct account_view, last_sign_in_at, .flags = FIELD_NULLABLE),
	FIELDS_END,
};

static bool
is_of_console(const struct request *rq)
{
	return strcmp(rq->user.project_id, rq->console_id) == 0;
}

static struct account_view
view_of(const struct request *rq, const struct q_account_get_row *row)
{
	struct sign_in_settings settings =
	    sign_in_settings_parse(rq->arena, rq->config, row->settings_body);

	bool takes_phone = sms_names_provider(rq->arena, row->sms_body);
	unsigned mfa_methods = settings.mfa == MFA_OFF ? 0 : settings.mfa_methods;

	if (!takes_phone)
		mfa_methods &= ~(1u << MFA_PHONE);
	return (struct account_view){
		.id = row->id,
		.email = row->email,
		.email_verified = row->email_verified,
		.pending_email = row->pending_email,
		.phone = row->phone,
		.phone_verified = row->phone_verified,
		.pending_phone = row->pending_phone,
		.username = row->username,
		.name = row->name,
		.locale = row->locale,
		.image_url = asset_url(rq->arena, rq->config, row->client_id, is_of_console(rq),
				       row->image_digest),
		.anonymous = row->anonymous,
		.has_password = row->has_password,
		.self_deletion = settings.self_deletion,
		.deletion_grace_days = settings.deletion_grace_days,
		.mfa_methods = settings_words(rq->arena, mfa_methods, mfa_method_names),
		.takes_phone = takes_phone,
		.created_at = row->created_at,
		.last_sign_in_at = row->last_sign_in_at,
	};
}

static enum verdict
reply_account(const struct request *rq, struct tx *tx)
{
	struct q_account_get_row row;
	enum err e = account_read(rq, tx, &row);

	if (e != OK)
		return fail_err(rq, e);
	struct account_view view = view_of(rq, &row);
	return reply(rq, 200, account_fields, &view);
}

/* ---- what other files of the account need ---- */

enum err
account_read(const struct request *rq, struct tx *tx, struct q_account_get_row *ret)
{
	enum err e = q_account_get(
	    tx->db,
	    &(struct q_account_get){ .project_id = rq->user.project_id, .id = rq->user.id }, ret);

	return e == ERR_NO_ROW ? ERR_UNAUTHORIZED : e;
}

enum err
account_guard(const struct request *rq, struct tx *tx)
{
	uint64_t matched = 0;

	TRY(q_account_guard(
	    tx->db,
	    &(struct q_account_guard){ .project_id = rq->user.project_id, .id = rq->user.id },
	    &matched));
	return matched == 1 ? OK : ERR_UNAUTHORIZED;
}

enum err
account_change(const struct request *rq, struct tx *tx, const struct user_change *change)
{
	struct user_object_row before, after;

	TRY(account_guard(rq, tx));
	TRY(user_object_get(tx, rq->user.project_id, rq->user.id, &before));
	return user_object_change(tx, rq->user.project_org_id, rq->user.project_id, &before, change,
				  &after);
}

/* ---- GET and PATCH /account ---- */

static enum verdict
account_get(const struct request *rq, struct tx *tx)
{
	return reply_account(rq, tx);
}

struct account_input {
	struct {
		bool name, locale, username;
	} has;
	const char *name, *locale, *username;
};

static const struct field account_input[] = {
	IN_STRING(struct account_input, name, USER_NAME),
	IN_STRING(struct account_input, locale, USER_LOCALE, .flags = FIELD_NULLABLE),
	IN_STRING(struct account_input, username, USER_USERNAME, .flags = FIELD_NULLABLE,
		  .description = "Stored in lower case"),
	FIELDS_END,
};

static enum verdict
account_update(const struct request *rq, struct tx *tx)
{
	const struct account_input *in = rq->input;
	struct user_change change = {
		.has = { .name = in->has.name,
			 .locale = in->has.locale,
			 .username = in->has.username },
		.name = in->name,
		.locale = in->locale,
		.username = username_lower(rq->arena, in->username),
	};
	enum err e = account_change(rq, tx, &change);

	return e == OK ? reply_account(rq, tx) : fail_err(rq, e);
}

/* ---- DELETE /account ---- */

struct leave_input {
	struct {
		bool confirm;
	} has;
	const char *confirm;
};

static const char *const CONFIRM[] = { "DELETE", NULL };

static const struct field leave_input[] = {
	IN_ENUM(struct leave_input, confirm, CONFIRM, .in = IN_QUERY, .flags = FIELD_REQUIRED,
		.description = "The word DELETE"),
	FIELDS_END,
};

struct leave_reply {
	int64_t delete_at;
};

static const struct field leave_reply[] = {
	OUT_TIME(struct leave_reply, delete_at, .flags = FIELD_NULLABLE,
		 .description = "Until then a sign-in calls it off; null: it is done"),
	FIELDS_END,
};

static enum err
leave(const struct request *rq, struct tx *tx, const struct sign_in_settings *settings,
      int64_t *ret_delete_at)
{
	const char *org_id = rq->user.project_org_id, *project_id = rq->user.project_id;
	struct user_object_row row;

	TRY(account_guard(rq, tx));
	TRY(user_object_get(tx, project_id, rq->user.id, &row));
	*ret_delete_at = NONE;
	if (settings->deletion_grace_days == 0)
		return user_delete(tx, org_id, project_id, &row);
	*ret_delete_at = rq->now_ms + settings->deletion_grace_days * DAY_MS;
	return user_delete_later(tx, org_id, project_id, &row, *ret_delete_at);
}

static enum verdict
account_delete(const struct request *rq, struct tx *tx)
{
	struct browser browser = rq->browser;
	struct sign_in_settings settings;
	struct leave_reply view;
	enum err e = sign_in_settings_read(tx, rq->user.project_id, &settings);

	if (e == OK && !settings.self_deletion)
		return fail(rq, ERR_FORBIDDEN, "Ask those who run this to delete your account.");
	if (e == OK)
		e = leave(rq, tx, &settings, &view.delete_at);
	if (e != OK)
		return fail_err(rq, e == ERR_NO_ROW ? ERR_UNAUTHORIZED : e);
	browser_drop_active(&browser);
	browser_reply(rq, &browser, &rq->credential.policy);
	return reply(rq, 202, leave_reply, &view);
}

/* ---- PUT and DELETE /account/image ---- */

struct image_input {
	struct {
		bool media_type, data_base64;
	} has;
	const char *media_type, *data_base64;
};

static const struct field image_input[] = {
	IN_STRING(struct image_input, media_type, .min = 1, .max = 32, .flags = FIELD_REQUIRED,
		  .description = "image/png, image/jpeg or image/webp"),
	IN_STRING(struct image_input, data_base64, .min = 1, .max = IMAGE_BASE64_MAX,
		  .flags = FIELD_REQUIRED, .description = "At most 100 KB"),
	FIELDS_END,
};

static enum err
set_image(const struct request *rq, struct tx *tx, struct bytes digest)
{
	struct user_object_row row;
	struct record r;

	TRY(q_account_set_image(tx->db,
				&(struct q_account_set_image){
				    .image_digest = digest,
				    .project_id = rq->user.project_id,
				    .id = rq->user.id,
				},
				NULL));
	TRY(user_object_get(tx, rq->user.project_id, rq->user.id, &row));
	r = user_object_record(rq->arena, EV_USER_UPDATED, rq->user.project_org_id,
			       rq->user.project_id, &row);
	r.before = &row;
	r.after = &row;
	r.changes = digest.data != NULL ? "{\"image\":[null,\"•\"]}" : "{\"image\":[\"•\",null]}";
	return record(tx, &r);
}

static enum verdict
account_image_put(const struct request *rq, struct tx *tx)
{
	const struct image_input *in = rq->input;
	struct asset asset = {
		.project_id = rq->user.project_id,
		.owner_id = rq->user.id,
		.kind = ASSET_PICTURE,
		.media_type = in->media_type,
	};
	struct upload_fault fault;
	struct bytes digest;

	if (!upload_read_picture(rq->arena, in->media_type, in->data_base64, IMAGE_BYTES_MAX,
				 &asset.body, &fault))
		return fail_field(rq, fault.field, fault.rule, "%s", fault.message);
	enum err e = account_guard(rq, tx);
	if (e == OK)
		e = asset_put(tx, &asset, &digest);
	if (e == OK)
		e = set_image(rq, tx, digest);
	return e == OK ? reply_account(rq, tx) : fail_err(rq, e);
}

static enum verdict
account_image_delete(const struct request *rq, struct tx *tx)
{
	enum err e = account_guard(rq, tx);

	if (e == OK)
		e = asset_remove(tx, rq->user.project_id, rq->user.id, ASSET_PICTURE);
	if (e == OK)
		e = set_image(rq, tx, (struct bytes){ .data = NULL });
	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

/* ---- the table ---- */

#define OF_AN_ACCOUNT .auth = AUTH_ACCOUNT_OR_TOKEN, .site = SITE_BOTH

const struct route account_profile_routes[] = {
	{
	    OF_AN_ACCOUNT,
	    .id = "account_get",
	    .method = GET,
	    .path = "/api/v1/account",
	    .summary = "Get your account",
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_SUSPENDED_OK,
	    .output = account_fields,
	    .handler = account_get,
	},
	{
	    OF_AN_ACCOUNT,
	    .id = "account_update",
	    .method = PATCH,
	    .path = "/api/v1/account",
	    .summary = "Change your name, language or username",
	    .tx = TX_WRITE,
	    .flags = ROUTE_SUSPENDED_OK,
	    INPUT(struct account_input, account_input),
	    .output = account_fields,
	    .errors = { ERR_USERNAME_TAKEN },
	    .handler = account_update,
	},
	{
	    .auth = AUTH_ACCOUNT,
	    .site = SITE_BOTH,
	    .id = "account_delete",
	    .method = DELETE,
	    .path = "/api/v1/account",
	    .summary = "Delete your account",
	    .description = "At once, or after the project's days of grace.",
	    .tx = TX_WRITE,
	    .flags = ROUTE_SUSPENDED_OK | ROUTE_RECENT_SIGN_IN | ROUTE_NO_IDEMPOTENCY,
	    .status = 202,
	    INPUT(struct leave_input, leave_input),
	    .output = leave_reply,
	    .errors = { ERR_LAST_OWNER },
	    .handler = account_delete,
	},
	{
	    OF_AN_ACCOUNT,
	    .id = "account_image_put",
	    .method = PUT,
	    .path = "/api/v1/account/image",
	    .summary = "Set your picture",
	    .tx = TX_WRITE,
	    .flags = ROUTE_SUSPENDED_OK,
	    .body_bytes_max = IMAGE_BODY_BYTES_MAX,
	    INPUT(struct image_input, image_input),
	    .output = account_fields,
	    .handler = account_image_put,
	},
	{
	    OF_AN_ACCOUNT,
	    .id = "account_image_delete",
	    .method = DELETE,
	    .path = "/api/v1/account/image",
	    .summary = "Take your picture away",
	    .tx = TX_WRITE,
	    .flags = ROUTE_SUSPENDED_OK,
	    .handler = account_image_delete,
	},
	ROUTES_END,
};
