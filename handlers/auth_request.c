/*
 * GET /api/v1/auth_request (tenancy.md 6.10): nginx asks before it serves a page whether the visitor may see it, by a service key, a personal
 * token, an access token of the project or a session at that site. What it doesn't know is refused, never let through.
 */
#include "handlers/routes.h"

#include <string.h>

#include "fcgi/request.h"
#include "lib/encode.h"
#include "lib/oauth.h"

struct auth_request_input {
	struct {
		bool client_id, accept, audience, scope, workspace_id, redirect;
	} has;
	const char *client_id;
	const char *accept;
	const char *audience;
	const char *scope;
	const char *workspace_id;
	bool redirect;
};

static const struct field auth_request_input[] = {
	IN_ID(struct auth_request_input, client_id, ID_PUBLIC_PROJECT, .in = IN_QUERY, .flags = FIELD_REQUIRED),
	IN_STRING(struct auth_request_input, accept, .in = IN_QUERY, .min = 1, .max = 64,
		  .description = "session, token, api_key, with commas between: what may be shown; all of it when absent"),
	IN_STRING(struct auth_request_input, audience, .in = IN_QUERY, .max = 255, .description = "What an access token has to be for; absent or empty: the first audience of the project's own client"),
	IN_STRING(struct auth_request_input, scope, .in = IN_QUERY, .max = 1000,
		  .description = "Words that the key or token must have all of, with spaces between"),
	IN_ID(struct auth_request_input, workspace_id, ID_WORKSPACE, .in = IN_QUERY, .description = "Not known yet: 403"),
	IN_BOOL(struct auth_request_input, redirect, .in = IN_QUERY,
		.description = "A 401 says in X-Gatehouse-Sign-In where the visitor can sign in"),
	FIELDS_END,
};

static bool
has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = list; *at != '\0';) {
		size_t n = strcspn(at, ",");

		if (n == len && strncmp(at, word, n) == 0)
			return true;
		at += n + (at[n] == ',' ? 1 : 0);
	}
	return false;
}

static bool
is_token(const struct request *rq)
{
	return rq->credential.kind == CREDENTIAL_PROJECT_TOKEN;
}

static bool
has_scopes(const struct request *rq, const char *asked)
{
	struct strings words = scopes_split(rq->arena, asked);

	if (is_token(rq))
		return scope_is_within(asked, rq->credential.scopes);

	for (size_t i = 0; i < words.count; i++) {
		enum permission permission = permission_parse(words.items[i]);

		if (permission == PERM_NONE || !request_may(rq, permission))
			return false;
	}
	return true;
}

static const char *
kind_of(const struct request *rq)
{
	if (is_token(rq))
		return "token";
	return rq->credential.kind == CREDENTIAL_PROJECT_USER ? "session" : "api_key";
}

/* Every header the snippet passes on, empty when there is nothing to say: a visitor's own never gets through (rule 42). */
static void
add_headers(const struct request *rq)
{
	const char *scopes = rq->credential.scopes;

	reply_header(rq, "X-Gatehouse-Kind", kind_of(rq));
	reply_header(rq, "X-Gatehouse-Project", rq->project.id);
	reply_header(rq, "X-Gatehouse-Credential", rq->credential.id);
	reply_header(rq, "X-Gatehouse-Client", is_token(rq) ? rq->credential.token_client_id : rq->project.client_id);
	reply_header(rq, "X-Gatehouse-User", rq->user.id == NULL ? "" : rq->user.id);
	reply_header(rq, "X-Gatehouse-Email", rq->user.email == NULL ? "" : rq->user.email);
	reply_header(rq, "X-Gatehouse-Name", rq->user.name == NULL ? "" : percent_encode(rq->arena, rq->user.name));
	reply_header(rq, "X-Gatehouse-Roles", rq->role == ROLE_NONE ? "" : role_name(rq->role));
	reply_header(rq, "X-Gatehouse-Scope", scopes == NULL ? "" : scopes);
	reply_header(rq, "X-Gatehouse-Workspace", "");
	reply_header(rq, "X-Gatehouse-Plan", "");
}

/* Keys and sessions are for nothing in particular; a token is for one thing alone. */
static bool
has_audience(const struct request *rq, const char *asked)
{
	const char *wanted = asked != NULL && asked[0] != '\0' ? asked : rq->credential.first_audience;

	return !is_token(rq) || oauth_resource_matches(wanted, rq->credential.audience);
}

/* Keys are counted, and may be used up; people and tokens aren't. */
static enum err
take_verification(const struct request *rq, struct tx *tx)
{
	const char *details;

	if (rq->credential.kind != CREDENTIAL_SERVICE_KEY && rq->credential.kind != CREDENTIAL_PERSONAL_TOKEN)
		return OK;
	TRY(request_quota(rq, rq->project.id, rq->project.meters_full_until, STAT_KEY_VERIFICATIONS, &details));
	tx_count(tx, &(struct stat_count){ .stat = STAT_KEY_VERIFICATIONS, .project_id = rq->project.id });
	return OK;
}

static enum verdict
auth_request(const struct request *rq, struct tx *tx)
{
	const struct auth_request_input *in = rq->input;

	/* The project the key resolves to must be the one the site belongs to: pinned elsewhere, or of another organization, is nobody. */
	if (strcmp(rq->project.client_id, in->client_id) != 0) {
		request_reason(rq, "the key is of another project");
		return fail_err(rq, ERR_UNAUTHORIZED);
	}
	if (in->has.accept && !has_word(in->accept, kind_of(rq)))
		return fail_err(rq, ERR_CREDENTIAL_NOT_ALLOWED);
	if (!has_audience(rq, in->audience)) {
		request_reason(rq, "the access token is for something else");
		return fail_err(rq, ERR_UNAUTHORIZED);
	}
	if (in->has.workspace_id)
		return fail_err(rq, ERR_CREDENTIAL_NOT_ALLOWED);
	if (in->has.scope && !has_scopes(rq, in->scope))
		return fail_err(rq, ERR_INSUFFICIENT_SCOPE);
	enum err e = take_verification(rq, tx);
	if (e != OK)
		return fail_err(rq, e);
	add_headers(rq);
	return reply_empty(rq);
}

const struct route auth_request_routes[] = {
	{
	    .id = "auth_request",
	    .method = GET,
	    .path = "/api/v1/auth_request",
	    .summary = "Check a visitor for nginx",
	    .description = "204 with X-Gatehouse headers, 401 or 403; X-Gatehouse-Error says why.",
	    .auth = AUTH_PERSONAL_TOKEN | AUTH_SERVICE_KEY,
	    .tenant = TENANT_PROJECT,
	    .tx = TX_NONE,
	    .flags = ROUTE_AUTH_REQUEST,
	    .rate = RATE_AUTH_REQUEST,
	    INPUT(struct auth_request_input, auth_request_input),
	    .handler = auth_request,
	},
	ROUTES_END,
};
