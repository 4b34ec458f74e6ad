/*
 * What was asked, as handlers see it, and the three ways to end: reply, refuse, fail.
 */
#ifndef GATEHOUSE_FCGI_REQUEST_H
#define GATEHOUSE_FCGI_REQUEST_H

#include "fcgi/route.h"
#include "lib/session_policy.h"
#include "lib/stats.h"

/* CREDENTIAL_SESSION is a person of the console; CREDENTIAL_PROJECT_USER the session of a project's own user. */
enum credential_kind {
	CREDENTIAL_NONE = 0,
	CREDENTIAL_SESSION,
	CREDENTIAL_PERSONAL_TOKEN,
	CREDENTIAL_SERVICE_KEY,
	CREDENTIAL_PROJECT_USER,
	CREDENTIAL_PROJECT_TOKEN,	/* an access token that a project issued: at a site that nginx protects, or for its user's own account */
	CREDENTIAL_CLIENT,		/* an application of a project's own, by its secret: in its project, for what the route is for */
	CREDENTIAL_OAUTH,		/* a token of the console: its person, in one organization, as far as its scopes go */
};

struct credential {
	enum credential_kind kind;
	const char *id;			/* ses_, key_, proj_ or cli_, tok_ of a project's token, or grt_ of an OAuth token */
	const char *name;		/* of a key, a client, or an OAuth token's client; NULL for a session */
	const char *prefix, *last4;	/* of a key */
	const char *environment;	/* of a service key, else NULL */
	const char *scopes;		/* of a service key, OAuth token or project's token, else NULL */
	const char *token_client_id, *audience;	/* of a project's token: whom it was issued to, what it is for */
	const char *token_session_id;	/* of a project's token: the sign-in that it comes from; NULL: none that lasts */
	const char *first_audience;	/* of a project's token: what it has to be for where nothing else is said */
	int64_t expires_at;
	const char *pinned_project_id;	/* of a pinned service key or a client, else NULL */
	int64_t rate_limit_per_minute;	/* NONE: the family's */
	int64_t authenticated_at;	/* of a session, else NONE */
	struct session_policy policy;	/* of a session; of a project's token: that sessions of its person have */
	const char *impersonator_id;	/* the person of the console who acts as this user; NULL: nobody */
	const char *impersonator_email;
};

#define BROWSER_ACCOUNTS_MAX 5

/* A browser's sessions of one project, the active account's token first. */
struct browser {
	const char *cookie_name;
	const char *tokens[BROWSER_ACCOUNTS_MAX];
	size_t count;
};

/* The person behind a session, personal token or OAuth token. id NULL: none. */
struct caller_user {
	const char *id;
	const char *project_id;		/* whose user this is: the console, or the project of CREDENTIAL_PROJECT_USER */
	const char *project_org_id;	/* that project's organization, whose chain takes what is recorded */
	const char *label;		/* of a project's user: how audit rows name them; NULL: by e-mail */
	const char *email;
	bool email_verified;
	const char *name;
	const char *username;
	const char *locale;
	int64_t created_at;
};

struct caller_org {
	const char *id;			/* NULL: none */
	const char *name;
	const char *slug;
	const char *status;
	const char *default_project_id;
	enum role role;			/* ROLE_NONE for service keys */
	bool is_operator;		/* the operator organization */
};

struct caller_project {
	const char *id;			/* NULL: none */
	const char *client_id;
	const char *name;
	const char *slug;
	const char *environment;
	bool is_console;
	bool has_rate_limit;		/* of the organization's plan */
	int64_t requests_per_minute;
	int64_t meters_full_until;	/* of keys, tokens and clients: see request_quota() */
	enum role override_role;	/* ROLE_NONE: the organization's */
};

/* Where a list goes on. */
struct page {
	int64_t limit;			/* 1 to 100; queries ask for limit + 1 */
	bool include_total;
	const char *after_sort;		/* NULL on the first page; the last row's sort key as text */
	const char *after_id;
};

struct request {
	const struct route *route;
	const void *input;		/* of the route's input type */
	struct page page;
	void *scratch;

	struct credential credential;
	struct browser browser;		/* of a session, else empty */
	struct caller_user user;
	struct caller_org org;
	struct caller_project project;
	enum role role;			/* effective: override, else organization role; ROLE_NONE for service keys */

	int64_t now_ms;
	const char *id;			/* req_… */
	enum site site;
	const char *ip_text;
	uint8_t ip[16];			/* zero when unknown (HT-20) */
	const char *user_agent;		/* "" when none; cut to 400 octets of clean text */
	const char *own_issuer;		/* "https://login.example.com", a host name of a project's own that was asked; NULL: none */
	const char *own_client_id, *own_project_id;	/* whose it is, of own_issuer */
	const char *visited_host;	/* of a site that nginx protects with us, as the browser names it; NULL: it is ours that is asked */
	bool is_from_elsewhere;		/* another site's page led the browser here, by its own word */
	struct strings flow_cookies;	/* values of __Host-gatehouse-flow */
	const char *flow_token;		/* X-Flow-Token or NULL */
	const char *origin;		/* or NULL */
	const char *if_match;		/* or NULL */
	const char *authorization;	/* as sent, on routes of OAuth, where the handler judges clients; else NULL */

	const struct config *config;
	const struct keyring *keyring;
	struct arena *arena;
	const char *console_id;		/* "" before set-up */
	const char *console_client_id;	/* its public id; set on routes of AUTH_HOST and OAuth, else "" */
	struct response *response;	/* written by the functions below alone */
};

/* ---- ends ---- */

enum verdict reply(const struct request *, unsigned status, const struct field *, const void *object);
enum verdict reply_empty(const struct request *);		/* 204 */
/* 303: the browser goes on to an address of ours. */
enum verdict reply_see_other(const struct request *, const char *url);
/* 200 with a body that isn't JSON. */
enum verdict reply_text(const struct request *, const char *content_type, const struct buffer *);
/* JSON of the handler's own making, whatever the status; NULL: no body. */
enum verdict reply_json(const struct request *, unsigned status, const struct buffer *);
#define TOTAL_MANY (-1)
/* count may be limit + 1: then the last item is cut off, and the cursor is made of the last one shown. */
struct list_reply {
	const struct field *fields;
	const void *items;
	size_t count;
	size_t item_size;
	size_t id_offset;		/* of the item's id, a const char * */
	const char *(*sort)(const void *item);	/* what the list is sorted by before the id; NULL: the id alone */
	int64_t total;			/* NONE: not asked for; TOTAL_MANY: more than are counted, null */
	const char *goes_on_after;	/* id up to which was looked for items, where there may be more behind it; NULL: the items tell */
};
enum verdict reply_list(const struct request *, const struct list_reply *);
/* A file to save instead of JSON; the route's .media_types names the type. */
struct file_reply {
	const char *media_type;		/* text/csv; charset=utf-8 */
	const char *name;		/* letters, digits, '-', '_' and '.' only */
	const struct bytes *parts;	/* one after the other; they and the array live in the request's arena */
	size_t part_count;
};
enum verdict reply_file(const struct request *, const struct file_reply *);

/* Roll back. fail() takes a message of its own; fail_err() the title of the error, and turns ERR_NO_ROW into NOT_FOUND. */
enum verdict fail(const struct request *, enum err, const char *format, ...) PRINTF_LIKE(3, 4);
enum verdict fail_err(const struct request *, enum err);
/* 422 validation_failed with one field. */
enum verdict fail_field(const struct request *, const char *field, const char *rule, const char *format, ...) PRINTF_LIKE(4, 5);
/* With details as JSON object text. */
enum verdict fail_details(const struct request *, enum err, const char *details, const char *format, ...) PRINTF_LIKE(4, 5);
/* Commit what was recorded, then answer the error. */
enum verdict refuse(const struct request *, enum err, const char *format, ...) PRINTF_LIKE(3, 4);
enum verdict refuse_details(const struct request *, enum err, const char *details, const char *format, ...) PRINTF_LIKE(4, 5);
/* Of before and work: nothing to say, go on. */
enum verdict go_on(const struct request *);
/* The true reason of a refusal, for the log under the request id. */
void request_reason(const struct request *, const char *reason);

/* A secret of a client of the project was shown just now: its last use is written later, at most once a minute. */
void request_note_secret(const struct request *, const char *project_id, const char *secret_id);
/* The same of a service key, where the handler judges it. */
void request_note_key(const struct request *, const char *key_id);
/* What the workers have counted since the start, as Prometheus text. */
void request_metrics(const struct request *, struct buffer *);

/* ---- headers of the reply ---- */

/* "name=value; attributes" is made here: __Host-, Secure, HttpOnly, SameSite=Lax, Path=/. max_age_s 0 deletes it. */
void reply_cookie(const struct request *, const char *name, const char *value, int64_t max_age_s);
/* Any other header; name and value are the caller's own text, value is refused (left out) when it holds control characters. */
void reply_header(const struct request *, const char *name, const char *value);
/* What a 401 asks for, in place of what its route would ask (RFC 9110 section 11.6.1). */
void reply_challenge(const struct request *, const char *challenge);
/* Anybody may keep this reply that long, a cache on the way too: only for what everybody may see, and the same for all. */
#define CACHE_FOREVER_S (365 * DAY_MS / SECOND_MS)	/* an address whose content never changes */
void reply_cache_for(const struct request *, int64_t seconds);
/* The object's ETag, made of its version and what else shapes the body (the caller's role). */
void reply_etag(const struct request *, int64_t version);
/* The same for If-Match alone, never a 304: the body also shows what the version doesn't count (last use, a person's name). */
void reply_etag_without_304(const struct request *, int64_t version);
/* Retry-After in whole seconds, rounded up. */
void reply_retry_after(const struct request *, int64_t wait_ms);

/* ---- questions ---- */

/* If-Match absent or equal to the ETag of this version (RFC 9110 section 13.1.1). Ask inside the transaction, after the guard. */
bool precondition_holds(const struct request *, int64_t version);
/* May the caller do that here? role ∩ scopes; installation.write only for sessions of operators; on the console only sessions may write. */
bool request_may(const struct request *, enum permission);
/* The same in the organization, whatever the project's override says; never for a key that is pinned to a project. */
bool request_may_in_org(const struct request *, enum permission);
/* The right error when they may not, with its message: FORBIDDEN for people, INSUFFICIENT_SCOPE for keys. */
enum err request_may_not(const struct request *, enum permission);
/* Does it come from a page of ours? (the browser's word, by Origin) */
bool request_is_of_own_page(const struct request *);
/* Takes one from a family that counts by address; false when there is none left. For what only some requests of a route do. */
bool request_take_by_address(const struct request *, enum rate_family);
/* A session of the console. */
bool request_is_session(const struct request *);
/* A session of whoever: of the console, or of a project's own user. */
bool request_is_signed_in(const struct request *);
/* Of a session its own id, of a project's token that of the sign-in it comes from; no session has the id of anything else. May be NULL. */
const char *request_session_id(const struct request *);
/* What this browser holds for a project, by the project's public id; NULL: for the console. Empty when there are two cookies of the name. */
struct browser request_browser(const struct request *, const char *client_id);
/* The value of a cookie that came exactly once, else NULL. */
const char *request_cookie(const struct request *, const char *name);
/* The next account becomes the active one. */
void browser_drop_active(struct browser *);
/* Sets the cookie, or takes it away when no account is left. */
void browser_reply(const struct request *, const struct browser *, const struct session_policy *);
/*
 * What the cookie of this browser must be for a sign-in of this project; the one it has, or a new one, which is set on the reply.
 */
enum err flow_take_cookie(const struct request *, const char *project_id, struct bytes *ret_binding_digest) MUST_CHECK;
/* What the browser's flow cookie says, if it has a good one. */
bool flow_cookie(const struct request *, const char **ret_project_id, struct bytes *ret_binding_digest);
/* "https://HOST" or "https://AUTH_HOST", where the request came to. */
const char *request_own_url(const struct request *) RETURNS_NONNULL;
/* What counts in a project: the override where there is one, else the organization's role; an owner's is never narrowed. */
enum role role_effective(enum role org_role, enum role override_role);
/* "session", "personal_token", "service_key", "none". */
const char *credential_kind_name(enum credential_kind);
/* The token that this session's state-changing requests must carry (users.md rule 5); the same for its whole life. */
enum err csrf_token(const struct request *, const char **ret_token) MUST_CHECK;
/* Who acts, as audit rows name them; the caller as "system" when nobody is signed in. */
struct actor request_actor(const struct request *);

/*
 * Writes the organization's guard row, then reads the caller's role again and asks for the route's permission anew: what was waited for may
 * have been their removal (tenancy rules 4, 7 and 8). The first statement of every write that counts something of the organization or
 * rests on a role there. NOT_FOUND, UNAUTHORIZED, FORBIDDEN.
 */
enum err request_guard(const struct request *, struct tx *) MUST_CHECK;

/*
 * Counts a request that names an OAuth client, in a family that counts by client (oauth.md rule 41): asked twice, before and after the client
 * has proven itself, each family listens to one of them. RATE_LIMITED.
 */
enum err request_limit_client(const struct request *, const char *client_id, bool is_proven) MUST_CHECK;

/* Counts a request in one more family; subject NULL: by address. RATE_LIMITED. */
enum err request_limit(const struct request *, enum rate_family, const char *subject) MUST_CHECK;

/*
 * Is the built-in meter that it feeds used up in the project? full_until: meters_full_until of its row; while no meter is, it costs no statement.
 * QUOTA_EXCEEDED with the refusal's details: then it isn't done, and not counted.
 */
enum err request_quota(const struct request *, const char *project_id, int64_t full_until, enum stat_kind, const char **ret_details) MUST_CHECK;

/* What a project is called where it issues tokens, at the host that was asked: the console by HOST alone, as is who has a name of their own. */
const char *request_issuer(const struct request *, const char *client_id) RETURNS_NONNULL;

/* A record with the caller's organization and default project filled in. */
struct record request_record(const struct request *, enum event, const char *target_id, const char *target_label);

/* ---- proofs of possession (possession.c) ---- */

/* What a request with a proof of possession (RFC 9449) is asked for. */
struct possession {
	const char *project_id;
	const char *url;		/* of the endpoint, as we call it */
	const char *access_token;	/* that comes with it; NULL at the token endpoint */
	bool wants_nonce;
};

/* rq->scratch of a handler that takes proofs: one that runs again after a lost connection isn't a second use. */
struct possession_memory {
	bool is_used;
};

/*
 * The key whose holder sends this request, by its thumbprint; *ret_jkt NULL: no proof came. Each proof counts once. INVALID_DPOP_PROOF,
 * USE_DPOP_NONCE, with what the client needs in the reply's headers.
 */
enum err request_possession_find(const struct request *, const struct possession *, const char **ret_jkt) MUST_CHECK;

/* ---- routes that run others (inner.c) ---- */

/* What an MCP client said beside its message; NULL: nothing. */
struct mcp_headers {
	const char *protocol_version, *method, *name;
};
struct mcp_headers request_mcp_headers(const struct request *);
/* The body as it came. */
struct bytes request_body(const struct request *);
/* The header of that name; NULL: it didn't come. */
const char *request_stripe_signature(const struct request *);

/* May a credential of the caller's kind call that route at all? */
bool request_may_call(const struct request *, const struct route *);

/* Another route with its arguments, which nobody has judged yet. */
struct inner_call {
	const struct route *route;
	struct name_values path, query;
	const char *body;		/* JSON text; NULL: none */
	const char *project_id;		/* as in X-Project-Id; NULL: none */
	const char *idempotency_key;	/* NULL: none */
};

struct inner_answer {
	enum err error;			/* OK for a success */
	unsigned status;
	const char *body;		/* as the API answers, errors too; NULL: none */
	const char *message;		/* of an error */
	const char *challenge;		/* of what a token lacks, else NULL */
};

/*
 * The route as if the caller had called it over the API with the same credential: its tenant, permission, validation, transaction, audit
 * and limits. For a route with TX_NONE. Never fails: what goes wrong is the answer.
 */
struct inner_answer request_run(const struct request *, const struct inner_call *);

#define SESSION_COOKIE "__Host-gatehouse"
#define FLOW_COOKIE "__Host-gatehouse-flow"

/* A session at a site on another host, and what binds its sign-in to the browser that began it (tenancy.md rule 43). */
#define SITE_COOKIE	 "__Host-gatehouse-app"
#define SITE_FLOW_COOKIE "__Host-gatehouse-app-flow"

#endif
