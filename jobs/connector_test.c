/*
 * Plays a client of an MCP server, step by step, and writes down what it met (oauth.md 4.2). First without a token, to where somebody has to
 * sign in; then, with what the authorization server answered them, to the token and the tools. Each call is bounded, and so are all together.
 */
#include "jobs/connector_test.h"

#include <string.h>

#include "lib/encode.h"
#include "lib/jose.h"
#include "lib/secrets.h"
#include "lib/text.h"
#include "sys/system.h"

#define WALK_MS	   (25 * SECOND_MS)
#define REVISION   "2025-06-18"
#define CLIENT_INFO "\"clientInfo\":{\"name\":\"" CONNECTOR_CLIENT_NAME "\",\"version\":\"1\"}"
#define INITIALIZE                                                                                                             \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"" REVISION                  \
	"\",\"capabilities\":{}," CLIENT_INFO "}}"
#define INITIALIZED "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"
#define LIST_TOOLS  "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}"
#define FORM_TYPE   "Content-Type: application/x-www-form-urlencoded"
#define JSON_TYPE   "Content-Type: application/json"

struct walk {
	struct hops hops;
	struct call *call;
	const char *id, *url, *redirect_uri;
	const char *status;			/* when it has come to its end */
	const char *sign_in_url, *memory;	/* when somebody has to sign in; NULL otherwise */
	const char *scope;			/* to ask for; NULL: none */
	struct connector_resource resource;
	struct connector_server server;
	struct connector_client client;
	const char *verifier, *state;
};

/* ---- up to the sign-in ---- */

static bool
ask_without_token(struct walk *walk, struct connector_challenge *ret)
{
	struct hop hop = { .step = "challenge",
			   .method = "POST",
			   .url = walk->url,
			   .headers = { JSON_TYPE, "Accept: application/json, text/event-stream" },
			   .body = INITIALIZE };
	bool goes_on = hop_visit(&walk->hops, &hop) &&
		       connector_judge_challenge(walk->hops.arena, hop.answer.status, hop_header(&walk->hops, &hop, "www-authenticate"),
						 &hop.findings, ret);

	hop_end(&walk->hops, &hop);
	return goes_on;
}

/* The first of these addresses where something stands; those before it are shown as absent. hop->answered says whether there is one. */
static bool
find_document(struct walk *walk, struct strings urls, enum connector_fault none, struct hop *hop)
{
	const struct hop like = *hop;

	for (size_t i = 0; i < urls.count; i++) {
		*hop = like;
		hop->url = urls.items[i];
		if (!hop_visit(&walk->hops, hop))
			return false;
		if (hop->answer.status == 200)
			return true;
		hop->is_absent = i + 1 < urls.count;
		if (!hop->is_absent)
			connector_find(&hop->findings, none, arena_printf(walk->hops.arena, "Status %ld", hop->answer.status));
		else
			hop_end(&walk->hops, hop);
	}
	return false;
}

static bool
read_resource(struct walk *walk, const struct connector_challenge *challenge)
{
	struct arena *arena = walk->hops.arena;
	struct hop hop = { .step = "resource", .method = "GET", .headers = { "Accept: application/json" } };
	struct strings urls = challenge->metadata_url != NULL ? (struct strings){ &challenge->metadata_url, 1 }
							      : connector_resource_metadata_urls(arena, walk->url);
	bool goes_on = find_document(walk, urls, CONNECTOR_NO_RESOURCE_METADATA, &hop) &&
		       connector_judge_resource(arena, walk->url, hop.json, &hop.findings, &walk->resource);

	hop_end(&walk->hops, &hop);
	walk->scope = challenge->scope != NULL ? challenge->scope : walk->resource.scope;
	return goes_on;
}

static bool
read_server(struct walk *walk)
{
	struct arena *arena = walk->hops.arena;
	struct hop hop = { .step = "server", .method = "GET", .headers = { "Accept: application/json" } };
	bool goes_on = find_document(walk, connector_server_metadata_urls(arena, walk->resource.issuer), CONNECTOR_NO_SERVER_METADATA, &hop) &&
		       connector_judge_server(walk->resource.issuer, hop.json, &hop.findings, &walk->server);

	hop_end(&walk->hops, &hop);
	return goes_on;
}

static const char *
registration_body(struct walk *walk)
{
	struct buffer body = buffer_new(walk->hops.arena);

	buffer_text(&body, "{\"client_name\":\"" CONNECTOR_CLIENT_NAME "\",\"redirect_uris\":[");
	buffer_json_string(&body, walk->redirect_uri);
	buffer_text(&body, "],\"grant_types\":[\"authorization_code\"],\"response_types\":[\"code\"],"
			   "\"token_endpoint_auth_method\":\"none\"}");
	return buffer_string(&body);
}

/* It is the server that reads the document, once somebody signs in. */
static bool
be_document(struct walk *walk)
{
	struct hop hop = { .step = "document", .method = "GET", .was_asked = true };

	hop.url = connector_client_url(walk->hops.arena, walk->call->worker->config);
	walk->client.client_id = hop.url;
	hop_end(&walk->hops, &hop);
	return true;
}

/* A registration works wherever this installation stands; a document only where the server can call it. */
static bool
become_client(struct walk *walk)
{
	struct hop hop = { .step = "registration",
			   .method = "POST",
			   .url = walk->server.registration_endpoint,
			   .headers = { JSON_TYPE, "Accept: application/json" },
			   .body = registration_body(walk) };

	if (hop.url == NULL)
		return be_document(walk);
	bool goes_on = hop_visit(&walk->hops, &hop) &&
		       connector_judge_registration(walk->hops.arena, hop.answer.status, hop.json, &hop.findings, &walk->client);
	hops_hide(&walk->hops, walk->client.client_secret);
	hops_hide(&walk->hops, walk->client.management_token);
	hop_end(&walk->hops, &hop);
	return goes_on;
}

static const char *
authorization_url(const struct walk *walk)
{
	struct arena *arena = walk->hops.arena;
	const struct bytes digest = sha256_bytes(arena, walk->verifier, strlen(walk->verifier));
	const struct name_value pairs[] = {
		{ "response_type", "code" },
		{ "client_id", walk->client.client_id },
		{ "redirect_uri", walk->redirect_uri },
		{ "state", walk->state },
		{ "code_challenge", base64url_encode(arena, digest) },
		{ "code_challenge_method", "S256" },
		{ "resource", walk->resource.resource },
		{ "scope", walk->scope },
	};

	return oauth_answer_url(arena, walk->server.authorization_endpoint, pairs, ARRAY_LEN(pairs));
}

static bool
make_secrets(struct walk *walk)
{
	const char *noise;

	if (secret_make_cookie(walk->hops.arena, &walk->verifier) != OK || secret_make_cookie(walk->hops.arena, &noise) != OK)
		return false;
	walk->state = arena_printf(walk->hops.arena, "%s.%s.%s", walk->call->project_id, walk->id, noise);
	hops_hide(&walk->hops, walk->verifier);
	hops_hide(&walk->hops, noise);
	return true;
}

/* As a browser in which nobody has signed in. */
static bool
try_to_authorize(struct walk *walk)
{
	struct hop hop = { .step = "authorization", .method = "GET", .url = authorization_url(walk), .headers = { "Accept: text/html" } };
	bool goes_on = hop_visit(&walk->hops, &hop) &&
		       connector_judge_authorize(walk->hops.arena, hop.answer.status, hop_header(&walk->hops, &hop, "location"), walk->redirect_uri,
						 &hop.findings);

	if (goes_on)
		walk->sign_in_url = hop.url;
	hop_end(&walk->hops, &hop);
	return goes_on;
}

/* What the second part has to know; NULL members are left out. */
static const char *
memory_of(const struct walk *walk)
{
	const struct name_value pairs[] = {
		{ "state", walk->state },
		{ "verifier", walk->verifier },
		{ "resource", walk->resource.resource },
		{ "issuer", walk->server.issuer },
		{ "says_issuer", walk->server.says_issuer ? "yes" : NULL },
		{ "token_endpoint", walk->server.token_endpoint },
		{ "client_id", walk->client.client_id },
		{ "client_secret", walk->client.client_secret },
		{ "management_url", walk->client.management_url },
		{ "management_token", walk->client.management_token },
	};
	struct buffer memory = buffer_new(walk->hops.arena);

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		if (pairs[i].value == NULL)
			continue;
		buffer_char(&memory, memory.len == 0 ? '{' : ',');
		buffer_json_string(&memory, pairs[i].name);
		buffer_char(&memory, ':');
		buffer_json_string(&memory, pairs[i].value);
	}
	buffer_char(&memory, '}');
	return buffer_string(&memory);
}

/* What was registered for the test goes again, where the server lets it (RFC 7592 section 2.3). */
static void
leave(struct walk *walk)
{
	struct hop hop = { .step = "leaving", .method = "DELETE", .url = walk->client.management_url };

	if (hop.url == NULL || walk->client.management_token == NULL)
		return;
	hop.headers[0] = arena_printf(walk->hops.arena, "Authorization: Bearer %s", walk->client.management_token);
	(void)hop_visit(&walk->hops, &hop);
	hop_end(&walk->hops, &hop);
}

static void
walk_to_sign_in(struct walk *walk)
{
	struct connector_challenge challenge;
	bool is_client = false;

	walk->status = "failed";
	if (!ask_without_token(walk, &challenge) || !read_resource(walk, &challenge) || !read_server(walk))
		return;
	is_client = become_client(walk);
	if (is_client && make_secrets(walk) && try_to_authorize(walk)) {
		walk->memory = memory_of(walk);
		walk->status = "waiting";
		return;
	}
	if (is_client)
		leave(walk);
}

/* ---- after it ---- */

static void
form_add(struct buffer *form, const char *name, const char *value)
{
	if (value != NULL)
		buffer_printf(form, "%s%s=%s", form->len > 0 ? "&" : "", name, percent_encode(form->arena, value));
}

static bool
get_token(struct walk *walk, const char *code, const char **ret_token)
{
	struct arena *arena = walk->hops.arena;
	struct buffer form = buffer_new(arena);
	struct hop hop = { .step = "token",
			   .method = "POST",
			   .url = walk->server.token_endpoint,
			   .headers = { FORM_TYPE, "Accept: application/json" },
			   .holds_secrets = true };

	form_add(&form, "grant_type", "authorization_code");
	form_add(&form, "code", code);
	form_add(&form, "redirect_uri", walk->redirect_uri);
	form_add(&form, "client_id", walk->client.client_id);
	form_add(&form, "client_secret", walk->client.client_secret);
	form_add(&form, "code_verifier", walk->verifier);
	form_add(&form, "resource", walk->resource.resource);
	hops_hide(&walk->hops, percent_encode(arena, code));
	if (walk->client.client_secret != NULL)
		hops_hide(&walk->hops, percent_encode(arena, walk->client.client_secret));
	hop.body = buffer_string(&form);
	bool goes_on = hop_visit(&walk->hops, &hop) &&
		       connector_judge_token(arena, walk->resource.resource, hop.answer.status, hop_header(&walk->hops, &hop, "cache-control"),
					     hop.json, &hop.findings, ret_token);
	if (goes_on)
		hops_hide(&walk->hops, *ret_token);
	hop_end(&walk->hops, &hop);
	return goes_on;
}

/* A call of the protocol with the token; *session is the server's, once it has named one ("" before). */
static bool
call_tool_server(struct walk *walk, const char *step, const char *token, const char *body, const char **session)
{
	struct arena *arena = walk->hops.arena;
	const struct json *result;
	struct hop hop = {
		.step = step,
		.method = "POST",
		.url = walk->url,
		.headers = { JSON_TYPE, "Accept: application/json, text/event-stream", arena_printf(arena, "Authorization: Bearer %s", token),
			     "MCP-Protocol-Version: " REVISION },
		.body = body,
	};

	if ((*session)[0] != '\0')
		hop.headers[4] = arena_printf(arena, "Mcp-Session-Id: %s", *session);
	bool goes_on = hop_visit(&walk->hops, &hop);
	if (goes_on && strcmp(body, INITIALIZED) != 0)
		goes_on = connector_judge_call(arena, hop.answer.status, hop_header(&walk->hops, &hop, "www-authenticate"), hop.json, &hop.findings,
					       &result);
	if (goes_on && (*session)[0] == '\0') {
		*session = hop_header(&walk->hops, &hop, "mcp-session-id");
		hops_hide(&walk->hops, *session);
	}
	hop_end(&walk->hops, &hop);
	return goes_on;
}

static void
walk_on(struct walk *walk, const struct connector_answer *answer)
{
	struct hop hop = { .step = "answer", .method = "GET", .url = walk->redirect_uri };
	const char *token, *session = "";

	walk->status = "failed";
	bool goes_on = connector_judge_answer(walk->hops.arena, &walk->server, answer, &hop.findings);
	hop_end(&walk->hops, &hop);
	if (goes_on && get_token(walk, answer->code, &token) && call_tool_server(walk, "initialize", token, INITIALIZE, &session) &&
	    call_tool_server(walk, "initialized", token, INITIALIZED, &session) && call_tool_server(walk, "tools", token, LIST_TOOLS, &session))
		walk->status = walk->hops.has_failed ? "failed" : "passed";
	leave(walk);
}

static void
recall(struct walk *walk, const struct json *memory)
{
	walk->state = json_text(memory, "state");
	walk->verifier = json_text(memory, "verifier");
	walk->resource.resource = json_text(memory, "resource");
	walk->server = (struct connector_server){
		.issuer = json_text(memory, "issuer"),
		.says_issuer = json_text(memory, "says_issuer") != NULL,
		.token_endpoint = json_text(memory, "token_endpoint"),
	};
	walk->client = (struct connector_client){
		.client_id = json_text(memory, "client_id"),
		.client_secret = json_text(memory, "client_secret"),
		.management_url = json_text(memory, "management_url"),
		.management_token = json_text(memory, "management_token"),
	};
	hops_hide(&walk->hops, walk->verifier);
	hops_hide(&walk->hops, walk->client.client_secret);
	hops_hide(&walk->hops, walk->client.management_token);
}

/* ---- writing down ---- */

static const char *
report_of(struct walk *walk)
{
	struct buffer report = buffer_new(walk->hops.arena);

	buffer_text(&report, "{\"sign_in_url\":");
	buffer_json_string(&report, walk->sign_in_url);
	buffer_printf(&report, ",\"hops\":[%s]}", buffer_string(&walk->hops.shown));
	return buffer_string(&report);
}

static enum err
finish(struct call *call, struct tx *tx)
{
	struct walk *walk = call->found;

	if (walk->memory != NULL)
		TRY(connector_memory_write(tx, call->project_id, walk->id, walk->memory));
	else
		TRY(connector_memory_drop(tx, call->project_id, walk->id));
	return q_connector_test_write(tx->db,
				      &(struct q_connector_test_write){
					  .project_id = call->project_id,
					  .id = walk->id,
					  .status = walk->status,
					  .report = report_of(walk),
				      },
				      NULL);
}

/* The hops of the first part, as they were shown; what failed there without ending it counts in the end. */
static enum err
take_up(struct walk *walk, const char *text)
{
	struct json report;

	TRY(json_parse(walk->hops.arena, text, strlen(text), &report, NULL));
	const struct json *hops = json_member(&report, "hops");
	for (size_t i = 0; hops != NULL && i < hops->count; i++) {
		const char *verdict = json_text(&hops->items[i], "verdict");

		walk->hops.has_failed |= verdict != NULL && strcmp(verdict, "failed") == 0;
		hops_add(&walk->hops, &hops->items[i]);
	}
	return OK;
}

static enum err
do_walk(struct walk *walk, struct tx *tx, const struct connector_test_row *row)
{
	const struct call *call = walk->call;
	const struct connector_answer answer = {
		.code = call_text(call, "code"),
		.iss = call_text(call, "iss"),
		.error = call_text(call, "error"),
		.error_description = call_text(call, "error_description"),
	};
	struct json memory;

	if (row->report == NULL) {
		walk_to_sign_in(walk);
		return OK;
	}
	TRY(take_up(walk, row->report));
	TRY(connector_memory_read(tx, call->project_id, walk->id, &memory));
	recall(walk, &memory);
	walk_on(walk, &answer);
	return OK;
}

enum err
call_connector_test(struct call *call)
{
	struct walk *walk = ARENA_NEW(call->worker->arena, struct walk);
	struct tx tx = job_tx(call->worker);
	struct connector_test_row row;

	walk->call = call;
	walk->id = call_text(call, "id");
	if (walk->id == NULL)
		return OK;
	enum err e = connector_test_read(&tx, call->project_id, walk->id, &row);
	if (e != OK)
		return e == ERR_NO_ROW ? OK : e;
	walk->url = arena_strndup(tx.arena, (const char *)row.url.data, row.url.len);
	walk->redirect_uri = connector_redirect_uri(tx.arena, tx.config);
	walk->hops = hops_begin(call->worker, clock_monotonic_ms() + WALK_MS);
	e = do_walk(walk, &tx, &row);
	if (e != OK)
		return e == ERR_NO_ROW ? OK : e;
	call->finish = finish;
	call->found = walk;
	return OK;
}
