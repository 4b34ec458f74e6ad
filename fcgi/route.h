/*
 * The route table: the one truth about an endpoint. The router, the parser, OpenAPI, the permission matrix, the dashboard's types and
 * the generated tests all read it (gatehoused --describe).
 */
#ifndef GATEHOUSE_FCGI_ROUTE_H
#define GATEHOUSE_FCGI_ROUTE_H

#include "lib/fields.h"
#include "lib/permissions.h"
#include "sql/tx.h"

struct request;

enum method { METHOD_NONE = 0, GET, POST, PATCH, PUT, DELETE };

/* Which credentials a route takes. */
enum auth {
	AUTH_PUBLIC = 1 << 0,		/* none needed; with a session's kind beside it, a session is looked at when there is one */
	AUTH_SESSION = 1 << 1,		/* of a person of the console, on HOST */
	AUTH_PERSONAL_TOKEN = 1 << 2,
	AUTH_SERVICE_KEY = 1 << 3,
	AUTH_PROJECT_USER = 1 << 4,	/* the session of a project's own user, on AUTH_HOST; X-Client-Id names the project */
	AUTH_OAUTH = 1 << 5,		/* an access token that the console's OAuth server issued */
	AUTH_CLIENT = 1 << 6,		/* an application of the project's own, by HTTP Basic; the route's permission is all it has */
	AUTH_USER_TOKEN = 1 << 7,	/* an access token of a project for our API, with the scope "account" of its person */
};
#define AUTH_ACCOUNT (AUTH_SESSION | AUTH_PROJECT_USER)	/* whoever's account it is; handlers ask for user.project_id */
#define AUTH_ACCOUNT_OR_TOKEN (AUTH_ACCOUNT | AUTH_USER_TOKEN)	/* the same, and apps that may act for a project's user */
#define AUTH_PERSON (AUTH_SESSION | AUTH_PERSONAL_TOKEN | AUTH_OAUTH)	/* somebody of the console, however they come */
#define AUTH_ANY (AUTH_PERSON | AUTH_SERVICE_KEY)

/* What a request works on (conventions.md section 5). Only the project kinds compare environments. */
enum tenant {
	TENANT_NONE = 0,
	TENANT_ORG,			/* by X-Org-Id or the credential */
	TENANT_ORG_IN_PATH,		/* {org_id} */
	TENANT_PROJECT,			/* pinned key, X-Project-Id, ?project_id=, default */
	TENANT_PROJECT_IN_PATH,		/* {project_id} */
};

enum site { SITE_MAIN = 1, SITE_AUTH = 2, SITE_BOTH = 3 };
enum pool { POOL_REQUEST = 0, POOL_PASSWORD, POOL_COUNT };

/* How a handler ends. A type of its own so that the compiler tells it from an error. */
enum verdict {
	VERDICT_REPLY,		/* commit, send */
	VERDICT_REFUSE,		/* commit what was recorded, send a 4xx */
	VERDICT_FAIL,		/* roll back, send a 4xx or 5xx */
	VERDICT_GO_ON,		/* of before and work only */
};

enum route_flag {
	ROUTE_LIST = 1 << 0,		/* takes limit, cursor, include_total; answers {data, next_cursor} of .output */
	ROUTE_RECENT_SIGN_IN = 1 << 1,	/* a session must have signed in within 5 minutes */
	ROUTE_UNPINNED_KEY = 1 << 2,	/* a pinned service key gets credential_not_allowed */
	ROUTE_SUSPENDED_OK = 1 << 3,	/* works on a suspended organization */
	ROUTE_SHOWS_SECRET = 1 << 4,	/* the reply may hold a secret: Cache-Control: no-store */
	ROUTE_NO_IDEMPOTENCY = 1 << 5,	/* Idempotency-Key is refused (sign-in flows) */
	ROUTE_ETAG = 1 << 6,		/* one object with an ETag; PATCH and DELETE honour If-Match */
	ROUTE_EXACT_ORIGIN = 1 << 7,	/* public, but only from our own pages: Origin must be ours (SE-10) */
	ROUTE_BARE = 1 << 8,		/* outside /api/v1: no rate-limit headers, no credentials (health) */
	ROUTE_AUTH_REQUEST = 1 << 9,	/* for nginx's auth_request: the project by ?client_id=; nothing but 204, 401 and 403 is sent */
	ROUTE_TEXT = 1 << 10,		/* success is a text of reply_text(), not JSON */
	ROUTE_IMPERSONATOR_OK = 1 << 11, /* a write that somebody may do who acts in a user's name; every other one is refused */
	ROUTE_PERMISSION_ASKED = 1 << 12, /* the handler asks for .permission, for the input (or, on a public route, who asks) says where it is needed */
	ROUTE_FOREIGN = 1 << 13,	/* another site sends the browser here: its form is read, parameters that we don't know are left out */
	ROUTE_OAUTH = 1 << 14,	/* as OAuth's RFCs say: takes a form, ignores what it doesn't know, answers errors in their shape */
	ROUTE_PAGE = 1 << 15,		/* a browser is led here: an error is a page of its own, and never leads anywhere */
	ROUTE_CORS = 1 << 16,		/* pages of any origin may call it, without credentials */
	ROUTE_OWN_SCREENS = 1 << 17,	/* ROUTE_EXACT_ORIGIN, but an app's own screens may call it too: the handler judges them */
	ROUTE_MCP = 1 << 18,		/* the MCP server: takes tokens for itself alone, which the API doesn't (oauth.md rule 42) */
	ROUTE_METADATA = 1 << 19,	/* ROUTE_OAUTH, but takes client metadata as JSON and names what is wrong with it as RFC 7591 does */
	ROUTE_TIMED = 1 << 20,		/* every reply says how long it took: X-Response-Time */
	ROUTE_UNMETERED = 1 << 21,	/* asks what was used, or says what may be, and isn't counted as use itself, nor refused by a quota */
	ROUTE_HOOK = 1 << 22,		/* a provider tells something: a body of any kind, whose octets the handler judges */
};

#define ROUTE_ERRORS_MAX 16

struct route {
	const char *id;			/* operationId, frozen */
	enum method method;
	const char *path;		/* /api/v1/projects/{project_id} */
	const char *summary;
	const char *description;	/* NULL: the summary says it all */
	unsigned auth;
	enum tenant tenant;
	enum site site;			/* 0 means SITE_MAIN */
	enum pool pool;
	enum permission permission;
	enum tx_mode tx;
	unsigned flags;
	enum rate_family rate;		/* one more family beside credential or anonymous; 0 for none */
	int64_t limit_default, limit_max;	/* of a list; 0: 50 and 100 */
	size_t body_bytes_max;		/* 0: 64 KiB */
	size_t input_size;
	const struct field *input;	/* body, path and query together; NULL: none */
	const struct field *output;	/* NULL: 204 */
	const char *const *media_types;	/* of a file instead of .output, NULL-terminated; NULL: JSON */
	unsigned other_status;		/* a second success (replaced instead of made); 0: none */
	const struct field *other_output;	/* of that one, when it isn't .output */
	unsigned status;		/* of success, for OpenAPI; 0: 200, or 204 without output */
	enum err errors[ROUTE_ERRORS_MAX];	/* own errors; those every route has aren't listed */
	size_t scratch_size;		/* rq->scratch: what before and work hand on to the handler */
	enum verdict (*before)(const struct request *, struct tx *);
	enum verdict (*work)(const struct request *);
	enum verdict (*handler)(const struct request *, struct tx *);
};

#define ROUTES_END { .id = NULL }
#define INPUT(type, fields) .input_size = sizeof(type), .input = (fields)

/* Every door's table, NULL-terminated; defined in handlers/routes.c. */
extern const struct route *const gatehouse_routes[];

/*
 * Defined with the operations on projects, which this room doesn't look into: gives an organization found without a default project one, in a
 * transaction of its own, at most once (tenancy rule 21).
 */
extern enum err gatehouse_make_default_project(struct tx *, const char *org_id) MUST_CHECK;

/*
 * The same of limits on built-in meters (domain/quotas.h): is one used up, and what is to be noted when it was counted.
 */
extern enum err gatehouse_quota_check(struct tx *, const char *project_id, const char *meter_key, const char **ret_details) MUST_CHECK;
extern enum err gatehouse_quota_note(struct tx *, const char *project_id, const char *meter_key) MUST_CHECK;

#define ROUTES_MAX 512

/* Every route, in the order of the tables. NULL at the end. Valid after routes_check(). */
const struct route *route_at(size_t index);
/* Does its method come with a body? */
bool route_takes_body(const struct route *);
const char *method_name(enum method);
enum method method_parse(const char *text);

enum route_match { MATCH_FOUND, MATCH_NO_PATH, MATCH_NO_METHOD };
/* *ret_allow: for MATCH_NO_METHOD, the Allow header's value. Path parameters aren't checked yet. */
enum route_match route_find(struct arena *, enum method, const char *path, const struct route **ret_route,
			    struct name_values *ret_path_parameters, const char **ret_allow);
/*
 * Collects the tables; to be called once at start. False (with a line on stderr) for a table that contradicts itself: no auth, no
 * handler, two routes of one path …
 */
bool routes_check(void);

#endif
