/*
 * A project's OAuth settings: its row, and the defaults where there is none.
 */
#include "domain/oauth_settings.h"

#include <string.h>

#include "sql/gen/queries.h"

const char *const dcr_policies[] = { "open", "token", "off", NULL };
const char *const cimd_policies[] = { "on", "trusted", "off", NULL };

#define TTL_DEFAULT_S 3600

/* What is set holds, but nobody registers where nobody signs in (oauth.md section 2). */
static const char *
policy_of(const char *type, const char *own, const char *of_hybrid)
{
	if (strcmp(type, "mcp") == 0)
		return "off";
	if (own != NULL)
		return own;
	return strcmp(type, "hybrid") == 0 ? of_hybrid : "off";
}

static const char *
issuer_of(const struct tx *tx, const char *client_id, bool is_console)
{
	return is_console ? tx->config->public_url : arena_printf(tx->arena, "%s/p/%s", tx->config->auth_url, client_id);
}

enum err
oauth_settings_read(struct tx *tx, const char *project_id, struct oauth_settings *ret)
{
	struct q_oauth_settings_get_row row;

	TRY(q_oauth_settings_get(tx->db, &(struct q_oauth_settings_get){ .project_id = project_id }, &row));
	bool is_console = strcmp(project_id, tx->console_id) == 0;
	/* The console lets clients in like a hybrid project. */
	const char *type = is_console ? "hybrid" : row.project_type;
	bool is_set = row.version != NONE;
	*ret = (struct oauth_settings){
		.issuer = issuer_of(tx, row.client_id, is_console),
		.signing_alg = is_set ? row.signing_alg : "ES256",
		.access_token_ttl_s = is_set ? row.access_token_ttl_s : TTL_DEFAULT_S,
		.dcr = policy_of(type, row.dcr, "open"),
		.cimd = policy_of(type, row.cimd, "on"),
		.is_closed = strcmp(type, "mcp") == 0,
		.own_dcr = row.dcr,
		.own_cimd = row.cimd,
		.cimd_trusted_domains = is_set ? row.cimd_trusted_domains : "",
		.require_par = is_set && row.require_par,
		.dpop_require_nonce = is_set && row.dpop_require_nonce,
		.min_token_version = is_set ? row.min_token_version : 0,
		.version = is_set ? row.version : 0,
	};
	return OK;
}

enum err
oauth_settings_guard(struct tx *tx, const char *project_id)
{
	return q_oauth_settings_guard(tx->db, &(struct q_oauth_settings_guard){ .project_id = project_id }, NULL);
}
