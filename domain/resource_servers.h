/*
 * Resource servers of a project: what its tokens may be for besides its clients, and the scopes there (oauth.md section 3).
 */
#ifndef GATEHOUSE_DOMAIN_RESOURCE_SERVERS_H
#define GATEHOUSE_DOMAIN_RESOURCE_SERVERS_H

#include "lib/fields.h"
#include "sql/gen/queries.h"
#include "sql/tx.h"

#define RESOURCE_SERVER_SCOPES_MAX 100

/* How one is shown, with its scopes in the order of their names. */
struct resource_server {
	const char *id, *identifier, *name, *token_claims;
	int64_t access_token_ttl_s;
	const char *signing_alg;
	bool allow_third_party, is_active;
	struct field_list scopes;	/* of struct resource_server_scope_row */
	int64_t version, created_at, updated_at;
};

extern const struct field resource_server_fields[];

/* What a token for it may say of its user, by its columns' words; ended by NULL. */
extern const char *const token_claim_names[];
/* All of them, as stored. */
#define TOKEN_CLAIMS_ALL "email plan role features custom_claims workspace"

/* ERR_NO_ROW. */
enum err resource_server_read(struct tx *, const char *project_id, const char *id, struct resource_server *ret) MUST_CHECK;
/* The next page: up to limit of them, the newest first, behind after_id (NULL: from the start). */
enum err resource_server_page(struct tx *, const char *project_id, const char *after_id, int64_t limit,
			      struct resource_server **ret, size_t *ret_count) MUST_CHECK;

/* A scope as it is asked for. */
struct resource_scope_input {
	struct {
		bool name, description, plans;
	} has;
	const char *name, *description;
	struct strings plans;
};

extern const struct field resource_scope_input[];

/* These scopes and no others. The resource server's row was written before. */
enum err resource_server_set_scopes(struct tx *, const char *project_id, const char *id,
				    struct field_list scopes) MUST_CHECK;

#endif
