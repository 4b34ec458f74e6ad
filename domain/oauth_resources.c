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
