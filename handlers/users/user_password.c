/*
 * PUT /api/v1/users/{id}/password: a password chosen for somebody by who manages them.
 */
#include "handlers/routes.h"

#include "domain/settings.h"
#include "domain/user_object.h"
#include "domain/users.h"
#include "handlers/users/flow.h"
#include "handlers/users/user_input.h"

struct user_password_input {
	struct {
		bool id, password, sign_out;
	} has;
	const char *id;
	const char *password;
	bool sign_out;
};

static const struct field user_password_input[] = {
	IN_ID(struct user_password_input, id, ID_USER, .in = IN_PATH),
	IN_STRING(struct user_password_input, password, .min = 1, .max = PASSWORD_BYTES_MAX,
		  .flags = FIELD_REQUIRED | FIELD_RAW | FIELD_SECRET, .description = "Judged by the project's rules"),
	IN_BOOL(struct user_password_input, sign_out, .description = "End their sessions; true when absent"),
	FIELDS_END,
};

struct new_password {
	struct sign_in_settings settings;
	const char *email;
	const char *phc;
};

static enum verdict
user_password_before(const struct request *rq, struct tx *tx)
{
	const struct user_password_input *in = rq->input;
	struct new_password *new = rq->scratch;
	struct user_object_row row;
	enum err e = user_object_get(tx, rq->project.id, in->id, &row);

	if (e == OK)
		e = sign_in_settings_read(tx, rq->project.id, &new->settings);
	if (e != OK)
		return fail_err(rq, e);
	new->email = row.email;
	return go_on(rq);
}

static enum verdict
user_password_work(const struct request *rq)
{
	const struct user_password_input *in = rq->input;
	struct new_password *new = rq->scratch;

	return password_make(rq, &new->settings, "password", in->password, new->email, rq->project.name, &new->phc);
}

static enum err
set_password(const struct request *rq, struct tx *tx)
{
	const struct user_password_input *in = rq->input;
	const struct new_password *new = rq->scratch;
	struct user_object_row row;
	struct record r;

	TRY(request_guard(rq, tx));
	TRY(user_object_get(tx, rq->project.id, in->id, &row));
	TRY(user_set_password(tx, rq->project.id, row.id, new->phc, NONE));
	if (!in->has.sign_out || in->sign_out)
		TRY(user_end_sessions(tx, rq->project.id, row.id, NULL));
	r = user_object_record(rq->arena, EV_PASSWORD_CHANGED, rq->org.id, rq->project.id, &row);
	r.changes = "{\"password\":[\"•\",\"•\"]}";
	return record(tx, &r);
}

static enum verdict
user_password_set(const struct request *rq, struct tx *tx)
{
	enum err e = set_password(rq, tx);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

const struct route user_password_routes[] = {
	{
	    .id = "user_password_set",
	    .method = PUT,
	    .path = "/api/v1/users/{id}/password",
	    .summary = "Set a user's password",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .pool = POOL_PASSWORD,
	    .permission = PERM_USER_WRITE,
	    .tx = TX_WRITE,
	    .scratch_size = sizeof(struct new_password),
	    INPUT(struct user_password_input, user_password_input),
	    .errors = { ERR_WEAK_PASSWORD },
	    .before = user_password_before,
	    .work = user_password_work,
	    .handler = user_password_set,
	},
	ROUTES_END,
};
