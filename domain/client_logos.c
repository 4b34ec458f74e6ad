/*
 * Wanting a logo, and keeping it.
 */
#include "domain/client_logos.h"

#include <string.h>

#include "domain/assets.h"
#include "domain/job_queue.h"
#include "lib/encode.h"
#include "sql/gen/queries.h"

static enum err
want(struct tx *tx, const char *project_id, const char *client_id, const char *url)
{
	const char *what = arena_printf(tx->arena, "%s %s", client_id, url);
	struct buffer payload = buffer_new(tx->arena);

	buffer_printf(&payload, "{\"client_id\":\"%s\",\"url\":", client_id);
	buffer_json_string(&payload, url);
	buffer_char(&payload, '}');
	return job_queue_once(tx, project_id, JOB_CLIENT_LOGO, sha256_bytes(tx->arena, what, strlen(what)), buffer_string(&payload));
}

enum err
client_logo_follow(struct tx *tx, const char *project_id, const char *client_id, const char *before, const char *after)
{
	if (before != NULL && after != NULL && strcmp(before, after) == 0)
		return OK;
	if (before != NULL)
		TRY(asset_remove(tx, project_id, client_id, ASSET_LOGO));
	return after != NULL ? want(tx, project_id, client_id, after) : OK;
}

enum err
client_logo_put(struct tx *tx, const char *project_id, const char *client_id, const char *url, const char *media_type,
		struct bytes body)
{
	struct asset asset = {
		.project_id = project_id, .owner_id = client_id, .kind = ASSET_LOGO, .media_type = media_type, .body = body
	};
	struct bytes digest;
	uint64_t matched = 0;

	TRY(q_client_logo_set(tx->db,
			      &(struct q_client_logo_set){
				  .project_id = project_id,
				  .client_id = client_id,
				  .logo_uri = url,
				  .logo_digest = sha256_bytes(tx->arena, body.data, body.len),
			      },
			      &matched));
	return matched == 1 ? asset_put(tx, &asset, &digest) : ERR_NO_ROW;
}
