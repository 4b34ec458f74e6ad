/*
 * POST /api/v1/users/import: up to 500 people of another system (users.md rule 33).
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/user_import.h"
#include "fcgi/request.h"

struct user_import_input {
	struct {
		bool on_conflict, users;
	} has;
	const char *on_conflict;
	const struct json *users;
};

static const struct field user_import_input[] = {
	IN_ENUM(struct user_import_input, on_conflict, user_conflict_names, .flags = FIELD_REQUIRED,
		.description = "When somebody has that e-mail, username, phone or external_id: skip the row, update the user, or fail and write nothing at all"),
	IN_JSON(struct user_import_input, users, .flags = FIELD_REQUIRED | FIELD_TREE, .fields = user_import_fields,
		.description = "1 to 500 users: email, email_verified, phone, phone_verified, username, external_id, name, locale, metadata, password_hash, status"),
	FIELDS_END,
};

static const struct field result_fields[] = {
	OUT_INT(struct user_import_result, index),
	OUT_STRING(struct user_import_result, status, .description = "created, updated, skipped or failed"),
	OUT_STRING(struct user_import_result, user_id, .flags = FIELD_NULLABLE),
	OUT_STRING(struct user_import_result, code, .flags = FIELD_NULLABLE, .description = "Why it failed"),
	OUT_STRING(struct user_import_result, field, .flags = FIELD_NULLABLE, .description = "Which member isn't valid"),
	FIELDS_END,
};

struct import_reply {
	int64_t created, updated, skipped, failed;
	struct field_list results;
};

static const struct field reply_fields[] = {
	OUT_INT(struct import_reply, created),
	OUT_INT(struct import_reply, updated),
	OUT_INT(struct import_reply, skipped),
	OUT_INT(struct import_reply, failed),
	OUT_LIST(struct import_reply, results, result_fields, struct user_import_result),
	FIELDS_END,
};

static enum user_conflict
conflict_of(const char *name)
{
	size_t i = 0;

	while (strcmp(user_conflict_names[i], name) != 0)
		i++;
	return (enum user_conflict)i;
}

static enum verdict
user_import_route(const struct request *rq, struct tx *tx)
{
	const struct user_import_input *in = rq->input;
	struct user_import *import = ARENA_NEW(rq->arena, struct user_import);

	if (in->users->type != JSON_ARRAY || in->users->count < 1 || in->users->count > USER_IMPORT_MAX)
		return fail_field(rq, "users", "length", "It must be a list of 1 to %d users.", USER_IMPORT_MAX);
	import->org_id = rq->org.id;
	import->project_id = rq->project.id;
	import->conflict = conflict_of(in->on_conflict);
	enum err e = request_guard(rq, tx);
	if (e == OK)
		e = user_import(tx, import, in->users);
	if (e != OK)
		return fail_err(rq, e);
	return reply(rq, 200, reply_fields,
		     &(struct import_reply){ import->created, import->updated, import->skipped, import->failed,
					     { import->results, import->count } });
}

const struct route user_import_routes[] = {
	{
	    .id = "user_import",
	    .method = POST,
	    .path = "/api/v1/users/import",
	    .summary = "Import users with the hashes of their passwords",
	    .description = "A bad row fails alone. No mail is sent. A hash is replaced by our own at its user's next sign-in.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USER_IMPORT,
	    .tx = TX_WRITE,
	    .body_bytes_max = 1024 * (size_t)1024,
	    INPUT(struct user_import_input, user_import_input),
	    .output = reply_fields,
	    .errors = { ERR_EMAIL_TAKEN },
	    .handler = user_import_route,
	},
	ROUTES_END,
};
