/*
 * What a client of an MCP server looks for at each step of connecting (MCP authorization; RFC 9728, 8414, 7591, 9207), and what can be wrong
 * there. Pure: the caller asks the servers. All texts that come from them are theirs, and only to be shown.
 */
#ifndef GATEHOUSE_LIB_CONNECTOR_H
#define GATEHOUSE_LIB_CONNECTOR_H

#include "lib/json.h"

enum connector_fault {
#define FAULT(symbol, code, is_failure, says, remedy) CONNECTOR_##symbol,
#include "lib/connector_faults.def"
#undef FAULT
	CONNECTOR_FAULT_COUNT
};

struct connector_fault_info {
	const char *code, *says, *remedy;
	bool is_failure;
};
const struct connector_fault_info *connector_fault_info(enum connector_fault) RETURNS_NONNULL;

#define CONNECTOR_FINDINGS_MAX 8

/* What is wrong at one step; detail is what the server said, or NULL. */
struct connector_findings {
	struct {
		enum connector_fault fault;
		const char *detail;
	} items[CONNECTOR_FINDINGS_MAX];
	size_t count;
};
void connector_find(struct connector_findings *, enum connector_fault, const char *detail);
bool connector_has_failed(const struct connector_findings *);

/*
 * The steps. Each judges an answer, adds what is wrong to the findings, and gives what the next step needs; false when no client could go on.
 * An answer's body is NULL when it isn't a JSON object.
 */

struct connector_challenge {
	const char *metadata_url, *scope;	/* NULL: not said */
};
bool connector_judge_challenge(struct arena *, long status, const char *www_authenticate, struct connector_findings *,
			       struct connector_challenge *ret);

/* Where the metadata of a resource, and of an issuer, may stand, in the order in which clients look. */
struct strings connector_resource_metadata_urls(struct arena *, const char *url);
struct strings connector_server_metadata_urls(struct arena *, const char *issuer);

struct connector_resource {
	const char *resource, *issuer;
	const char *scope;	/* all that are named, with spaces between; NULL: none */
};
bool connector_judge_resource(struct arena *, const char *url, const struct json *body, struct connector_findings *, struct connector_resource *ret);

struct connector_server {
	const char *issuer, *authorization_endpoint, *token_endpoint;
	const char *registration_endpoint;	/* NULL: none */
	bool takes_documents;			/* client ids that are addresses */
	bool says_issuer;			/* in its answers (RFC 9207) */
};
bool connector_judge_server(const char *issuer, const struct json *body, struct connector_findings *, struct connector_server *ret);

struct connector_client {
	const char *client_id, *client_secret;		/* the secret NULL: none */
	const char *management_url, *management_token;	/* RFC 7592; NULL: none */
};
bool connector_judge_registration(struct arena *, long status, const struct json *body, struct connector_findings *, struct connector_client *ret);

/* Without anybody signed in. location: "" when the answer leads nowhere. */
bool connector_judge_authorize(struct arena *, long status, const char *location, const char *redirect_uri, struct connector_findings *);

struct connector_answer {
	const char *code, *iss, *error, *error_description;	/* NULL: not there */
};
bool connector_judge_answer(struct arena *, const struct connector_server *, const struct connector_answer *, struct connector_findings *);

bool connector_judge_token(struct arena *, const char *resource, long status, const char *cache_control, const struct json *body,
			   struct connector_findings *, const char **ret_access_token);
/* The result of a JSON-RPC call; may be NULL. */
bool connector_judge_call(struct arena *, long status, const char *www_authenticate, const struct json *body, struct connector_findings *,
			  const struct json **ret_result);

/* The data of the first event that holds a JSON-RPC answer, out of a stream of them; text itself when it is none. */
const char *connector_event_data(struct arena *, const char *content_type, const char *text) RETURNS_NONNULL;

/* The text with each of the secrets masked. */
const char *connector_without(struct arena *, const char *text, struct strings secrets) RETURNS_NONNULL;
/* JSON with the members masked that hold secrets by their name. */
void connector_mask_members(struct buffer *, const struct json *);

#endif
