/*
 * Looks up what a client asks for among the project's resource servers.
 */
#include "domain/oauth_resources.h"

#include <string.h>

static struct bytes
bytes_of(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static enum err
find_server(struct tx *tx, const char *project_id, const char *identifier, struct oauth_resource_row *ret)
{
	enum err e = q_oauth_resource(tx->db,
				      &(struct q_oauth_resource){
					  .project_id = project_id,
					  .identifier = bytes_of(identifier),
					  .other_spelling = bytes_of(resource_other_spelling(tx->arena, identifier)),
				      },
				      ret);

	return e == ERR_NO_ROW ? ERR_INVALID_TARGET : e;
}

enum err
oauth_resource_find(struct tx *tx, const char *project_id, const struct resource_asker *asker, const char *asked,
		    struct found_resource *ret)
{
	const char *identifier = resource_choose(tx->arena, asker, asked);
	struct found_resource found = { .resource = { .identifier = asker->client_id, .is_client = true, .scopes = "" } };

	if (identifier == NULL)
		return ERR_INVALID_TARGET;
	if (strcmp(identifier, asker->client_id) != 0) {
		TRY(find_server(tx, project_id, identifier, &found.server));
		if (!asker->is_first_party && !found.server.allow_third_party)
			return ERR_INVALID_TARGET;
		found.resource = (struct resource){
			.identifier = arena_strndup(tx->arena, (const char *)found.server.identifier.data, found.server.identifier.len),
			.scopes = found.server.scopes != NULL ? found.server.scopes : "",
		};
	}
	*ret = found;
	return OK;
}

const char *
oauth_own_api(struct arena *arena, const struct config *config)
{
	return arena_printf(arena, "%s/api", config->auth_url);
}

enum err
oauth_resource_find_for_person(struct tx *tx, const char *project_id, const struct resource_asker *asker, const char *asked,
			       struct found_resource *ret)
{
	const char *own = oauth_own_api(tx->arena, tx->config);
	const char *wanted = asked != NULL ? asked : resource_choose(tx->arena, asker, NULL);

	if (!asker->is_first_party || wanted == NULL || strcmp(wanted, own) != 0)
		return oauth_resource_find(tx, project_id, asker, asked, ret);
	*ret = (struct found_resource){ .resource = { .identifier = own, .scopes = ACCOUNT_SCOPE }, .is_own_api = true };
	return OK;
}
