/*
 * /api/v1/users: making, showing, changing and deleting the people of a project (users.md section 3).
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/mail.h"
#include "domain/settings.h"
#include "domain/user_status.h"
#include "domain/users.h"
#include "handlers/users/flow.h"
#include "handlers/users/user_input.h"
#include "lib/foreign_hashes.h"

/* last_sign_in_at, has_password and locked change without the version. */
static enum verdict
reply_user(const struct request *rq, unsigned status, const struct user_object_row *row)
{
	reply_etag_without_304(rq, row->version);
	return reply(rq, status, user_object_fields, row);
}

/* ---- POST /users ---- */

struct user_create_input {
	struct {
		bool email, email_verified, phone, phone_verified, username, external_id, name, locale, metadata, password, password_hash,
			send_welcome;
	} has;
	const char *email;
	bool email_verified;
	const char *phone;
	bool phone_verified;
	const char *username;
	const char *external_id;
	const char *name;
	const char *locale;
	const char *metadata;
	const char *password;
	const char *password_hash;
	bool send_welcome;
};

static const struct field user_create_input[] = {
	IN_STRING(struct user_create_input, email, USER_EMAIL, .description = "One of e-mail, phone, username and external_id is needed"),
	IN_BOOL(struct user_create_input, email_verified),
	IN_STRING(struct user_create_input, phone, USER_PHONE),
	IN_BOOL(struct user_create_input, phone_verified),
	IN_STRING(struct user_create_input, username, USER_USERNAME, .description = "Stored in lower case"),
	IN_STRING(struct user_create_input, external_id, USER_EXTERNAL_ID),
	IN_STRING(struct user_create_input, name, USER_NAME),
	IN_STRING(struct user_create_input, locale, USER_LOCALE),
	IN_JSON(struct user_create_input, metadata, USER_METADATA),
	IN_STRING(struct user_create_input, password, .min = 1, .max = PASSWORD_BYTES_MAX,
		  .flags = FIELD_RAW | FIELD_SECRET, .description = "Judged by the project's rules"),
	IN_STRING(struct user_create_input, password_hash, .min = 1, .max = PASSWORD_HASH_MAX, .flags = FIELD_RAW | FIELD_SECRET,
		  .description = "Instead of a password: another system's hash of one"),
	IN_BOOL(struct user_create_input, send_welcome, .description = "Mail the user the template welcome, with a link to the sign-in page"),
	FIELDS_END,
};

struct user_create {
	struct sign_in_settings settings;
	const char *email_key;
	const char *metadata;
	const char *phc; /* NULL: no password */
	const char *scheme; /* of a hash that came from elsewhere; NULL: our own */
};

static enum verdict
take_hash(const struct request *rq, struct user_create *make)
{
	const struct user_create_input *in = rq->input;

	if (in->has.password)
		return fail_field(rq, "password_hash", "one_of", "Say a password or its hash, not both.");
	enum err e = foreign_hash_check(in->password_hash, &make->scheme);
	if (e != OK)
		return fail_err(rq, e);
	make->phc = in->password_hash;
	return go_on(rq);
}

static enum verdict
user_create_before(const struct request *rq, struct tx *tx)
{
	const struct user_create_input *in = rq->input;
	struct user_create *make = rq->scratch;
	enum verdict verdict;

	if (!in->has.email && !in->has.phone && !in->has.username && !in->has.external_id)
		return fail_field(rq, "email", "required", "Say an e-mail address, phone, username or external_id.");
	if ((in->email_verified && !in->has.email) || (in->phone_verified && !in->has.phone))
		return fail_field(rq, in->email_verified && !in->has.email ? "email_verified" : "phone_verified",
				  "missing", "There is nothing that is verified.");
	if (in->send_welcome && !in->has.email)
		return fail_field(rq, "send_welcome", "missing", "There is no e-mail address to send it to.");
	verdict = user_input_email(rq, in->email, &make->email_key);
	if (verdict == VERDICT_GO_ON && in->has.metadata)
		verdict = user_input_metadata(rq, "{}", in->metadata, &make->metadata);
	if (verdict == VERDICT_GO_ON && in->has.password_hash)
		verdict = take_hash(rq, make);
	if (verdict != VERDICT_GO_ON || !in->has.password)
		return verdict;
	enum err e = sign_in_settings_read(tx, rq->project.id, &make->settings);
	return e == OK ? go_on(rq) : fail_err(rq, e);
}

static enum verdict
user_create_work(const struct request *rq)
{
	const struct user_create_input *in = rq->input;
	struct user_create *make = rq->scratch;

	if (!in->has.password)
		return go_on(rq);
	return password_make(rq, &make->settings, "password", in->password, in->email, rq->project.name, &make->phc);
}

/* An address that has had enough mail for now gets none; the user is made all the same. */
static enum err
welcome(const struct request *rq, struct tx *tx, const char *user_id)
{
	const struct user_create_input *in = rq->input;
	enum err e = mail_queue(tx, &(struct mail){
					.template = MAIL_WELCOME,
					.project_id = rq->project.id,
					.user_id = user_id,
					.recipient = in->email,
					.user_name = in->name,
					.url = flow_page_url(rq, rq->project.id, rq->project.client_id, "sign-in"),
					.locale = in->locale,
					.expires_at = NONE,
				    });

	return e == ERR_RATE_LIMITED ? OK : e;
}

static enum err
make_user(const struct request *rq, struct tx *tx, struct user_object_row *ret)
{
	const struct user_create_input *in = rq->input;
	const struct user_create *make = rq->scratch;
	const char *id;

	TRY(request_guard(rq, tx));
	TRY(user_make(tx,
		      &(struct user_make){
			  .project_id = rq->project.id,
			  .org_id = rq->org.id,
			  .email = in->email,
			  .email_key = make->email_key,
			  .phone = in->phone,
			  .username = username_lower(rq->arena, in->username),
			  .external_id = in->external_id,
			  .name = in->has.name ? in->name : "",
			  .password_phc = make->phc,
			  .password_scheme = make->scheme,
			  .locale = in->locale,
			  .metadata = make->metadata,
			  .email_verified = in->email_verified,
			  .phone_verified = in->phone_verified,
			  .is_made_by_member = true,
		      },
		      &id));
	if (in->send_welcome)
		TRY(welcome(rq, tx, id));
	return user_object_get(tx, rq->project.id, id, ret);
}

static enum verdict
user_create(const struct request *rq, struct tx *tx)
{
	struct user_object_row row;
	enum err e = make_user(rq, tx, &row);

	return e == OK ? reply_user(rq, 201, &row) : fail_err(rq, e);
}

/* ---- GET /users/{id}, GET /users/lookup ---- */

static enum verdict
user_get(const struct request *rq, struct tx *tx)
{
	const struct user_path *in = rq->input;
	struct user_object_row row;
	enum err e = user_object_get(tx, rq->project.id, in->id, &row);

	return e == OK ? reply_user(rq, 200, &row) : fail_err(rq, e);
}

struct user_lookup_input {
	struct {
		bool email, external_id;
	} has;
	const char *email;
	const char *external_id;
};

static const struct field user_lookup_input[] = {
	IN_STRING(struct user_lookup_input, email, USER_EMAIL, .in = IN_QUERY),
	IN_STRING(struct user_lookup_input, external_id, USER_EXTERNAL_ID, .in = IN_QUERY,
		  .description = "One of the two"),
	FIELDS_END,
};

static enum verdict
user_lookup(const struct request *rq, struct tx *tx)
{
	const struct user_lookup_input *in = rq->input;
	struct user_object_row row;
	const char *key = NULL;

	if (in->has.email == in->has.external_id)
		return fail_field(rq, "email", "one_of", "Say either an e-mail address or an external_id.");
	/* What is no address is nobody's. */
	if (user_input_email(rq, in->email, &key) != VERDICT_GO_ON)
		return fail_err(rq, ERR_NOT_FOUND);
	enum err e = q_user_object_by_key(tx->db,
					  &(struct q_user_object_by_key){
					      .project_id = rq->project.id,
					      .email_key = { (const uint8_t *)key, key == NULL ? 0 : strlen(key) },
					      .external_id = { (const uint8_t *)in->external_id,
							       in->has.external_id ? strlen(in->external_id) : 0 },
					  },
					  &row);
	if (e != OK)
		return fail_err(rq, e);
	user_object_finish(tx, rq->project.id, &row);
	return reply(rq, 200, user_object_fields, &row);
}

/* ---- PATCH /users/{id} ---- */

struct user_update_input {
	struct {
		bool id, email, email_verified, phone, phone_verified, username, external_id, name, locale, metadata;
	} has;
	const char *id;
	const char *email;
	bool email_verified;
	const char *phone;
	bool phone_verified;
	const char *username;
	const char *external_id;
	const char *name;
	const char *locale;
	const char *metadata;
};

static const struct field user_update_input[] = {
	IN_ID(struct user_update_input, id, ID_USER, .in = IN_PATH),
	IN_STRING(struct user_update_input, email, USER_EMAIL, .flags = FIELD_NULLABLE,
		  .description = "A new address isn't verified unless email_verified says so"),
	IN_BOOL(struct user_update_input, email_verified),
	IN_STRING(struct user_update_input, phone, USER_PHONE, .flags = FIELD_NULLABLE),
	IN_BOOL(struct user_update_input, phone_verified),
	IN_STRING(struct user_update_input, username, USER_USERNAME, .flags = FIELD_NULLABLE),
	IN_STRING(struct user_update_input, external_id, USER_EXTERNAL_ID, .flags = FIELD_NULLABLE),
	IN_STRING(struct user_update_input, name, USER_NAME),
	IN_STRING(struct user_update_input, locale, USER_LOCALE, .flags = FIELD_NULLABLE),
	IN_JSON(struct user_update_input, metadata,
		.description = "Merged member by member; null takes one away. At most 16 KB, 8 deep"),
	FIELDS_END,
};

/* Nobody is left without a name to be found by; nothing is verified that isn't there. */
static enum verdict
check_update(const struct request *rq, const struct user_object_row *row)
{
	const struct user_update_input *in = rq->input;
	const char *email = in->has.email ? in->email : row->email;
	const char *phone = in->has.phone ? in->phone : row->phone;
	const char *username = in->has.username ? in->username : row->username;
	const char *external_id = in->has.external_id ? in->external_id : row->external_id;

	if (email == NULL && phone == NULL && username == NULL && external_id == NULL && !row->anonymous)
		return fail_field(rq, in->has.email ? "email" : "external_id", "required",
				  "An e-mail address, phone, username or external_id has to stay.");
	if (in->has.email_verified && in->email_verified && email == NULL)
		return fail_field(rq, "email_verified", "missing", "There is no e-mail address.");
	if (in->has.phone_verified && in->phone_verified && phone == NULL)
		return fail_field(rq, "phone_verified", "missing", "There is no telephone number.");
	return go_on(rq);
}

static enum verdict
change_of(const struct request *rq, const struct user_object_row *row, struct user_change *ret)
{
	const struct user_update_input *in = rq->input;
	enum verdict verdict = check_update(rq, row);

	*ret = (struct user_change){
		.has = { in->has.email, in->has.email_verified, in->has.phone, in->has.phone_verified,
			 in->has.username, in->has.external_id, in->has.name, in->has.locale, in->has.metadata },
		.email = in->email,
		.email_verified = in->email_verified,
		.phone = in->phone,
		.phone_verified = in->phone_verified,
		.username = username_lower(rq->arena, in->username),
		.external_id = in->external_id,
		.name = in->name,
		.locale = in->locale,
	};
	if (verdict == VERDICT_GO_ON)
		verdict = user_input_email(rq, in->email, &ret->email_key);
	if (verdict == VERDICT_GO_ON && in->has.metadata)
		verdict = user_input_metadata(rq, row->metadata, in->metadata, &ret->metadata);
	return verdict;
}

static enum verdict
user_update(const struct request *rq, struct tx *tx)
{
	const struct user_update_input *in = rq->input;
	struct user_object_row before, after;
	struct user_change change;
	enum err e = request_guard(rq, tx);

	if (e == OK)
		e = user_object_get(tx, rq->project.id, in->id, &before);
	if (e != OK)
		return fail_err(rq, e);
	enum verdict verdict = change_of(rq, &before, &change);
	if (verdict != VERDICT_GO_ON)
		return verdict;
	if (!precondition_holds(rq, before.version))
		return fail_err(rq, ERR_PRECONDITION_FAILED);
	e = user_object_change(tx, rq->org.id, rq->project.id, &before, &change, &after);
	return e == OK ? reply_user(rq, 200, &after) : fail_err(rq, e);
}

/* ---- DELETE /users/{id} ---- */

static enum err
remove_user(const struct request *rq, struct tx *tx)
{
	const struct user_path *in = rq->input;
	struct user_object_row row;

	TRY(request_guard(rq, tx));
	TRY(user_object_get(tx, rq->project.id, in->id, &row));
	if (user_is_caller(rq, row.id))
		return ERR_CANNOT_TARGET_SELF;
	if (!precondition_holds(rq, row.version))
		return ERR_PRECONDITION_FAILED;
	return user_delete(tx, rq->org.id, rq->project.id, &row);
}

static enum verdict
user_remove(const struct request *rq, struct tx *tx)
{
	enum err e = remove_user(rq, tx);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

/* ---- the table ---- */

const struct route user_routes[] = {
	{
	    .id = "user_create",
	    .method = POST,
	    .path = "/api/v1/users",
	    .summary = "Create a user",
	    .description = "No mail is sent but the welcome that is asked for. What is marked verified counts as proven.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .pool = POOL_PASSWORD,
	    .permission = PERM_USER_WRITE,
	    .tx = TX_WRITE,
	    .status = 201,
	    .scratch_size = sizeof(struct user_create),
	    INPUT(struct user_create_input, user_create_input),
	    .output = user_object_fields,
	    .errors = { ERR_EMAIL_TAKEN, ERR_USERNAME_TAKEN, ERR_PHONE_TAKEN, ERR_EXTERNAL_ID_TAKEN, ERR_WEAK_PASSWORD, ERR_HASH_UNSUPPORTED,
			ERR_HASH_TOO_COSTLY },
	    .before = user_create_before,
	    .work = user_create_work,
	    .handler = user_create,
	},
	{
	    .id = "user_lookup",
	    .method = GET,
	    .path = "/api/v1/users/lookup",
	    .summary = "Find a user by e-mail address or external id",
	    .auth = AUTH_ANY | AUTH_CLIENT,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USER_READ,
	    .tx = TX_READ_ONE,
	    INPUT(struct user_lookup_input, user_lookup_input),
	    .output = user_object_fields,
	    .handler = user_lookup,
	},
	{
	    .id = "user_get",
	    .method = GET,
	    .path = "/api/v1/users/{id}",
	    .summary = "Get a user",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USER_READ,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct user_path, user_path),
	    .output = user_object_fields,
	    .handler = user_get,
	},
	{
	    .id = "user_update",
	    .method = PATCH,
	    .path = "/api/v1/users/{id}",
	    .summary = "Change a user",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USER_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct user_update_input, user_update_input),
	    .output = user_object_fields,
	    .errors = { ERR_EMAIL_TAKEN, ERR_USERNAME_TAKEN, ERR_PHONE_TAKEN, ERR_EXTERNAL_ID_TAKEN },
	    .handler = user_update,
	},
	{
	    .id = "user_delete",
	    .method = DELETE,
	    .path = "/api/v1/users/{id}",
	    .summary = "Delete a user",
	    .description = "Identifiers, credentials, sessions and profile go at once; there is no way back.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USER_DELETE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct user_path, user_path),
	    .errors = { ERR_CANNOT_TARGET_SELF, ERR_LAST_OWNER },
	    .handler = user_remove,
	},
	ROUTES_END,
};
