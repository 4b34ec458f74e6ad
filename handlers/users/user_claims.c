/*
 * /api/v1/users/{id}/claims and POST /api/v1/claims: what a project's backend has tokens say of its users (licensing.md rules 20 and 21).
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/claims.h"
#include "domain/user_object.h"
#include "handlers/users/user_input.h"
#include "lib/text.h"

#define CLAIMS_DESCRIPTION "Merged claim by claim; null takes one away. plan puts the user on the plan of that key"

/* ---- judging ---- */

static enum verdict
check_claims(const struct request *rq, const struct json *claims)
{
	if (claims->type != JSON_OBJECT)
		return fail_field(rq, "claims", "type", "It must be an object.");
	for (size_t i = 0; i < claims->count; i++) {
		const char *rule = claim_rule(claims->names[i], &claims->items[i]);

		if (rule != NULL)
			return fail_field(rq, arena_printf(rq->arena, "claims.%s", claims->names[i]), rule, "%s", claim_rule_message(rule));
		if (claim_is_reserved(claims->names[i]))
			return fail(rq, ERR_RESERVED_CLAIM, "Tokens have a claim '%s' of their own.", claims->names[i]);
	}
	return go_on(rq);
}

static enum verdict
change(const struct request *rq, struct tx *tx, const struct user_object_row *user, const struct json *claims)
{
	struct user_claims after;
	enum err e = claims_change(tx, rq->org.id, rq->project.id, user, claims, &after);

	if (e == ERR_NO_ROW)
		return fail_field(rq, "claims.plan", "unknown", "This project has no such plan.");
	if (e == ERR_PLAN_ARCHIVED)
		return fail_field(rq, "claims.plan", "archived", "Nobody is put on that plan any more.");
	return e == OK ? reply(rq, 200, user_claims_fields, &after) : fail_err(rq, e);
}

/* ---- of a user who is named in the path ---- */

static enum err
read_claims(const struct request *rq, struct tx *tx, struct user_claims *ret)
{
	const struct user_path *in = rq->input;
	struct user_object_row user;
	const struct claim *claims;
	size_t count;

	TRY(user_object_get(tx, rq->project.id, in->id, &user));
	TRY(claims_read(tx, rq->project.id, user.id, &claims, &count));
	*ret = (struct user_claims){ .user_id = user.id, .claims = claims_text(rq->arena, claims, count) };
	return OK;
}

static enum verdict
user_claims_get(const struct request *rq, struct tx *tx)
{
	struct user_claims claims;
	enum err e = read_claims(rq, tx, &claims);

	return e == OK ? reply(rq, 200, user_claims_fields, &claims) : fail_err(rq, e);
}

struct claims_update_input {
	struct {
		bool id, claims;
	} has;
	const char *id;
	const struct json *claims;
};

static const struct field claims_update_input[] = {
	IN_ID(struct claims_update_input, id, ID_USER, .in = IN_PATH),
	IN_JSON(struct claims_update_input, claims, .flags = FIELD_REQUIRED | FIELD_TREE, .description = CLAIMS_DESCRIPTION),
	FIELDS_END,
};

static enum verdict
user_claims_update(const struct request *rq, struct tx *tx)
{
	const struct claims_update_input *in = rq->input;
	struct user_object_row user;
	enum verdict verdict = check_claims(rq, in->claims);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	enum err e = request_guard(rq, tx);
	if (e == OK)
		e = user_object_get(tx, rq->project.id, in->id, &user);
	return e == OK ? change(rq, tx, &user, in->claims) : fail_err(rq, e);
}

/* ---- of a user who is named in the body ---- */

struct claims_set_input {
	struct {
		bool user_id, email, claims;
	} has;
	const char *user_id, *email;
	const struct json *claims;
};

static const struct field claims_set_input[] = {
	IN_ID(struct claims_set_input, user_id, ID_USER, .description = "This or email"),
	IN_STRING(struct claims_set_input, email, USER_EMAIL),
	IN_JSON(struct claims_set_input, claims, .flags = FIELD_REQUIRED | FIELD_TREE, .description = CLAIMS_DESCRIPTION),
	FIELDS_END,
};

/* What is no address is nobody's. */
static enum err
find_named(const struct request *rq, struct tx *tx, struct user_object_row *ret)
{
	const struct claims_set_input *in = rq->input;
	const char *key = NULL;

	if (in->has.user_id)
		return user_object_get(tx, rq->project.id, in->user_id, ret);
	if (!email_key(rq->arena, in->email, &key))
		return ERR_NO_ROW;
	return q_user_object_by_key(
	    tx->db,
	    &(struct q_user_object_by_key){ .project_id = rq->project.id, .email_key = { (const uint8_t *)key, strlen(key) } }, ret);
}

static enum verdict
claims_set(const struct request *rq, struct tx *tx)
{
	const struct claims_set_input *in = rq->input;
	struct user_object_row user;

	if (in->has.user_id == in->has.email)
		return fail_field(rq, "user_id", "one_of", "Say either a user_id or an e-mail address.");
	enum verdict verdict = check_claims(rq, in->claims);
	if (verdict != VERDICT_GO_ON)
		return verdict;
	enum err e = request_guard(rq, tx);
	if (e == OK)
		e = find_named(rq, tx, &user);
	return e == OK ? change(rq, tx, &user, in->claims) : fail_err(rq, e);
}

const struct route user_claim_routes[] = {
	{
	    .id = "user_claims_get",
	    .method = GET,
	    .path = "/api/v1/users/{id}/claims",
	    .summary = "Get a user's claims",
	    .auth = AUTH_ANY | AUTH_CLIENT,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_CLAIM_READ,
	    .tx = TX_READ_SNAPSHOT,
	    INPUT(struct user_path, user_path),
	    .output = user_claims_fields,
	    .handler = user_claims_get,
	},
	{
	    .id = "user_set_claims",
	    .method = PATCH,
	    .path = "/api/v1/users/{id}/claims",
	    .summary = "Change a user's claims",
	    .description = "Tokens that are issued afterwards say so; older ones don't change.",
	    .auth = AUTH_ANY | AUTH_CLIENT,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_CLAIM_WRITE,
	    .tx = TX_WRITE,
	    INPUT(struct claims_update_input, claims_update_input),
	    .output = user_claims_fields,
	    .errors = { ERR_RESERVED_CLAIM, ERR_CLAIMS_TOO_LARGE },
	    .handler = user_claims_update,
	},
	{
	    .id = "claims_set",
	    .method = POST,
	    .path = "/api/v1/claims",
	    .summary = "Change the claims of a user by id or e-mail address",
	    .description = "As PATCH /users/{id}/claims does.",
	    .auth = AUTH_ANY | AUTH_CLIENT,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_CLAIM_WRITE,
	    .tx = TX_WRITE,
	    INPUT(struct claims_set_input, claims_set_input),
	    .output = user_claims_fields,
	    .errors = { ERR_RESERVED_CLAIM, ERR_CLAIMS_TOO_LARGE },
	    .handler = claims_set,
	},
	ROUTES_END,
};
