/*
 * POST /api/v1/features/check: may a user use it? (licensing.md section 3) Two statements, and nothing remembered: the next question sees every
 * change.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/features.h"
#include "fcgi/request.h"

struct check_input {
	struct {
		bool user_id, feature_key;
	} has;
	const char *user_id, *feature_key;
};

static const struct field check_input[] = {
	IN_ID(struct check_input, user_id, ID_USER, .description = "Who asks for themselves may leave it out"),
	IN_STRING(struct check_input, feature_key, .check = feature_key_check, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

struct check_view {
	bool has_feature;
	const char *value, *source;
	int64_t used, remaining;
};

static const struct field check_fields[] = {
	OUT_BOOL(struct check_view, has_feature, .description = "true, a number above 0, or no limit"),
	OUT_JSON(struct check_view, value, .description = "true or false, a number, null for no limit"),
	OUT_ENUM(struct check_view, source, feature_sources),
	OUT_INT(struct check_view, used, .flags = FIELD_OPTIONAL, .description = "Of a limit with a meter: how much this month"),
	OUT_INT(struct check_view, remaining, .flags = FIELD_OPTIONAL, .description = "And how much is left; absent where there is no limit"),
	FIELDS_END,
};

/* A project's user asks about nobody else. */
static enum err
find_subject(const struct request *rq, struct tx *tx, const char **ret_id)
{
	const struct check_input *in = rq->input;
	bool is_self = rq->credential.kind == CREDENTIAL_PROJECT_USER || rq->credential.kind == CREDENTIAL_PROJECT_TOKEN;
	struct user_row user;

	if (is_self && in->user_id != NULL && strcmp(in->user_id, rq->user.id) != 0)
		return ERR_NOT_FOUND;
	if (is_self) {
		*ret_id = rq->user.id;
		return OK;
	}
	TRY(q_user_get(tx->db, &(struct q_user_get){ .project_id = rq->project.id, .id = in->user_id }, &user));
	*ret_id = user.id;
	return OK;
}

static enum verdict
feature_check(const struct request *rq, struct tx *tx)
{
	const struct check_input *in = rq->input;
	struct feature_subjects subjects = { .user_id = NULL };
	struct feature_value value;

	if (in->user_id == NULL && rq->credential.kind != CREDENTIAL_PROJECT_USER && rq->credential.kind != CREDENTIAL_PROJECT_TOKEN)
		return fail_field(rq, "user_id", "required", "It is missing.");
	enum err e = find_subject(rq, tx, &subjects.user_id);
	if (e == OK)
		e = feature_find(tx, rq->project.id, &subjects, in->feature_key, &value);
	if (e != OK)
		return fail_err(rq, e);
	return reply(rq, 200, check_fields,
		     &(struct check_view){
			 .has_feature = feature_is_on(value.choice.value),
			 .value = value.value,
			 .source = value.source,
			 .used = value.used,
			 .remaining = value.remaining,
		     });
}

const struct route feature_check_routes[] = {
	{
	    .id = "feature_check",
	    .method = POST,
	    .path = "/api/v1/features/check",
	    .summary = "May a user use a feature?",
	    .description = "For apps, their backends and their people. 404 for a user or feature that the project doesn't have.",
	    .auth = AUTH_ANY | AUTH_CLIENT | AUTH_PROJECT_USER | AUTH_USER_TOKEN,
	    .tenant = TENANT_PROJECT,
	    .site = SITE_BOTH,
	    .permission = PERM_FEATURE_CHECK,
	    .tx = TX_WRITE,
	    .flags = ROUTE_IMPERSONATOR_OK,
	    INPUT(struct check_input, check_input),
	    .output = check_fields,
	    .handler = feature_check,
	},
	ROUTES_END,
};
