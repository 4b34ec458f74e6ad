/*
 * How a project's OAuth server behaves (oauth.md section 3): read by all that register clients and issue or take tokens.
 */
#ifndef GATEHOUSE_DOMAIN_OAUTH_SETTINGS_H
#define GATEHOUSE_DOMAIN_OAUTH_SETTINGS_H

#include "sql/tx.h"

/* May clients register themselves (RFC 7591)? "open", "token", "off", ended by NULL. */
extern const char *const dcr_policies[];
/* … by a document at an address of theirs? "on", "trusted", "off". */
extern const char *const cimd_policies[];

struct oauth_settings {
	const char *issuer;			/* "https://AUTH_HOST/p/proj_…" */
	const char *signing_alg;		/* of access tokens for a client's own audience: "ES256" */
	int64_t access_token_ttl_s;		/* what new clients and resource servers begin with */
	const char *dcr, *cimd;			/* what holds: "off" in a project of type mcp, whatever was set */
	bool is_closed;				/* the type has nobody register */
	const char *own_dcr, *own_cimd;		/* what was set; NULL: what the type begins with */
	const char *cimd_trusted_domains;	/* words */
	bool require_par, dpop_require_nonce;
	int64_t min_token_version;		/* a person's token below it is void */
	int64_t version;			/* 0: nothing was ever set */
};

/* ERR_NO_ROW when there is no such active project. */
enum err oauth_settings_read(struct tx *, const char *project_id, struct oauth_settings *ret) MUST_CHECK;
/* The guard of what is counted in a project's OAuth server: written before it is counted. */
enum err oauth_settings_guard(struct tx *, const char *project_id) MUST_CHECK;

#endif
