/*
 * What a project's tokens may be for: one of its resource servers, or the client that asks itself (oauth.md rule 5).
 */
#ifndef GATEHOUSE_DOMAIN_OAUTH_RESOURCES_H
#define GATEHOUSE_DOMAIN_OAUTH_RESOURCES_H

#include "lib/resources.h"
#include "sql/gen/queries.h"
#include "sql/tx.h"

/* As a query about a client has it, with these columns. */
#define RESOURCE_ASKER_OF(row)                                                                                         \
	(struct resource_asker)                                                                                        \
	{                                                                                                              \
		.client_id = (row)->client_id, .audiences = (row)->audiences, .ceiling = (row)->scopes,                \
		.is_first_party = (row)->is_first_party, .is_registered = (row)->is_registered,                        \
	}

struct found_resource {
	struct resource resource;
	struct oauth_resource_row server;	/* what it says of its tokens; all 0 for the client itself and for our own API */
	bool is_own_api;
};

/* Which one `asked` is; NULL: the client's first. ERR_INVALID_TARGET: none, or none that this client may ask for now. */
enum err oauth_resource_find(struct tx *, const char *project_id, const struct resource_asker *, const char *asked,
			     struct found_resource *ret) MUST_CHECK;
/*
 * The same for a person's token, which may also be for our own API when a client of the project's own asks (rule 22). Programs, exchanged
 * tokens and those of trusted issuers never are.
 */
enum err oauth_resource_find_for_person(struct tx *, const char *project_id, const struct resource_asker *, const char *asked,
					struct found_resource *ret) MUST_CHECK;

/* What our own API is called as a resource: https://AUTH_HOST/api. */
const char *oauth_own_api(struct arena *, const struct config *) RETURNS_NONNULL;

#endif
