/*
 * GET /public/username_available: whether a username could be taken, while it is being typed.
 */
#include "handlers/routes.h"
#include "handlers/users/flow.h"

#include "lib/identifiers.h"
#include "lib/sign_in_methods.h"

struct username_input {
	struct {
		bool client_id, username;
	} has;
	const char *client_id, *username;
};

static const struct field username_input[] = {
	IN_ID(struct username_input, client_id, ID_ANY_CLIENT, .in = IN_QUERY,
	      .description = "The console's own when absent"),
	IN_STRING(struct username_input, username, .in = IN_QUERY, .min = 1, .max = 64, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

struct username_view {
	bool available;
};

static const struct field username_fields[] = {
	OUT_BOOL(struct username_view, available),
	FIELDS_END,
};

static enum verdict
username_available(const struct request *rq, struct tx *tx)
{
	const struct username_input *in = rq->input;
	struct flow_client_row client;
	struct user_row user;
	const char *key;
	enum err e = flow_find_client(rq, tx, in->client_id, &client);

	if (e != OK)
		return fail_err(rq, e);
	struct sign_in_settings settings =
	    sign_in_settings_parse(rq->arena, rq->config, client.settings_body);
	if ((flow_methods(&settings, client.auth_methods) & METHOD_BIT(METHOD_USERNAME)) == 0)
		return fail_err(rq, ERR_METHOD_DISABLED);
	if (!username_key(rq->arena, in->username, &key))
		return fail_field(rq, "username", "pattern",
				  "A username has 3 to 32 letters, digits, - and _, and begins with a letter.");
	e = q_user_by_username(
	    tx->db, &(struct q_user_by_username){ .project_id = client.project_id, .username = key }, &user);
	if (e != OK && e != ERR_NO_ROW)
		return fail_err(rq, e);
	return reply(rq, 200, username_fields, &(struct username_view){ .available = e == ERR_NO_ROW });
}

const struct route username_routes[] = {
	{
	    .id = "public_username_available",
	    .method = GET,
	    .path = "/api/v1/public/username_available",
	    .summary = "Can this username be taken?",
	    .auth = AUTH_PUBLIC,
	    .site = SITE_BOTH,
	    .tx = TX_READ_SNAPSHOT,
	    .rate = RATE_USERNAME_AVAILABLE,
	    INPUT(struct username_input, username_input),
	    .output = username_fields,
	    .errors = { ERR_METHOD_DISABLED },
	    .handler = username_available,
	},
	ROUTES_END,
};
