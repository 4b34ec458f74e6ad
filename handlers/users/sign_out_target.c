/*
 * GET /public/sign_out_target: where the page on which people sign out leads them afterwards. An address that isn't registered is
 * refused before anybody is signed out (users.md rule 38).
 */
#include "handlers/routes.h"
#include "handlers/users/flow.h"

#include "domain/redirects.h"
#include "lib/uris.h"

struct target_input {
	struct {
		bool client_id, redirect_uri;
	} has;
	const char *client_id, *redirect_uri;
};

static const struct field target_input[] = {
	IN_ID(struct target_input, client_id, ID_ANY_CLIENT, .in = IN_QUERY,
	      .description = "The console's own when absent"),
	IN_STRING(struct target_input, redirect_uri, .in = IN_QUERY, .min = 1, .max = REDIRECT_URI_BYTES_MAX,
		  .description = "One of the project's sign_out_redirects; its homepage when absent"),
	FIELDS_END,
};

struct target_view {
	const char *redirect_to;
};

static const struct field target_fields[] = {
	OUT_STRING(struct target_view, redirect_to, .flags = FIELD_NULLABLE,
		   .description = "null: the project has no homepage"),
	FIELDS_END,
};

static enum verdict
sign_out_target(const struct request *rq, struct tx *tx)
{
	const struct target_input *in = rq->input;
	struct flow_client_row client;
	enum err e = flow_find_client(rq, tx, in->client_id, &client);

	if (e != OK)
		return fail_err(rq, e);
	struct redirect_settings redirects = redirect_settings_parse(rq->arena, client.redirect_body);
	const char *target = in->redirect_uri != NULL ? in->redirect_uri : redirects.app_homepage_url;
	if (in->redirect_uri != NULL && !redirect_is_for_sign_out(&redirects, in->redirect_uri))
		return fail_field(rq, "redirect_uri", "unregistered",
				  "This address isn't registered for signing out.");
	return reply(rq, 200, target_fields, &(struct target_view){ .redirect_to = target });
}

const struct route sign_out_target_routes[] = {
	{
	    .id = "public_sign_out_target",
	    .method = GET,
	    .path = "/api/v1/public/sign_out_target",
	    .summary = "Where does signing out lead?",
	    .auth = AUTH_PUBLIC,
	    .site = SITE_BOTH,
	    .tx = TX_READ_ONE,
	    INPUT(struct target_input, target_input),
	    .output = target_fields,
	    .handler = sign_out_target,
	},
	ROUTES_END,
};
