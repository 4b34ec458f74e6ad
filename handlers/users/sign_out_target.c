/*
 * GET /public/sign_out_target: where the page on which people sign out leads them afterwards. An address that isn't registered is
 * refused before anybody is signed out (users.md rule 38).
 */
#include "handlers/routes.h"
#include "handlers/users/flow.h"

#include <string.h>

#include "domain/redirects.h"
#include "lib/encode.h"
#include "lib/oauth.h"
#include "lib/uris.h"

struct target_input {
	struct {
		bool client_id, redirect_uri, post_logout_redirect_uri, state;
	} has;
	const char *client_id, *redirect_uri, *post_logout_redirect_uri, *state;
};

static const struct field target_input[] = {
	IN_ID(struct target_input, client_id, ID_ANY_CLIENT, .in = IN_QUERY,
	      .description = "The console's own when absent"),
	IN_STRING(struct target_input, redirect_uri, .in = IN_QUERY, .min = 1, .max = REDIRECT_URI_BYTES_MAX,
		  .description = "One of the project's sign_out_redirects; its homepage when absent"),
	IN_STRING(struct target_input, post_logout_redirect_uri, .in = IN_QUERY, .min = 1, .max = REDIRECT_URI_BYTES_MAX,
		  .description = "In place of redirect_uri: one of the client's own"),
	IN_STRING(struct target_input, state, .in = IN_QUERY, .max = 1024, .description = "Goes along to post_logout_redirect_uri"),
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

/* Where an app that sent somebody to sign out wants them back (oauth.md rule 33). */
static enum verdict
app_target(const struct request *rq, struct tx *tx, const struct flow_client_row *client)
{
	const struct target_input *in = rq->input;
	const struct name_value state[] = { { "state", in->state } };
	struct q_oauth_logout_uri_row uri;
	enum err e = q_oauth_logout_uri(tx->db,
					&(struct q_oauth_logout_uri){
					    .project_id = client->project_id,
					    .client_id = client->client_id,
					    .uri_digest = sha256_bytes(rq->arena, in->post_logout_redirect_uri, strlen(in->post_logout_redirect_uri)),
					},
					&uri);

	if (e == ERR_NO_ROW)
		return fail_field(rq, "post_logout_redirect_uri", "unregistered", "This address isn't registered for the client.");
	if (e != OK)
		return fail_err(rq, e);
	return reply(rq, 200, target_fields,
		     &(struct target_view){
			 .redirect_to = oauth_answer_url(rq->arena, in->post_logout_redirect_uri, state, ARRAY_LEN(state)) });
}

static enum verdict
sign_out_target(const struct request *rq, struct tx *tx)
{
	const struct target_input *in = rq->input;
	struct flow_client_row client;
	enum err e = flow_find_client(rq, tx, in->client_id, &client);

	if (e != OK)
		return fail_err(rq, e);
	if (in->post_logout_redirect_uri != NULL)
		return app_target(rq, tx, &client);
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
	    .tx = TX_READ_SNAPSHOT,	/* an app's own address is one statement more */
	    INPUT(struct target_input, target_input),
	    .output = target_fields,
	    .handler = sign_out_target,
	},
	ROUTES_END,
};
