/*
 * A resource server is one row and a row for each of its scopes; here they are put together and taken apart.
 */
#include "domain/resource_servers.h"

#include <string.h>

#include "lib/resources.h"
#include "lib/signing_keys.h"
#include "lib/text.h"

const char *const token_claim_names[] = { "email", "plan", "role", "features", "custom_claims", "workspace", NULL };

static const struct field scope_fields[] = {
	OUT_STRING(struct resource_server_scope_row, name),
	OUT_STRING(struct resource_server_scope_row, description),
	OUT_WORDS(struct resource_server_scope_row, plans, .description = "Whose people may have it; none: everybody"),
	FIELDS_END,
};

const struct field resource_server_fields[] = {
	OUT_ID(struct resource_server, id, ID_RESOURCE_SERVER),
	OUT_STRING(struct resource_server, identifier, .description = "What a client names as resource (RFC 8707), and a token's aud"),
	OUT_STRING(struct resource_server, name),
	OUT_LIST(struct resource_server, scopes, scope_fields, struct resource_server_scope_row),
	OUT_WORDS(struct resource_server, token_claims, .description = "What its tokens say of their user"),
	OUT_INT(struct resource_server, access_token_ttl_s, .description = "Seconds"),
	OUT_ENUM(struct resource_server, signing_alg, signing_alg_names),
	OUT_BOOL(struct resource_server, allow_third_party, .description = "May clients that registered themselves ask for it?"),
	OUT_BOOL(struct resource_server, is_active),
	OUT_TIME(struct resource_server, created_at, .flags = FIELD_NO_DIFF),
	OUT_TIME(struct resource_server, updated_at, .flags = FIELD_NO_DIFF),
	FIELDS_END,
};

/* The words of OpenID Connect mean the same at every resource. */
static const char *
scope_name_check(const char *name)
{
	const char *start = name;

	for (; *name != '\0'; name++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:/-", *name) == NULL)
			return "characters";
	return words_have(PERSON_SCOPES, start, strlen(start)) ? "reserved" : NULL;
}

const struct field resource_scope_input[] = {
	IN_STRING(struct resource_scope_input, name, .min = 1, .max = 64, .check = scope_name_check, .flags = FIELD_REQUIRED),
	IN_STRING(struct resource_scope_input, description, .max = 255, .description = "Shown to people who are asked for it"),
	IN_STRINGS(struct resource_scope_input, plans, .items_max = 20, .min = 1, .max = 64, .check = slug_check,
		   .flags = FIELD_DISTINCT),
	FIELDS_END,
};

static struct resource_server
resource_server_of(struct arena *arena, const struct resource_server_row *row)
{
	return (struct resource_server){
		.id = row->id,
		.identifier = arena_strndup(arena, (const char *)row->identifier.data, row->identifier.len),
		.name = row->name,
		.token_claims = row->token_claims,
		.access_token_ttl_s = row->access_token_ttl_s,
		.signing_alg = row->signing_alg,
		.allow_third_party = row->allow_third_party,
		.is_active = row->is_active,
		.version = row->version,
		.created_at = row->created_at,
		.updated_at = row->updated_at,
	};
}

/* Both are in the order of their ids, so each server's scopes are the next ones. */
static void
hand_out_scopes(struct resource_server *servers, size_t count, const struct resource_server_scope_row *scopes,
		size_t scope_count)
{
	size_t next = 0;

	for (size_t i = 0; i < count; i++) {
		size_t first = next;
		while (next < scope_count && strcmp(scopes[next].resource_server_id, servers[i].id) == 0)
			next++;
		servers[i].scopes = (struct field_list){ .items = scopes + first, .count = next - first };
	}
}

static enum err
add_scopes(struct tx *tx, const char *project_id, struct resource_server *servers, size_t count)
{
	struct resource_server_scope_row *scopes;
	size_t scope_count;

	if (count == 0)
		return OK;
	TRY(q_resource_server_scope_list(tx->db,
					 &(struct q_resource_server_scope_list){
					     .project_id = project_id,
					     .first_id = servers[count - 1].id,
					     .last_id = servers[0].id,
					 },
					 &scopes, &scope_count));
	hand_out_scopes(servers, count, scopes, scope_count);
	return OK;
}

enum err
resource_server_read(struct tx *tx, const char *project_id, const char *id, struct resource_server *ret)
{
	struct resource_server_row row;

	TRY(q_resource_server_get(tx->db, &(struct q_resource_server_get){ .project_id = project_id, .id = id }, &row));
	struct resource_server server = resource_server_of(tx->arena, &row);
	TRY(add_scopes(tx, project_id, &server, 1));
	*ret = server;
	return OK;
}

enum err
resource_server_page(struct tx *tx, const char *project_id, const char *after_id, int64_t limit,
		     struct resource_server **ret, size_t *ret_count)
{
	struct resource_server_row *rows;
	size_t count;

	TRY(q_resource_server_list(
	    tx->db, &(struct q_resource_server_list){ .project_id = project_id, .after_id = after_id, .limit = limit },
	    &rows, &count));
	struct resource_server *servers = ARENA_ARRAY(tx->arena, count, struct resource_server);
	for (size_t i = 0; i < count; i++)
		servers[i] = resource_server_of(tx->arena, &rows[i]);
	TRY(add_scopes(tx, project_id, servers, count));
	*ret = servers;
	*ret_count = count;
	return OK;
}

enum err
resource_server_set_scopes(struct tx *tx, const char *project_id, const char *id, struct field_list scopes)
{
	const struct resource_scope_input *items = scopes.items;

	TRY(q_resource_server_scope_delete_all(
	    tx->db, &(struct q_resource_server_scope_delete_all){ .project_id = project_id, .resource_server_id = id },
	    NULL));
	for (size_t i = 0; i < scopes.count; i++)
		TRY(q_resource_server_scope_insert(tx->db,
						   &(struct q_resource_server_scope_insert){
						       .project_id = project_id,
						       .resource_server_id = id,
						       .name = items[i].name,
						       .description = items[i].has.description ? items[i].description : "",
						       .plans = words_join(tx->arena, items[i].plans),
						   },
						   NULL));
	return OK;
}
