/*
 * A link that somebody was sent by those who look after them (domain/mailed_link.h) has no flow under way behind it: redeeming it
 * begins one.
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "domain/users.h"
#include "lib/encode.h"
#include "lib/text.h"

/* Where each kind's flow stands. Who proved an address alone hasn't proven who they are. */
static const struct {
	enum flow_kind kind;
	enum flow_state state;
} starts[MAILED_LINK_COUNT] = {
	[MAILED_LINK_RESET] = { FLOW_RECOVER, FLOW_VERIFICATION },
	[MAILED_LINK_VERIFICATION] = { FLOW_SIGN_IN, FLOW_FIRST_FACTOR },
	[MAILED_LINK_SIGN_IN] = { FLOW_SIGN_IN, FLOW_FIRST_FACTOR },
};

static const char *
page_after(const struct request *rq, const struct flow_client_row *client)
{
	if (strcmp(client->project_id, rq->console_id) == 0)
		return arena_printf(rq->arena, "%s/dashboard", rq->config->public_url);
	return flow_homepage(rq, client);
}

/* The user, while the address is theirs that the link went to. */
static enum err
find_user(struct tx *tx, const char *project_id, const struct q_one_time_token_get_row *link, struct user_row *ret,
	  const char **ret_email_key)
{
	const char *key;

	TRY(q_user_get(tx->db, &(struct q_user_get){ .project_id = project_id, .id = link->user_id }, ret));
	if (ret->email == NULL || !email_key(tx->arena, ret->email, &key))
		return ERR_NO_ROW;
	if (strlen(key) != link->target.len || memcmp(key, link->target.data, link->target.len) != 0)
		return ERR_NO_ROW;
	*ret_email_key = key;
	return OK;
}

static enum err
prove_address(struct tx *tx, const char *project_id, const struct user_row *user)
{
	bool is_first;

	tx->actor = (struct actor){ .kind = "user", .id = user->id, .label = user->email };
	return user_prove_email(tx, project_id, user->id, user->email, &is_first);
}

enum err
flow_begin_mailed(const struct request *rq, struct tx *tx, const char *project_id, const struct q_one_time_token_get_row *link,
		  enum mailed_link kind, const char *token, struct flow *ret)
{
	struct flow_client_row client;
	struct user_row user;
	const char *key;

	TRY(q_flow_default_client(tx->db, &(struct q_flow_default_client){ .project_id = project_id }, &client));
	TRY(find_user(tx, project_id, link, &user, &key));
	struct flow flow = {
		.kind = starts[kind].kind,
		.state = starts[kind].state,
		.row = {
			.project_id = project_id,
			.client_id = client.client_id,
			.user_id = user.id,
			/* No browser's: the one that redeems takes it over. */
			.binding_digest = sha256_bytes(rq->arena, token, strlen(token)),
			.expires_at = rq->now_ms + FLOW_LIFE_MS,
		},
		.data = {
			.email = user.email,
			.email_key = key,
			.bot_check = FLOW_BOT_CHECK_PASSED,	/* their mailbox says it */
			.redirect_to = page_after(rq, &client),
			.resend_at = NONE,
			.token_version = NONE,
			.level = NONE,
			.password_due = NONE,
		},
	};

	if (kind == MAILED_LINK_VERIFICATION) {
		TRY(prove_address(tx, project_id, &user));
		TRY(flow_take_cookie(rq, project_id, &flow.row.binding_digest));
	}
	TRY(tx_make_id(tx, ID_FLOW, &flow.row.id));
	TRY(flow_add(tx, &flow));
	return flow_load(rq, tx, project_id, flow.row.id, ret);
}
