/*
 * What the files of the request pipeline share among themselves: the raw request, the growing reply, and each stage's entry.
 */
#ifndef GATEHOUSE_FCGI_PIPELINE_H
#define GATEHOUSE_FCGI_PIPELINE_H

#include "fcgi/request.h"
#include "fcgi/worker.h"

struct credential_row;

/* Headers that decide something; sent twice they are a 400. HEADERS in headers.c says what each is called. */
enum header {
	HEADER_AUTHORIZATION,
	HEADER_X_AUTH_TOKEN,
	HEADER_X_ORG_ID,
	HEADER_X_PROJECT_ID,
	HEADER_X_CLIENT_ID,
	HEADER_X_FLOW_TOKEN,
	HEADER_X_CSRF_TOKEN,
	HEADER_IDEMPOTENCY_KEY,
	HEADER_DPOP,
	HEADER_CONTENT_TYPE,
	HEADER_ORIGIN,
	HEADER_IF_MATCH,
	HEADER_IF_NONE_MATCH,
	HEADER_MCP_PROTOCOL_VERSION,
	HEADER_MCP_METHOD,
	HEADER_MCP_NAME,
	HEADER_STRIPE_SIGNATURE,
	HEADER_COUNT
};

/* What nginx handed over, sorted; nothing is believed yet. */
struct incoming {
	const char *method_text;
	enum method method;
	bool is_head;
	const char *path;		/* as sent, without the query */
	const char *query;		/* "" when none */
	struct name_values query_pairs;
	struct name_values path_pairs;
	const char *header[HEADER_COUNT];	/* NULL when absent */
	bool is_dpop;			/* Authorization says that the token is bound to a key (RFC 9449 section 7.1) */
	const char *doubled;		/* name of a deciding header that came twice, or NULL */
	bool has_content_encoding;
	bool has_body;			/* CONTENT_LENGTH above 0 */
	const char *sec_fetch_site;
	const char *visited_uri;	/* what nginx was asked for at a site that it protects; NULL elsewhere */
	const char *accept_language;	/* "" when absent */
	const char *asked_method;	/* Access-Control-Request-Method of a preflight, else NULL */
	struct strings cookie_headers;
	const char *session_client_id;	/* whose people the session cookie is about; NULL: the console's */
	const char *session_cookie_name;
	struct strings session_cookies;	/* values of that name; none when the route takes no session */
	enum site site;
	enum pool pool;
	const char *own_issuer, *own_client_id;	/* of a project's own host name, as nginx says; NULL elsewhere */
	bool is_root_issuer;		/* an endpoint of the console at HOST's root, or of a project at its own host's */
	struct bytes body;
	bool is_body_read;
	bool is_client_in_body;		/* an application says there who it is */
	struct bytes message;		/* of ROUTE_MCP, instead of a body */
	const char *org_id;		/* X-Org-Id, grammar checked */
	const char *project_id;		/* X-Project-Id or ?project_id=, grammar checked */
	const char *client_id;		/* of auth_request, which names its project so; grammar checked */
	const char *path_org_id;	/* of TENANT_ORG_IN_PATH, grammar checked */
	const char *path_project_id;	/* of TENANT_PROJECT_IN_PATH, grammar checked */
};

#define RESPONSE_HEADERS_MAX 16

struct response {
	unsigned status;
	enum err error;			/* OK for a success */
	const char *message;		/* NULL: the error's title */
	const char *details;		/* JSON object text or NULL */
	const char *reason;		/* for the log */
	const char *body;		/* NULL: none */
	const char *content_type;	/* NULL: JSON */
	size_t body_len;
	const struct file_reply *file;	/* instead of body; NULL: JSON */
	const char *stored_body;	/* without secrets; what an idempotency row keeps */
	bool has_secret;
	bool is_replay;
	bool is_preflight;		/* the answer to OPTIONS of a page elsewhere; no handler runs */
	bool is_body_left_out;		/* of a replay: it was too large to keep */
	const char *object_id;		/* of the object in the body, for idempotency rows */
	const char *etag;
	int64_t cache_s;		/* a public reply that may be kept; 0: no */
	bool has_uncounted;		/* the body shows more than its ETag counts */
	const char *allow;
	const char *challenge;		/* WWW-Authenticate of a 401; NULL: the route's own kind */
	struct name_value headers[RESPONSE_HEADERS_MAX];
	size_t header_count;
	struct rate_state rate;
	bool has_rate;
	int64_t retry_after_s;		/* 0: none */
	unsigned retries;
};

/* One request on its way. */
struct exchange {
	struct worker *worker;
	struct gateway *gateway;
	struct arena *arena;
	struct incoming in;
	struct request rq;
	struct response response;
	bool is_inner;			/* run by another request, which has authenticated and counted already (inner.c) */
	int64_t began_us;
};

/* Handlers see the request alone; the pipeline's own files find the rest around it. */
static inline struct exchange *
exchange_of(const struct request *rq)
{
	return (struct exchange *)((uintptr_t)rq - offsetof(struct exchange, rq));
}

/*
 * issuer.c: the route of a path; where HOST has none of its own, the console's below /p/{proj_…}. An error only when the database fails.
 */
enum err issuer_find_route(struct exchange *, enum method, enum route_match *ret_match);
/* Which project is the console: once a worker. OK before set-up too, with empty ids. */
enum err issuer_load_console(struct worker *);

/*
 * own_host.c: the name that the request came to, in place of AUTH_HOST; and whether it is that project's: MISDIRECTED_REQUEST.
 */
void own_host_take(struct exchange *);
enum err own_host_check(struct exchange *);

/* What this request may change, and who does. */
struct tx exchange_tx(struct exchange *);

/* quotas.c: of the request's own project, with the refusal's details in the response. */
enum err quota_of_stage(struct exchange *, enum stat_kind) MUST_CHECK;

/* challenge.c: what a refusal asks a program to bring (RFC 6750 section 3, RFC 9449 section 7.1, RFC 9728 section 5.1). */
const char *challenge_of_unauthorized(const struct exchange *);
/* For a route that takes access tokens: what was wrong with the one that came, by its OAuth code; NULL: none came. */
const char *challenge_of_token(const struct exchange *, const char *error) RETURNS_NONNULL;
const char *challenge_of_scope(const struct request *, enum permission) RETURNS_NONNULL;
/* The same of a project's app, which needs the scope "account". */
const char *challenge_of_account_scope(const struct exchange *) RETURNS_NONNULL;

/* headers.c: fills x->in; INVALID_PATH, AMBIGUOUS_HEADER … end the request. */
enum err headers_read(struct exchange *);
enum err headers_refuse_doubled(struct exchange *);
/* Checks X-Org-Id, X-Project-Id and ?project_id=, and takes the latter out of the query. */
enum err headers_read_tenant(struct exchange *);

/* body.c: reads the body under the route's cap and fills rq.input; field errors become 422. */
enum err body_read(struct exchange *);
enum err input_parse(struct exchange *);

/* session.c: finds the session cookie that this route and host take; INVALID_ID for a bad X-Client-Id. */
enum err session_read_cookie(struct exchange *);
/* Who visits a site on another host, by its cookie there (tenancy.md rule 43); without one the answer says where to sign in, if it may. */
enum err authenticate_site_visitor(struct exchange *);
/* Does the request come to where projects' users are, AUTH_HOST? */
bool session_is_of_projects(const struct exchange *);
/* How audit rows name a project's user: by the first of these that there is. */
const char *project_user_label(const char *email, const char *username, const char *phone, const char *id);
/* The one cookie of that name is there: whose session it is. */
enum err authenticate_session(struct exchange *);

/* client.c: does an application show its own id and secret, where the route takes them? Then who it is. */
bool client_is_asking(const struct exchange *);
enum err authenticate_client(struct exchange *);
/* The same by members of the body, where nothing else says who asks; x->in.is_client_in_body tells whether they do. */
enum err authenticate_client_in_body(struct exchange *);
#define CLIENT_ID_MEMBER     "client_id"
#define CLIENT_SECRET_MEMBER "client_secret"

/* project_token.c: who visits a site with an access token of the project that ?client_id= names. */
enum err authenticate_project_token(struct exchange *, const char *text);
/* The person whose app shows a token of theirs for our own API; which scopes it has isn't judged yet. */
enum err authenticate_user_token(struct exchange *, const char *text);

/* authenticate.c: who is asking; UNAUTHORIZED with a reason, CSRF_FAILED, CREDENTIAL_NOT_ALLOWED. */
enum err authenticate(struct exchange *);
/* Its parts that sessions need as well. */
enum err authenticate_unauthorized(struct exchange *, const char *reason);
/* DP-02: is the token bound to `bound_to` (NULL: to nothing) shown as such, with a proof of that key? of->url is set here. */
enum err authenticate_possession(struct exchange *, const struct possession *of, const char *bound_to);
void authenticate_take_row(struct request *, const struct credential_row *);
const char *authenticate_asked_project(const struct exchange *);

/* tenant.c: judges what the credential's statement found: organization, project, environment, role. */
enum err tenant_resolve(struct exchange *);
enum err permission_check(struct exchange *);

/* limits.c: which buckets a request spends. */
enum err limit_by_address(struct exchange *, bool is_readable);
enum err limit_by_failures(struct exchange *);
enum err limit_by_credential(struct exchange *);
void limit_count_failed_credential(struct exchange *);
bool limit_allows_denied_audit(struct exchange *);

/* idempotency.c: true when the stored reply was put into x->response and the handler mustn't run. */
enum err idempotency_begin(struct exchange *, bool *ret_is_replay);
enum err idempotency_finish(struct exchange *, enum verdict);
/* The tenant in the path isn't there any more: was it this very request that ended it? NOT_FOUND when not. */
enum err idempotency_replay_gone(struct exchange *);

/* page.c */
const char *page_cursor_make(const struct request *, const char *sort, const char *id);
enum err page_cursor_read(const struct request *, const char *cursor, struct page *ret_page);
enum err page_parse(struct exchange *);

/* cors.c: OPTIONS for a route that pages elsewhere may call. */
bool cors_is_preflight(struct exchange *);
void cors_add_headers(struct exchange *);

/* error_page.c: an error as a page in the reader's language (en, es). */
void error_page_render(struct exchange *, struct buffer *, const char *message);

/* pipeline.c: the route's own code with its transaction; and a refused write's trace. */
enum err pipeline_run(struct exchange *);
void pipeline_record_refusal(struct exchange *);

/* reply.c */
void response_error(struct exchange *, enum err, const char *message, const char *details);
/* An error becomes its body. */
void response_render(struct exchange *);
void response_send(struct exchange *);
const char *etag_make(const struct request *, int64_t version);

#endif
