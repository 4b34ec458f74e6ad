/*
 * POST /api/v1/users/{id}/activate, deactivate, ban, unban and unlock (users.md rules 30 and 31).
 */
#include "handlers/routes.h"

#include "domain/user_status.h"
#include "handlers/users/user_input.h"

#define BAN_REASON_MAX 500

struct user_ban_input {
	struct {
		bool id, reason, expires_at;
	} has;
	const char *id;
	const char *reason;
	int64_t expires_at;
};

static const struct field user_ban_input[] = {
	IN_ID(struct user_ban_input, id, ID_USER, .in = IN_PATH),
	IN_STRING(struct user_ban_input, reason, .max = BAN_REASON_MAX, .flags = FIELD_LINE_BREAKS | FIELD_NULLABLE,
		  .description = "For your own people; the user doesn't see it"),
	IN_TIME(struct user_ban_input, expires_at, .flags = FIELD_NULLABLE,
		.description = "For ever when absent; a ban that is over lifts itself at sign-in"),
	FIELDS_END,
};

/* ---- what is alike in all of them ---- */

typedef enum err status_change(const struct request *, struct tx *, const struct user_object_row *);

static enum err
change_status(const struct request *rq, struct tx *tx, const char *user_id, status_change *change,
	      struct user_object_row *ret)
{
	struct user_object_row row;

	TRY(request_guard(rq, tx));
	TRY(user_object_get(tx, rq->project.id, user_id, &row));
	TRY(change(rq, tx, &row));
	return user_object_get(tx, rq->project.id, user_id, ret);
}

static enum verdict
answer(const struct request *rq, struct tx *tx, const char *user_id, status_change *change)
{
	struct user_object_row row;
	enum err e = change_status(rq, tx, user_id, change, &row);

	return e == OK ? reply(rq, 200, user_object_fields, &row) : fail_err(rq, e);
}

/* ---- each of them ---- */

static enum err
deactivate(const struct request *rq, struct tx *tx, const struct user_object_row *row)
{
	if (user_is_caller(rq, row->id))
		return ERR_CANNOT_TARGET_SELF;
	return user_deactivate(tx, rq->org.id, rq->project.id, row);
}

static enum err
ban(const struct request *rq, struct tx *tx, const struct user_object_row *row)
{
	const struct user_ban_input *in = rq->input;

	if (user_is_caller(rq, row->id))
		return ERR_CANNOT_TARGET_SELF;
	return user_ban(tx, rq->org.id, rq->project.id, row,
			&(struct user_ban){ .reason = in->reason, .expires_at = in->expires_at });
}

static enum err
activate(const struct request *rq, struct tx *tx, const struct user_object_row *row)
{
	return user_activate(tx, rq->org.id, rq->project.id, row);
}

static enum err
unban(const struct request *rq, struct tx *tx, const struct user_object_row *row)
{
	return user_unban(tx, rq->org.id, rq->project.id, row);
}

static enum err
unlock(const struct request *rq, struct tx *tx, const struct user_object_row *row)
{
	return user_unlock(tx, rq->org.id, rq->project.id, row);
}

static const char *
path_id(const struct request *rq)
{
	return ((const struct user_path *)rq->input)->id;
}

static enum verdict
user_deactivate_route(const struct request *rq, struct tx *tx)
{
	return answer(rq, tx, path_id(rq), deactivate);
}

static enum verdict
user_ban_route(const struct request *rq, struct tx *tx)
{
	const struct user_ban_input *in = rq->input;

	if (in->expires_at != NONE && in->expires_at <= rq->now_ms)
		return fail_field(rq, "expires_at", "range", "A ban ends in the future.");
	return answer(rq, tx, in->id, ban);
}

static enum verdict
user_activate_route(const struct request *rq, struct tx *tx)
{
	return answer(rq, tx, path_id(rq), activate);
}

static enum verdict
user_unban_route(const struct request *rq, struct tx *tx)
{
	return answer(rq, tx, path_id(rq), unban);
}

static enum verdict
user_unlock_route(const struct request *rq, struct tx *tx)
{
	return answer(rq, tx, path_id(rq), unlock);
}

#define STATUS_ROUTE \
	.method = POST, .auth = AUTH_ANY, .tenant = TENANT_PROJECT, .permission = PERM_USER_WRITE, .tx = TX_WRITE, \
	.output = user_object_fields

const struct route user_status_routes[] = {
	{
	    STATUS_ROUTE,
	    .id = "user_deactivate",
	    .path = "/api/v1/users/{id}/deactivate",
	    .summary = "Deactivate a user",
	    .description = "They can't sign in; their sessions and tokens end at once.",
	    INPUT(struct user_path, user_path),
	    .errors = { ERR_CANNOT_TARGET_SELF, ERR_LAST_OWNER },
	    .handler = user_deactivate_route,
	},
	{
	    STATUS_ROUTE,
	    .id = "user_activate",
	    .path = "/api/v1/users/{id}/activate",
	    .summary = "Activate a deactivated user",
	    .description = "Calls off a pending deletion as well. A ban is lifted by unban alone.",
	    INPUT(struct user_path, user_path),
	    .handler = user_activate_route,
	},
	{
	    STATUS_ROUTE,
	    .id = "user_ban",
	    .path = "/api/v1/users/{id}/ban",
	    .summary = "Ban a user",
	    .description = "They can't sign in; their sessions and tokens end at once. Banning again changes reason and end.",
	    INPUT(struct user_ban_input, user_ban_input),
	    .errors = { ERR_CANNOT_TARGET_SELF, ERR_LAST_OWNER },
	    .handler = user_ban_route,
	},
	{
	    STATUS_ROUTE,
	    .id = "user_unban",
	    .path = "/api/v1/users/{id}/unban",
	    .summary = "Lift a user's ban",
	    INPUT(struct user_path, user_path),
	    .handler = user_unban_route,
	},
	{
	    STATUS_ROUTE,
	    .id = "user_unlock",
	    .path = "/api/v1/users/{id}/unlock",
	    .summary = "Let a password be used again",
	    .description = "After a hundred failures in a row it is off until reset, or until this.",
	    INPUT(struct user_path, user_path),
	    .handler = user_unlock_route,
	},
	ROUTES_END,
};
