/*
 * What is special about the console as an issuer (oauth.md rules 5, 12, 13 and 42): its tokens are for Gatehouse's own API or MCP server,
 * work in the one organization that the person chose, and are looked up, not signed.
 */
#ifndef GATEHOUSE_HANDLERS_OAUTH_CONSOLE_H
#define GATEHOUSE_HANDLERS_OAUTH_CONSOLE_H

#include "handlers/oauth/oauth.h"

bool oauth_is_console(const struct tx *, const char *project_id);

/* "https://HOST/api" or "https://HOST/mcp"; NULL for anything else, and for none asked. */
const char *console_resource(const struct tx *, const char *asked);
/* What a client gets of what it asks; asked NULL: what it may have. "" when nothing is left. */
const char *console_scope(struct arena *, const struct oauth_app_row *, const char *asked) RETURNS_NONNULL;
/* The permissions that a route asks for which takes such tokens, with spaces between. */
const char *console_api_scopes(struct arena *) RETURNS_NONNULL;
/* Those and OpenID Connect's. */
const char *console_all_scopes(struct arena *) RETURNS_NONNULL;

/* OK: the person is a member of an active organization; ERR_INVALID_GRANT: they aren't. */
enum err console_membership(struct tx *, const char *org_id, const char *user_id) MUST_CHECK;

/* Whose token, what for. */
struct console_grant {
	const char *grant_id, *org_id, *user_id;
	struct bytes resource;
	const char *scope;
	const char *jkt;	/* the key it is bound to, or NULL */
};

/* Of the row of a code, a refresh token or a device. */
#define CONSOLE_GRANT_OF(row, granted, key)                                                                                            \
	(struct console_grant)                                                                                                          \
	{                                                                                                                               \
		.grant_id = (row)->grant_id, .org_id = (row)->org_id, .user_id = (row)->user_id, .resource = (row)->resource,           \
		.scope = granted, .jkt = key,                                                                                           \
	}

/* One more token of a grant. ERR_INVALID_GRANT when the person isn't in that organization any more. */
enum err console_token_make(struct tx *, const struct oauth_client_row *, const struct console_grant *, const char **ret_token) MUST_CHECK;
bool console_is_token(const char *text);
/* As oauth_token_read(). */
enum err console_token_read(const struct request *, struct tx *, const char *project_id, const char *issuer, const char *text,
			    struct oauth_token *ret) MUST_CHECK;
enum err console_token_revoke(struct tx *, const char *project_id, const char *text) MUST_CHECK;

#endif
