/*
 * POST /mcp (oauth.md section 4.3, rules 42 to 45): the Model Context Protocol over one JSON-RPC message a request, in its stateless revision
 * (2026-07-28: every request says what it speaks, in a header and in _meta) and the older ones as far as they need no session.
 */
#include "handlers/routes.h"

#include <string.h>

#include "handlers/mcp/tools.h"
#include "lib/encode.h"

#define MODERN	       "2026-07-28"
#define NEWEST_LEGACY  "2025-11-25"
#define CACHE_MS       "300000"
#define META_VERSION   "io.modelcontextprotocol/protocolVersion"
#define META_CAPABLE   "io.modelcontextprotocol/clientCapabilities"
#define META_SERVER    "io.modelcontextprotocol/serverInfo"
#define BODY_BYTES_MAX (256 * (size_t)1024)

/* JSON-RPC 2.0 section 5.1, and MCP's own. */
#define PARSE_ERROR	    (-32700)
#define INVALID_REQUEST	    (-32600)
#define METHOD_NOT_FOUND    (-32601)
#define INVALID_PARAMS	    (-32602)
#define HEADER_MISMATCH	    (-32020)
#define UNSUPPORTED_VERSION (-32022)

static const char *const VERSIONS[] = { MODERN, NEWEST_LEGACY, "2025-06-18", "2025-03-26" };

struct mcp_input {
	struct {
		bool tools, profile;
	} has;
	const char *tools, *profile;
};

static const struct field mcp_input_fields[] = {
	IN_STRING(struct mcp_input, tools, .in = IN_QUERY, .max = 255,
		  .description = "Groups of tools with commas between: projects, users, clients, audit; all when absent"),
	IN_STRING(struct mcp_input, profile, .in = IN_QUERY, .max = 16, .description = "core, or all to have the sensitive tools, too"),
	FIELDS_END,
};

/* One message on its way. */
struct call {
	const struct request *rq;
	struct tool_filter filter;
	struct json message;
	const struct json *id;		/* text or number; NULL: a notification */
	const char *method;
	const struct json *params;	/* an object or NULL */
	bool is_modern;
};

/* ---- answers ---- */

static struct buffer
begin_answer(const struct call *call)
{
	struct buffer b = buffer_new(call->rq->arena);

	buffer_text(&b, "{\"jsonrpc\":\"2.0\",\"id\":");
	if (call->id != NULL)
		json_render(&b, call->id);
	else
		buffer_text(&b, "null");
	return b;
}

/* data: more members of the error as JSON text, or NULL. */
static enum verdict
answer_error_with(const struct call *call, unsigned status, int code, const char *message, const char *data)
{
	struct buffer b = begin_answer(call);

	buffer_printf(&b, ",\"error\":{\"code\":%d,\"message\":", code);
	buffer_json_string(&b, message);
	if (data != NULL)
		buffer_printf(&b, ",\"data\":%s", data);
	buffer_text(&b, "}}");
	request_reason(call->rq, message);
	return reply_json(call->rq, status, &b);
}

static enum verdict
answer_error(const struct call *call, unsigned status, int code, const char *message)
{
	return answer_error_with(call, status, code, message, NULL);
}

static const char SERVER_INFO[] = "{\"name\":\"gatehouse\",\"title\":\"Gatehouse\",\"version\":\"" PACKAGE_VERSION "\"}";

/* members: of the result, as JSON text without braces. A modern one says what it is; a list how long it may be kept. */
static enum verdict
answer(const struct call *call, const char *members, bool is_kept)
{
	struct buffer b = begin_answer(call);
	const char *separator = members[0] != '\0' ? "," : "";

	buffer_printf(&b, ",\"result\":{%s", members);
	if (call->is_modern) {
		buffer_printf(&b, "%s\"resultType\":\"complete\",\"_meta\":{\"" META_SERVER "\":%s}", separator, SERVER_INFO);
		if (is_kept)
			buffer_text(&b, ",\"ttlMs\":" CACHE_MS ",\"cacheScope\":\"private\"");
	}
	buffer_text(&b, "}}");
	return reply_json(call->rq, 200, &b);
}

/* ---- which revision ---- */

static const char *
meta_text(const struct call *call, const char *name)
{
	const struct json *meta = call->params != NULL ? json_member(call->params, "_meta") : NULL;
	const struct json *member = meta != NULL && meta->type == JSON_OBJECT ? json_member(meta, name) : NULL;

	return member != NULL && member->type == JSON_STRING ? member->string : NULL;
}

static bool
has_capabilities(const struct call *call)
{
	const struct json *meta = call->params != NULL ? json_member(call->params, "_meta") : NULL;
	const struct json *member = meta != NULL && meta->type == JSON_OBJECT ? json_member(meta, META_CAPABLE) : NULL;

	return member != NULL && member->type == JSON_OBJECT;
}

static bool
is_supported(const char *version)
{
	for (size_t i = 0; i < ARRAY_LEN(VERSIONS); i++)
		if (strcmp(VERSIONS[i], version) == 0)
			return true;
	return false;
}

static bool
is_legacy(const char *version)
{
	return is_supported(version) && strcmp(version, MODERN) != 0;
}

static const char *
versions_json(struct arena *arena)
{
	struct buffer b = buffer_new(arena);

	for (size_t i = 0; i < ARRAY_LEN(VERSIONS); i++) {
		buffer_char(&b, i == 0 ? '[' : ',');
		buffer_json_string(&b, VERSIONS[i]);
	}
	buffer_char(&b, ']');
	return buffer_string(&b);
}

static enum verdict
answer_unsupported(const struct call *call, const char *requested)
{
	struct buffer data = buffer_new(call->rq->arena);

	buffer_printf(&data, "{\"supported\":%s,\"requested\":", versions_json(call->rq->arena));
	buffer_json_string(&data, requested);
	buffer_char(&data, '}');
	return answer_error_with(call, 400, UNSUPPORTED_VERSION, "Unsupported protocol version", buffer_string(&data));
}

/* "=?base64?…?=" is how a header carries what it otherwise couldn't. NULL: neither that nor plain. */
static const char *
header_text(struct arena *arena, const char *value)
{
	static const char START[] = "=?base64?", END[] = "?=";
	size_t len = strlen(value), around = strlen(START) + strlen(END);
	struct bytes octets;

	if (len < around || strncmp(value, START, strlen(START)) != 0 || strcmp(value + len - strlen(END), END) != 0)
		return value;
	if (!base64_decode(arena, value + strlen(START), len - around, &octets))
		return NULL;
	return arena_strndup(arena, (const char *)octets.data, octets.len);
}

/* Rule 44: what stands in the headers for those on the way must be what the message says. */
static bool
headers_agree(const struct call *call, struct mcp_headers headers)
{
	const struct json *name = call->params != NULL ? json_member(call->params, "name") : NULL;

	if (headers.method == NULL || strcmp(headers.method, call->method) != 0)
		return false;
	if (strcmp(call->method, "tools/call") != 0)
		return true;
	const char *said = headers.name != NULL ? header_text(call->rq->arena, headers.name) : NULL;
	return said != NULL && name != NULL && name->type == JSON_STRING && strcmp(said, name->string) == 0;
}

/* VERDICT_GO_ON: it is good. */
static enum verdict
judge_modern(const struct call *call, struct mcp_headers headers)
{
	const char *version = meta_text(call, META_VERSION);

	if (version == NULL || !has_capabilities(call))
		return answer_error(call, 400, INVALID_PARAMS, "_meta needs " META_VERSION " and " META_CAPABLE);
	if (headers.protocol_version == NULL || strcmp(headers.protocol_version, version) != 0)
		return answer_error(call, 400, HEADER_MISMATCH, "MCP-Protocol-Version must be there and equal to that of _meta");
	if (!is_supported(version))
		return answer_unsupported(call, version);
	if (!headers_agree(call, headers))
		return answer_error(call, 400, HEADER_MISMATCH, "Mcp-Method, and of tools/call Mcp-Name, must be there and as in the message");
	return go_on(call->rq);
}

/* A message without a word about itself is of the time when there was none. */
static enum verdict
judge_revision(struct call *call)
{
	struct mcp_headers headers = request_mcp_headers(call->rq);
	const char *in_meta = meta_text(call, META_VERSION);

	if (headers.protocol_version == NULL && in_meta == NULL)
		return go_on(call->rq);
	if (headers.protocol_version != NULL && is_legacy(headers.protocol_version) && in_meta == NULL)
		return go_on(call->rq);
	call->is_modern = true;
	return judge_modern(call, headers);
}

/* ---- methods ---- */

static enum verdict
discover(const struct call *call)
{
	const char *members = arena_printf(call->rq->arena,
					   "\"supportedVersions\":%s,\"capabilities\":{\"tools\":{}},"
					   "\"instructions\":\"Tools to look after the organization's projects and their users in Gatehouse.\"",
					   versions_json(call->rq->arena));

	return answer(call, members, true);
}

static enum verdict
initialize(const struct call *call)
{
	const struct json *asked = call->params != NULL ? json_member(call->params, "protocolVersion") : NULL;
	bool is_known = asked != NULL && asked->type == JSON_STRING && is_legacy(asked->string);
	const char *members = arena_printf(call->rq->arena, "\"protocolVersion\":\"%s\",\"capabilities\":{\"tools\":{}},\"serverInfo\":%s",
					   is_known ? asked->string : NEWEST_LEGACY, SERVER_INFO);

	return answer(call, members, false);
}

static enum verdict
ping(const struct call *call)
{
	return answer(call, "", false);
}

static enum verdict
list_tools(const struct call *call)
{
	struct buffer members = buffer_new(call->rq->arena);

	buffer_text(&members, "\"tools\":");
	tools_list(call->rq, &call->filter, &members);
	return answer(call, buffer_string(&members), true);
}

/* The API's own answer, as text for the model and as it is for programs. */
static enum verdict
answer_tool(const struct call *call, const char *body, bool is_error)
{
	struct buffer members = buffer_new(call->rq->arena);

	buffer_text(&members, "\"content\":[{\"type\":\"text\",\"text\":");
	buffer_json_string(&members, body != NULL ? body : "Done.");
	buffer_text(&members, "}]");
	if (body != NULL && !is_error)
		buffer_printf(&members, ",\"structuredContent\":%s", body);
	buffer_printf(&members, ",\"isError\":%s", is_error ? "true" : "false");
	return answer(call, buffer_string(&members), false);
}

static enum verdict
answer_missing(const struct call *call, const char *name)
{
	struct buffer body = buffer_new(call->rq->arena);
	struct field_errors errors = { .count = 0 };

	field_errors_add(&errors, call->rq->arena, name, "required", "It is missing.");
	buffer_printf(&body, "{\"error\":{\"code\":\"%s\",\"message\":", error_info(ERR_VALIDATION_FAILED)->code);
	buffer_json_string(&body, error_info(ERR_VALIDATION_FAILED)->title);
	buffer_printf(&body, ",\"details\":%s},\"request_id\":\"%s\"}", field_errors_details(call->rq->arena, &errors), call->rq->id);
	return answer_tool(call, buffer_string(&body), true);
}

/* Rule 45. What the token lacks is said to the client, which can ask its person for more (rule 42); everything else to the model. */
static enum verdict
call_tool(const struct call *call)
{
	const struct json *name = call->params != NULL ? json_member(call->params, "name") : NULL;
	const struct json *arguments = call->params != NULL ? json_member(call->params, "arguments") : NULL;
	const struct tool *tool =
	    name != NULL && name->type == JSON_STRING ? tool_find(call->rq, &call->filter, name->string) : NULL;
	struct inner_call inner;
	const char *missing;

	if (tool == NULL)
		return answer_error(call, 200, INVALID_PARAMS, "There is no such tool");
	if (arguments != NULL && arguments->type != JSON_OBJECT)
		return answer_error(call, 200, INVALID_PARAMS, "arguments must be an object");
	if (!tool_arguments(call->rq, tool, arguments, &inner, &missing))
		return answer_missing(call, missing);
	struct inner_answer done = request_run(call->rq, &inner);
	if (done.challenge != NULL && done.error == ERR_INSUFFICIENT_SCOPE) {
		reply_challenge(call->rq, done.challenge);
		return fail(call->rq, done.error, "%s", done.message);
	}
	return answer_tool(call, done.body, done.error != OK);
}

static const struct {
	const char *name;
	enum verdict (*run)(const struct call *);
	bool is_modern, is_legacy;
} METHODS[] = {
	{ "server/discover", discover, true, false }, { "tools/list", list_tools, true, true }, { "tools/call", call_tool, true, true },
	{ "initialize", initialize, false, true },    { "ping", ping, false, true },
};

static enum verdict
dispatch(const struct call *call)
{
	for (size_t i = 0; i < ARRAY_LEN(METHODS); i++)
		if (strcmp(METHODS[i].name, call->method) == 0 && (call->is_modern ? METHODS[i].is_modern : METHODS[i].is_legacy))
			return METHODS[i].run(call);
	return answer_error(call, call->is_modern ? 404 : 200, METHOD_NOT_FOUND, "There is no such method");
}

/* ---- the message ---- */

/* False: it is no JSON-RPC request. */
static bool
take_message(struct call *call)
{
	const struct json *version = json_member(&call->message, "jsonrpc"), *method = json_member(&call->message, "method");
	const struct json *id = json_member(&call->message, "id"), *params = json_member(&call->message, "params");

	if (id != NULL && id->type != JSON_STRING && id->type != JSON_INT)
		return false;
	call->id = id;
	if (version == NULL || version->type != JSON_STRING || strcmp(version->string, "2.0") != 0 || method == NULL ||
	    method->type != JSON_STRING || (params != NULL && params->type != JSON_OBJECT))
		return false;
	call->method = method->string;
	call->params = params;
	return true;
}

static enum verdict
mcp(const struct request *rq, struct tx *tx)
{
	const struct mcp_input *in = rq->input;
	struct bytes body = request_body(rq);
	struct call call = { .rq = rq };

	(void)tx;
	if (json_parse(rq->arena, (const char *)body.data, body.len, &call.message, NULL) != OK)
		return answer_error(&call, 400, PARSE_ERROR, "The body isn't JSON");
	if (call.message.type != JSON_OBJECT || !take_message(&call))
		return answer_error(&call, 400, INVALID_REQUEST, "The body isn't one JSON-RPC request");
	if (!tool_filter_parse(in->tools, in->profile, &call.filter))
		return answer_error(&call, 400, INVALID_PARAMS, "?tools= or ?profile= holds a word that isn't known");
	enum verdict verdict = judge_revision(&call);
	if (verdict != VERDICT_GO_ON)
		return verdict;
	if (call.id == NULL)
		return reply_json(rq, 202, NULL);	/* a notification; there is nothing to do about any */
	return dispatch(&call);
}

const struct route mcp_routes[] = {
	{
	    .id = "mcp",
	    .method = POST,
	    .path = "/mcp",
	    .summary = "Call tools by the Model Context Protocol",
	    .description = "One JSON-RPC message a request; answers are JSON.",
	    .auth = AUTH_PERSONAL_TOKEN | AUTH_SERVICE_KEY | AUTH_OAUTH,
	    .tx = TX_NONE,
	    .flags = ROUTE_MCP | ROUTE_CORS | ROUTE_NO_IDEMPOTENCY,
	    .body_bytes_max = BODY_BYTES_MAX,
	    INPUT(struct mcp_input, mcp_input_fields),
	    .handler = mcp,
	},
	ROUTES_END,
};
