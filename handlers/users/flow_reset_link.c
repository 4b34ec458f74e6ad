/*
 * A link that an administrator made (domain/reset_link.h) has no recovery under way behind it:
 * redeeming it begins one.
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "lib/encode.h"
#include "lib/text.h"

static const char *
page_after(const struct request *rq, const struct flow_client_row *client)
{
	if (strcmp(client->project_id, rq->console_id) == 0)
		return arena_printf(rq->arena, "%s/dashboard", rq->config->public_url);
	return flow_page_url(rq, client->project_id, client->default_client_id, "error");
}

enum err
flow_begin_reset(const struct request *rq, struct tx *tx, const char *project_id,
		 const char *user_id, const char *token, struct flow *ret)
{
	struct flow_client_row client;
	struct user_row user;

	TRY(q_flow_default_client(
	    tx->db, &(struct q_flow_default_client){ .project_id = project_id }, &client));
	TRY(q_user_get(tx->db, &(struct q_user_get){ .project_id = project_id, .id = user_id },
		       &user));
	struct flow flow = {
	    .kind = FLOW_RECOVER,
	    .state = FLOW_VERIFICATION,
	    .row =
		{
		    .project_id = project_id,
		    .client_id = client.client_id,
		    .user_id = user.id,
		    /* No browser's: the one that redeems takes it over. */
		    .binding_digest = sha256_bytes(rq->arena, token, strlen(token)),
		    .expires_at = rq->now_ms + FLOW_LIFE_MS,
		},
	    .data =
		{
		    .email = user.email,
		    .redirect_to = page_after(rq, &client),
		    .resend_at = NONE,
		    .token_version = NONE,
		    .level = NONE,
		    .password_due = NONE,
		},
	};
	if (!email_key(rq->arena, user.email, &flow.data.email_key))
		return ERR_INTERNAL;
	TRY(tx_make_id(tx, ID_FLOW, &flow.row.id));
	TRY(flow_add(tx, &flow));
	return flow_load(rq, tx, project_id, flow.row.id, ret);
}
