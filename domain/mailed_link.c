/*
 * Links without a flow behind them: redeeming one begins it.
 */
#include "domain/mailed_link.h"

#include <string.h>

#include "domain/redirects.h"
#include "lib/secrets.h"
#include "lib/text.h"
#include "sql/gen/queries.h"

static const struct {
	const char *purpose; /* one_time_tokens.purpose */
	const char *page;
} kinds[MAILED_LINK_COUNT] = {
	[MAILED_LINK_RESET] = { "admin_reset", "reset" },
	[MAILED_LINK_VERIFICATION] = { "admin_verification", "verify" },
	[MAILED_LINK_SIGN_IN] = { "admin_magic_link", "magic-link" },
};

bool
mailed_link_parse(const char *purpose, enum mailed_link *ret)
{
	for (enum mailed_link kind = 0; kind < MAILED_LINK_COUNT; kind++)
		if (strcmp(kinds[kind].purpose, purpose) == 0) {
			*ret = kind;
			return true;
		}
	return false;
}

/* The app's own page where it has one. Else the console's stand on HOST, a project's on AUTH_HOST (conventions.md section 3). */
static const char *
page_url(struct tx *tx, const struct redirect_settings *redirects, const struct mailed_link_order *order, const char *client_id)
{
	const char *page = kinds[order->kind].page;
	const char *own = redirect_own_page(redirects, page);

	if (own != NULL)
		return own;
	if (strcmp(order->project_id, tx->console_id) == 0)
		return arena_printf(tx->arena, "%s/%s", tx->config->public_url, page);
	return arena_printf(tx->arena, "%s/p/%s/%s", tx->config->auth_url, client_id, page);
}

static const char *
link_url(struct tx *tx, const char *page, const char *token)
{
	char *url = arena_printf(tx->arena, "%s#%s", page, token);

	arena_wipe_later(tx->arena, url, strlen(url));
	return url;
}

static enum err
insert_token(struct tx *tx, const struct mailed_link_order *order, const struct secret *secret)
{
	const char *purpose = kinds[order->kind].purpose;
	const char *key;

	if (!email_key(tx->arena, order->email, &key))
		return ERR_INTERNAL;
	TRY(q_one_time_token_void(tx->db,
				  &(struct q_one_time_token_void){ .project_id = order->project_id,
								   .user_id = order->user_id,
								   .purpose = purpose },
				  NULL));
	return q_one_time_token_insert(tx->db,
				       &(struct q_one_time_token_insert){
					   .project_id = order->project_id,
					   .token_digest = { secret->digest, sizeof(secret->digest) },
					   .purpose = purpose,
					   .user_id = order->user_id,
					   .target = { (const uint8_t *)key, strlen(key) },
					   .expires_at = tx->now_ms + order->life_ms,
				       },
				       NULL);
}

enum err
mailed_link_make(struct tx *tx, const struct mailed_link_order *order, const char **ret_url)
{
	struct q_installation_project_row project;
	struct redirect_settings redirects;
	struct secret secret;

	TRY(q_installation_project(tx->db, &(struct q_installation_project){ .project_id = order->project_id }, &project));
	TRY(redirect_settings_read(tx, order->project_id, &redirects));
	TRY(secret_make(tx->arena, SECRET_MAIL_LINK, &secret));
	TRY(insert_token(tx, order, &secret));
	*ret_url = link_url(tx, page_url(tx, &redirects, order, project.client_id), secret.text);
	if (order->kind != MAILED_LINK_RESET)
		return OK;
	return record(tx, &(struct record){
			      .event = EV_PASSWORD_RESET_REQUESTED,
			      .org_id = project.org_id,
			      .project_id = order->project_id,
			      .target_id = order->user_id,
			      .target_label = order->email,
		      });
}
