/*
 * Links for a new password.
 */
#include "domain/reset_link.h"

#include <string.h>

#include "lib/secrets.h"
#include "sql/gen/queries.h"

/* The console's pages stand on HOST, a project's on AUTH_HOST (conventions.md section 3). */
static const char *
page_url(struct tx *tx, const char *project_id, const char *client_id, const char *token)
{
	char *url;

	if (strcmp(project_id, tx->console_id) == 0)
		url = arena_printf(tx->arena, "%s/reset#%s", tx->config->public_url, token);
	else
		url = arena_printf(tx->arena, "%s/p/%s/reset#%s", tx->config->auth_url, client_id, token);
	arena_wipe_later(tx->arena, url, strlen(url));
	return url;
}

static enum err
insert_token(struct tx *tx, const char *project_id, const char *user_id, const struct secret *secret)
{
	TRY(q_one_time_token_void(tx->db,
				  &(struct q_one_time_token_void){ .project_id = project_id,
								   .user_id = user_id,
								   .purpose = RESET_LINK_PURPOSE },
				  NULL));
	return q_one_time_token_insert(tx->db,
				       &(struct q_one_time_token_insert){
					   .project_id = project_id,
					   .token_digest = { secret->digest, sizeof(secret->digest) },
					   .purpose = RESET_LINK_PURPOSE,
					   .user_id = user_id,
					   .expires_at = tx->now_ms + RESET_LINK_MS,
				       },
				       NULL);
}

enum err
reset_link_make(struct tx *tx, const char *project_id, const char *user_id, const char *user_label,
		const char **ret_url)
{
	struct q_installation_project_row project;
	struct secret secret;

	TRY(q_installation_project(tx->db, &(struct q_installation_project){ .project_id = project_id },
				   &project));
	TRY(secret_make(tx->arena, SECRET_MAIL_LINK, &secret));
	TRY(insert_token(tx, project_id, user_id, &secret));
	*ret_url = page_url(tx, project_id, project.client_id, secret.text);
	return record(tx, &(struct record){
			      .event = EV_PASSWORD_RESET_REQUESTED,
			      .org_id = project.org_id,
			      .project_id = project_id,
			      .target_id = user_id,
			      .target_label = user_label,
		      });
}
