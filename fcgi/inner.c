/*
 * A route that runs others for its caller, as the MCP server does: each of them goes the pipeline's way from the tenant on, with the caller's
 * own credential, so that nothing is allowed here that the API would refuse.
 */
#include "fcgi/pipeline.h"

#include <string.h>

#include "lib/encode.h"

struct mcp_headers
request_mcp_headers(const struct request *rq)
{
	const char *const *header = exchange_of(rq)->in.header;

	return (struct mcp_headers){
		.protocol_version = header[HEADER_MCP_PROTOCOL_VERSION],
		.method = header[HEADER_MCP_METHOD],
		.name = header[HEADER_MCP_NAME],
	};
}

const char *
request_stripe_signature(const struct request *rq)
{
	return exchange_of(rq)->in.header[HEADER_STRIPE_SIGNATURE];
}

struct bytes
request_body(const struct request *rq)
{
	const struct exchange *x = exchange_of(rq);

	return x->in.message.data != NULL ? x->in.message : x->in.body;
}

/* ---- as nginx would have handed it over ---- */

static const char *
value_of(struct name_values pairs, const char *name, size_t len)
{
	for (size_t i = 0; i < pairs.count; i++)
		if (strlen(pairs.items[i].name) == len && strncmp(pairs.items[i].name, name, len) == 0)
			return pairs.items[i].value;
	return "";
}

static const char *
path_text(struct arena *arena, const struct inner_call *call)
{
	struct buffer path = buffer_new(arena);

	for (const char *at = call->route->path; *at != '\0';) {
		size_t len = strcspn(at, "{");

		buffer_add(&path, at, len);
		at += len;
		if (*at == '\0')
			break;
		len = strcspn(at, "}");
		buffer_text(&path, percent_encode(arena, value_of(call->path, at + 1, len - 1)));
		at += len + 1;
	}
	return buffer_string(&path);
}

static const char *
query_text(struct arena *arena, struct name_values pairs)
{
	struct buffer query = buffer_new(arena);

	for (size_t i = 0; i < pairs.count; i++)
		buffer_printf(&query, "%s%s=%s", i > 0 ? "&" : "", pairs.items[i].name, percent_encode(arena, pairs.items[i].value));
	return buffer_string(&query);
}

static struct incoming
incoming_of(struct arena *arena, const struct exchange *outer, const struct inner_call *call)
{
	struct incoming in = {
		.method_text = method_name(call->route->method),
		.method = call->route->method,
		.path = path_text(arena, call),
		.query = query_text(arena, call->query),
		.query_pairs = call->query,
		.path_pairs = call->path,
		.accept_language = "",
		.site = SITE_MAIN,
		.pool = outer->in.pool,
	};

	if (call->body != NULL)
		in.body = (struct bytes){ (const uint8_t *)call->body, strlen(call->body) };
	in.header[HEADER_AUTHORIZATION] = outer->in.header[HEADER_AUTHORIZATION];
	in.header[HEADER_X_AUTH_TOKEN] = outer->in.header[HEADER_X_AUTH_TOKEN];
	in.header[HEADER_X_PROJECT_ID] = call->project_id;
	in.header[HEADER_IDEMPOTENCY_KEY] = call->idempotency_key;
	return in;
}

static void
begin(struct exchange *x, const struct exchange *outer, const struct inner_call *call)
{
	const struct request *rq = &outer->rq;

	*x = (struct exchange){
		.worker = outer->worker,
		.arena = outer->arena,
		.in = incoming_of(outer->arena, outer, call),
		.is_inner = true,
		.began_us = outer->began_us,
		.rq = {
			.route = call->route,
			.now_ms = rq->now_ms,
			.id = rq->id,
			.site = SITE_MAIN,
			.ip_text = rq->ip_text,
			.user_agent = rq->user_agent,
			.config = rq->config,
			.keyring = rq->keyring,
			.arena = rq->arena,
			.console_id = "",
			.console_client_id = "",
		},
	};
	memcpy(x->rq.ip, rq->ip, sizeof(x->rq.ip));
	x->rq.response = &x->response;
}

/* ---- on its way ---- */

static enum err
prepare(struct exchange *x)
{
	if (x->rq.route->pool != x->worker->pool)
		return ERR_NOT_FOUND;
	TRY(headers_read_tenant(x));
	TRY(authenticate(x));
	TRY(limit_by_credential(x));
	TRY(tenant_resolve(x));
	TRY(permission_check(x));
	TRY(quota_of_stage(x, STAT_TOOL_CALLS));
	return input_parse(x);
}

/* A refusal of the quota doesn't count; whatever else it came to was a call. */
static void
count(struct exchange *x)
{
	struct tx tx = exchange_tx(x);

	if (x->rq.project.id != NULL && x->response.error != ERR_QUOTA_EXCEEDED)
		tx_count(&tx, &(struct stat_count){ .stat = STAT_TOOL_CALLS, .project_id = x->rq.project.id });
}

struct inner_answer
request_run(const struct request *rq, const struct inner_call *call)
{
	struct exchange *x = arena_alloc(rq->arena, sizeof(*x));
	enum err e;

	begin(x, exchange_of(rq), call);
	e = prepare(x);
	if (e == OK)
		e = pipeline_run(x);
	if (e != OK)
		response_error(x, e, NULL, NULL);
	pipeline_record_refusal(x);
	count(x);
	response_render(x);
	return (struct inner_answer){
		.error = x->response.error,
		.status = x->response.status,
		.body = x->response.body,
		.message = x->response.message,
		.challenge = x->response.challenge,
	};
}
