/*
 * The way of a request, the same for every route (architecture.md section 1):
 *
 * match → doubled headers → limit by address → authenticate → limit by credential → tenant → permission → body → input
 *       → before (own transaction) → work (no database) → handler (transaction, may run again) → commit → send → log → reset
 */
#include "fcgi/pipeline.h"

#include <string.h>

#include "sql/gen/queries.h"
#include "sys/log.h"
#include "sys/system.h"

#define RUNS_MAX 4	/* the first and three more */

/* What a page's rows may take: the reply is made of them three times over, and has to fit the arena. */
#define PAGE_BYTES_MAX (512 * (size_t)1024)

/* ---- before the route's own code ---- */

static enum err
match_route(struct exchange *x)
{
	enum route_match match;
	enum site site;

	TRY(issuer_find_route(x, x->in.method, &match));
	if (match == MATCH_NO_METHOD)
		return ERR_METHOD_NOT_ALLOWED;
	if (match == MATCH_NO_PATH)
		return ERR_NOT_FOUND;
	site = x->rq.route->site == 0 ? SITE_MAIN : x->rq.route->site;
	/* nginx's locations are no boundary: a percent-encoded letter can reach the other pool. */
	if ((!x->in.is_root_issuer && (site & x->in.site) == 0) || x->rq.route->pool != x->in.pool || x->worker->pool != x->in.pool) {
		x->rq.route = NULL;
		return ERR_NOT_FOUND;
	}
	if ((x->rq.route->flags & ROUTE_OAUTH) != 0)
		x->rq.authorization = x->in.header[HEADER_AUTHORIZATION];
	return OK;
}

/* Public routes don't authenticate, so they ask for the console once per worker; whoever names an issuer needs its public id. */
static enum err
find_console(struct exchange *x)
{
	bool names_issuer = (x->rq.route->site & SITE_AUTH) != 0;

	if (x->rq.route->tx == TX_NONE || (x->rq.console_id[0] != '\0' && !names_issuer))
		return OK;
	TRY(issuer_load_console(x->worker));
	x->rq.console_id = x->worker->console_id;
	x->rq.console_client_id = x->worker->console_client_id;
	return OK;
}

/* Where a session was used: the organization it works in, or the project whose user it is. */
static const char *
used_in(const struct request *rq)
{
	if (rq->credential.kind == CREDENTIAL_PROJECT_USER)
		return rq->user.project_id;
	return request_is_session(rq) ? rq->org.id : NULL;
}

/* Programs' requests are metered; a person at the dashboard isn't a program, and to look at what was used isn't use. */
static bool
is_metered(const struct request *rq)
{
	return rq->credential.kind != CREDENTIAL_NONE && rq->credential.kind != CREDENTIAL_SESSION &&
	       (rq->route->flags & ROUTE_UNMETERED) == 0;
}

static enum err
find_caller(struct exchange *x)
{
	enum err e = authenticate(x);

	if (e == ERR_UNAUTHORIZED)
		limit_count_failed_credential(x);
	/* Whoever they are: what they may not or can't see counts like the rest. */
	TRY(limit_by_credential(x));
	if (e == OK)
		e = tenant_resolve(x);
	if (e == ERR_NOT_FOUND && x->rq.credential.id != NULL) {
		TRY(body_read(x));
		return idempotency_replay_gone(x);
	}
	if (e == OK && x->rq.credential.id != NULL)
		usage_note(x->worker->usage, x->rq.credential.id, used_in(&x->rq), x->rq.now_ms);
	TRY(e);
	TRY(permission_check(x));
	return is_metered(&x->rq) ? quota_of_stage(x, STAT_REQUESTS) : OK;
}

static enum err
read_head(struct exchange *x)
{
	TRY(headers_read(x));
	own_host_take(x);
	if (cors_is_preflight(x))
		return OK;
	TRY(match_route(x));
	TRY(headers_refuse_doubled(x));
	return headers_read_tenant(x);
}

static enum err
prepare(struct exchange *x)
{
	enum err e = read_head(x);

	if (x->rq.route != NULL && (x->rq.route->flags & ROUTE_BARE) != 0)
		return e;
	TRY(limit_by_address(x, e == OK));	/* what can't be read counts too */
	TRY(e);
	if (x->response.is_preflight)
		return OK;
	TRY(own_host_check(x));
	TRY(find_caller(x));
	if (x->response.is_replay)
		return OK;
	TRY(find_console(x));
	TRY(body_read(x));
	return input_parse(x);
}

/* ---- the route's own code ---- */

struct tx
exchange_tx(struct exchange *x)
{
	const struct request *rq = &x->rq;

	return (struct tx){
		.db = x->worker->db,
		.arena = x->arena,
		.now_ms = rq->now_ms,
		.config = rq->config,
		.keyring = rq->keyring,
		.actor = request_actor(rq),
		.request_id = rq->id,
		.ip = { rq->ip, rq->ip_text[0] == '\0' ? 0 : sizeof(rq->ip) },
		.user_agent = rq->user_agent,
		.console_id = rq->console_id,
	};
}

static bool
runs_again(enum err error)
{
	return error == ERR_DB_CONFLICT || error == ERR_DB_LOST;
}

/* A reply or refusal that the arena had no room for isn't sent; nothing it did is kept. */
static enum err
commit(struct exchange *x)
{
	if (arena_is_exhausted(x->arena))
		return ERR_BUSY;
	return db_in_transaction(x->worker->db) ? db_commit(x->worker->db) : OK;
}

static enum err
end_transaction(struct exchange *x, enum verdict verdict)
{
	if (verdict == VERDICT_FAIL || verdict == VERDICT_GO_ON)
		return x->response.error != OK ? x->response.error : ERR_INTERNAL;
	if (x->rq.route->tx == TX_WRITE)
		TRY(idempotency_finish(x, verdict));
	return commit(x);
}

static enum err
run_handler_once(struct exchange *x)
{
	const struct route *route = x->rq.route;
	struct tx tx = exchange_tx(x);
	bool is_replay = false;

	if ((route->flags & ROUTE_LIST) != 0)
		db_limit_rows(x->worker->db, PAGE_BYTES_MAX);
	if (route->tx == TX_WRITE || route->tx == TX_READ_SNAPSHOT)
		TRY(db_begin(x->worker->db, route->tx));
	if (route->tx == TX_WRITE)
		TRY(idempotency_begin(x, &is_replay));
	if (is_replay)
		return commit(x);
	return end_transaction(x, route->handler(&x->rq, &tx));
}

static enum err
run_handler(struct exchange *x)
{
	struct arena_mark mark = arena_mark(x->arena);
	const struct response fresh = x->response;
	enum err e;

	for (unsigned run = 1;; run++) {
		e = run_handler_once(x);
		if (e == OK)
			return OK;
		db_rollback(x->worker->db);
		if (!runs_again(e) || run == RUNS_MAX)
			break;
		db_backoff(run);
		x->response = fresh;
		x->response.retries = run;
		arena_rewind(x->arena, mark);
	}
	x->response.error = e;
	return e;
}

/* The try is spent and committed before anything is checked; it is never run again once committed. */
static enum err
run_before(struct exchange *x, bool *ret_goes_on)
{
	struct tx tx = exchange_tx(x);
	enum verdict verdict;
	enum err e;

	TRY(db_begin(x->worker->db, TX_WRITE));
	verdict = x->rq.route->before(&x->rq, &tx);
	*ret_goes_on = verdict == VERDICT_GO_ON;
	if (verdict == VERDICT_FAIL) {
		e = x->response.error != OK ? x->response.error : ERR_INTERNAL;
		db_rollback(x->worker->db);
		return e;
	}
	e = commit(x);
	if (e != OK)
		db_rollback(x->worker->db);
	return e;
}

static enum err
run_before_with_retries(struct exchange *x, bool *ret_goes_on)
{
	struct arena_mark mark = arena_mark(x->arena);
	const struct response fresh = x->response;
	enum err e = OK;

	for (unsigned run = 1; run <= RUNS_MAX; run++) {
		if (run > 1) {
			db_backoff(run);
			x->response = fresh;
			arena_rewind(x->arena, mark);
		}
		e = run_before(x, ret_goes_on);
		if (!runs_again(e))
			return e;
		db_rollback(x->worker->db);
	}
	return e;
}

enum err
pipeline_run(struct exchange *x)
{
	const struct route *route = x->rq.route;
	bool goes_on = true;

	x->rq.scratch = arena_alloc(x->arena, route->scratch_size);
	if (route->before != NULL)
		TRY(run_before_with_retries(x, &goes_on));
	if (!goes_on)
		return x->response.error;
	if (route->work != NULL && route->work(&x->rq) != VERDICT_GO_ON)
		return x->response.error;
	return run_handler(x);
}

/* ---- after it ---- */

/* Rule 37: refused writes are recorded, a bounded number of them. */
void
pipeline_record_refusal(struct exchange *x)
{
	const struct request *rq = &x->rq;
	enum err error = x->response.error;
	const char *target = x->in.path_pairs.count > 0 ? x->in.path_pairs.items[0].value : "";
	struct tx tx;

	if (strlen(target) >= ID_SIZE)
		target = "";	/* refused before its grammar was looked at; no id is so long */

	if (error_info(error)->status != 403 || rq->route == NULL || rq->route->method == GET ||
	    rq->credential.id == NULL || rq->org.id == NULL || !limit_allows_denied_audit(x))
		return;
	tx = exchange_tx(x);
	if (db_begin(x->worker->db, TX_WRITE) != OK)
		return;
	if (record_denied(&tx, rq->org.id, rq->project.id, "route", target, rq->route->id,
			  error_info(error)->code) != OK ||
	    db_commit(x->worker->db) != OK) {
		log_error(ERR_DB, "a refused write couldn't be recorded", rq->route->id);
		db_rollback(x->worker->db);
	}
}

const char *
credential_kind_name(enum credential_kind kind)
{
	static const char *const NAMES[] = {
		[CREDENTIAL_NONE] = "none",
		[CREDENTIAL_SESSION] = "session",
		[CREDENTIAL_PERSONAL_TOKEN] = "personal_token",
		[CREDENTIAL_SERVICE_KEY] = "service_key",
		[CREDENTIAL_PROJECT_USER] = "project_user",
		[CREDENTIAL_OAUTH] = "oauth",
		[CREDENTIAL_PROJECT_TOKEN] = "project_token",
		[CREDENTIAL_CLIENT] = "client",
	};
	return NAMES[kind];
}

static void
count_one(const struct exchange *x, enum stat_kind stat, const char *value)
{
	struct stat_key key;

	if (stat_key_make(&(struct stat_count){ .stat = stat, .project_id = x->rq.project.id, .values = { value } },
			  x->rq.now_ms, &key))
		counters_add(x->worker->counters, &key, 1);
}

/* What every request of a project counts as; what its handler did, that counts by itself (tx_count()). */
static void
count_request(const struct exchange *x)
{
	const struct request *rq = &x->rq;

	if (rq->route == NULL || rq->project.id == NULL)
		return;
	if (is_metered(rq) && x->response.error != ERR_QUOTA_EXCEEDED)
		count_one(x, STAT_REQUESTS, NULL);
	if (rq->credential.kind == CREDENTIAL_SERVICE_KEY || rq->credential.kind == CREDENTIAL_PERSONAL_TOKEN)
		count_one(x, STAT_KEY_USES, rq->credential.id);
	if (x->response.error != OK)
		count_one(x, STAT_ERRORS, error_info(x->response.error)->code);
}

static void
write_log(const struct exchange *x)
{
	const struct request *rq = &x->rq;

	log_access(&(struct log_access){
	    .route_id = rq->route == NULL ? "" : rq->route->id,
	    .method = method_name(x->in.method),
	    .path_pattern = rq->route == NULL ? "" : rq->route->path,
	    .status = x->response.status,
	    .error_code = x->response.error == OK ? NULL : error_info(x->response.error)->code,
	    .error_reason = x->response.reason != NULL  ? x->response.reason
			    : x->response.error == OK ? NULL
						      : error_name(x->response.error),
	    .credential_kind = credential_kind_name(rq->credential.kind),
	    .credential_id = rq->credential.id,
	    .org_id = rq->org.id,
	    .project_id = rq->project.id,
	    .ip = rq->ip_text,
	    .duration_us = clock_monotonic_us() - x->began_us,
	    .statements = db_statement_count(x->worker->db),
	    .retries = x->response.retries,
	});
}

struct actor
request_actor(const struct request *rq)
{
	switch (rq->credential.kind) {
	case CREDENTIAL_SESSION:
		return (struct actor){ "user", rq->user.id, rq->user.email };
	case CREDENTIAL_PROJECT_USER:
	case CREDENTIAL_PROJECT_TOKEN:
		return (struct actor){ "user", rq->user.id, rq->user.label };
	case CREDENTIAL_PERSONAL_TOKEN:
		return (struct actor){ "personal_token", rq->credential.id,
				       arena_printf(rq->arena, "%s (%s)", rq->credential.name, rq->user.email) };
	case CREDENTIAL_SERVICE_KEY:
		return (struct actor){ "service_key", rq->credential.id, rq->credential.name };
	case CREDENTIAL_CLIENT:
		return (struct actor){ "client", rq->credential.id, rq->credential.name };
	case CREDENTIAL_OAUTH:
		return (struct actor){ "oauth", rq->credential.id,
				       arena_printf(rq->arena, "%s (%s)", rq->credential.name, rq->user.email) };
	case CREDENTIAL_NONE:
		break;
	}
	return (struct actor){ "system", rq->id, "" };
}

struct record
request_record(const struct request *rq, enum event event, const char *target_id, const char *target_label)
{
	bool is_project = rq->route->tenant == TENANT_PROJECT || rq->route->tenant == TENANT_PROJECT_IN_PATH;

	return (struct record){
		.event = event,
		.org_id = rq->org.id,
		.project_id = is_project ? rq->project.id : NULL,
		.event_project_id = rq->org.default_project_id,
		.target_id = target_id,
		.target_label = target_label,
	};
}

static void
begin(struct exchange *x, struct worker *worker, struct gateway *gateway)
{
	memset(x, 0, sizeof(*x));
	x->worker = worker;
	x->gateway = gateway;
	x->arena = worker->arena;
	x->began_us = clock_monotonic_us();
	x->in.method_text = "";
	x->in.path = "";
	x->in.query = "";
	x->in.site = SITE_MAIN;
	x->rq.now_ms = clock_now_ms(worker->config);
	x->rq.user_agent = "";
	x->rq.ip_text = "";
	x->rq.config = worker->config;
	x->rq.keyring = worker->keyring;
	x->rq.arena = worker->arena;
	x->rq.console_id = "";
	x->rq.console_client_id = "";
	x->rq.response = &x->response;
	db_use(worker->db, worker->arena, x->rq.now_ms);
}

void
pipeline_serve(struct worker *worker, struct gateway *gateway)
{
	struct exchange x;
	enum err e;

	begin(&x, worker, gateway);
	e = prepare(&x);
	if (x.rq.id == NULL)
		x.rq.id = "req_0000000000000000";	/* no randomness: the answer is a 500 */
	log_set_request(x.rq.id);
	if (e == OK && !x.response.is_replay && !x.response.is_preflight)
		e = pipeline_run(&x);
	if (e != OK)
		response_error(&x, e, NULL, NULL);
	if (error_info(x.response.error)->status >= 500 && x.response.error != OK)
		log_error(x.response.error, "a request failed", x.rq.route == NULL ? "" : x.rq.route->id);
	pipeline_record_refusal(&x);
	response_send(&x);
	count_request(&x);
	write_log(&x);
	metrics_count_request(worker->metrics, x.rq.route, x.response.status, clock_monotonic_us() - x.began_us);
	log_set_request("");
	arena_reset(worker->arena);
}
