/*
 * One call of a test of a connector: made within its bounds, and shown without secrets.
 */
#include "jobs/connector_test.h"

#include <string.h>

#include "lib/text.h"
#include "sys/system.h"

#define HOP_MS		(5 * SECOND_MS)
#define ANSWER_MAX	((size_t)64 * 1024)
#define SHOWN_MAX	4000
#define NOT_IN_TIME	"The test has a time of its own, and it is over."

struct hops
hops_begin(const struct job_worker *worker, int64_t deadline_ms)
{
	return (struct hops){ .arena = worker->arena, .worker = worker, .deadline_ms = deadline_ms, .shown = buffer_new(worker->arena) };
}

void
hops_hide(struct hops *hops, const char *secret)
{
	if (secret != NULL && secret[0] != '\0' && hops->hidden_count < HIDDEN_MAX)
		hops->hidden[hops->hidden_count++] = secret;
}

static void
separate(struct hops *hops)
{
	if (hops->shown.len > 0)
		buffer_char(&hops->shown, ',');
}

void
hops_add(struct hops *hops, const struct json *shown)
{
	separate(hops);
	json_render(&hops->shown, shown);
}

/* ---- asking ---- */

static void
read_json(struct hops *hops, struct hop *hop)
{
	const char *text = connector_event_data(hops->arena, hop->answer.content_type, hop->answer.body);
	struct json *json = ARENA_NEW(hops->arena, struct json);

	if (json_parse(hops->arena, text, strlen(text), json, NULL) == OK && json->type == JSON_OBJECT)
		hop->json = json;
}

bool
hop_visit(struct hops *hops, struct hop *hop)
{
	int64_t begun_ms = clock_monotonic_ms(), left_ms = hops->deadline_ms - begun_ms;
	struct fetch_request request = {
		.method = hop->method,
		.url = hop->url,
		.body = { (const uint8_t *)hop->body, hop->body != NULL ? strlen(hop->body) : 0 },
		.answer_bytes_max = ANSWER_MAX,
		.timeout_ms = left_ms < HOP_MS ? left_ms : HOP_MS,
		.is_strict = true,
		.heartbeat = hops->worker->heartbeat,
	};
	const char *reason = NULL;

	hop->was_asked = true;
	if (left_ms <= 0) {
		connector_find(&hop->findings, CONNECTOR_UNREACHABLE, NOT_IN_TIME);
		return false;
	}
	for (size_t i = 0; i < HOP_HEADERS_MAX && hop->headers[i] != NULL; i++)
		request.headers[i] = hop->headers[i];
	enum fetch_result result = fetch(hops->arena, hops->worker->config, &request, &hop->answer, &reason);
	hop->took_ms = clock_monotonic_ms() - begun_ms;
	hop->is_answered = result == FETCH_ANSWERED;
	if (hop->is_answered)
		read_json(hops, hop);
	else
		connector_find(&hop->findings, result == FETCH_NOT_ALLOWED ? CONNECTOR_NOT_ALLOWED : CONNECTOR_UNREACHABLE, reason);
	return hop->is_answered;
}

const char *
hop_header(const struct hops *hops, const struct hop *hop, const char *name)
{
	return fetch_header(hops->arena, &hop->answer, name);
}

/* ---- showing ---- */

static void
add_text(struct hops *hops, const char *name, const char *text)
{
	buffer_printf(&hops->shown, "\"%s\":", name);
	if (text != NULL && !utf8_is_valid(text, strlen(text)))
		text = "…";
	if (text != NULL)
		text = utf8_cut(hops->arena, connector_without(hops->arena, text, (struct strings){ hops->hidden, hops->hidden_count }), SHOWN_MAX);
	buffer_json_string(&hops->shown, text);
}

static void
show_request(struct hops *hops, const struct hop *hop)
{
	struct buffer headers = buffer_new(hops->arena);

	for (size_t i = 0; i < HOP_HEADERS_MAX && hop->headers[i] != NULL; i++)
		buffer_printf(&headers, "%s%s", i > 0 ? "\n" : "", hop->headers[i]);
	buffer_printf(&hops->shown, "\"request\":{\"method\":\"%s\",", hop->method);
	add_text(hops, "url", hop->url);
	buffer_char(&hops->shown, ',');
	add_text(hops, "headers", buffer_string(&headers));
	buffer_char(&hops->shown, ',');
	add_text(hops, "body", hop->body);
	buffer_char(&hops->shown, '}');
}

/* Those that clients act on; cookies are nobody's business. */
static const char *
shown_headers(const struct hops *hops, const struct hop *hop)
{
	static const char *const names[] = { "WWW-Authenticate", "Content-Type", "Location", "Cache-Control", "Mcp-Session-Id" };
	struct buffer headers = buffer_new(hops->arena);

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *value = hop_header(hops, hop, names[i]);

		if (value[0] != '\0')
			buffer_printf(&headers, "%s%s: %s", headers.len > 0 ? "\n" : "", names[i], value);
	}
	return buffer_string(&headers);
}

static const char *
shown_body(const struct hops *hops, const struct hop *hop)
{
	struct buffer body = buffer_new(hops->arena);

	if (hop->json != NULL) {
		connector_mask_members(&body, hop->json);
		return buffer_string(&body);
	}
	if (hop->holds_secrets || strlen(hop->answer.body) != hop->answer.body_len)
		return arena_printf(hops->arena, "(%zu octets)", hop->answer.body_len);
	return hop->answer.body;
}

static void
show_reply(struct hops *hops, const struct hop *hop)
{
	if (!hop->is_answered) {
		buffer_text(&hops->shown, ",\"reply\":null");
		return;
	}
	buffer_printf(&hops->shown, ",\"reply\":{\"status\":%ld,", hop->answer.status);
	add_text(hops, "headers", shown_headers(hops, hop));
	buffer_char(&hops->shown, ',');
	add_text(hops, "body", shown_body(hops, hop));
	buffer_text(&hops->shown, ",\"took_ms\":");
	buffer_int(&hops->shown, hop->took_ms);
	buffer_char(&hops->shown, '}');
}

static void
show_problems(struct hops *hops, const struct connector_findings *findings)
{
	buffer_text(&hops->shown, ",\"problems\":[");
	for (size_t i = 0; i < findings->count; i++) {
		const struct connector_fault_info *info = connector_fault_info(findings->items[i].fault);

		buffer_printf(&hops->shown, "%s{\"code\":\"%s\",\"message\":", i > 0 ? "," : "", info->code);
		buffer_json_string(&hops->shown, info->says);
		buffer_text(&hops->shown, ",\"remedy\":");
		buffer_json_string(&hops->shown, info->remedy);
		buffer_char(&hops->shown, ',');
		add_text(hops, "detail", findings->items[i].detail);
		buffer_char(&hops->shown, '}');
	}
	buffer_char(&hops->shown, ']');
}

void
hop_end(struct hops *hops, struct hop *hop)
{
	bool has_failed = connector_has_failed(&hop->findings);
	const char *good = hop->is_absent ? "absent" : "ok";

	separate(hops);
	hops->has_failed |= has_failed;
	buffer_printf(&hops->shown, "{\"step\":\"%s\",\"verdict\":\"%s\",", hop->step,
		      has_failed ? "failed" : hop->findings.count > 0 ? "warning" : good);
	if (hop->was_asked) {
		show_request(hops, hop);
		show_reply(hops, hop);
	} else {
		buffer_text(&hops->shown, "\"request\":null,\"reply\":null");
	}
	show_problems(hops, &hop->findings);
	buffer_char(&hops->shown, '}');
}
