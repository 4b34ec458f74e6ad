/*
 * How a handler ends, and how the end is put on the wire.
 */
#include "fcgi/pipeline.h"

#include <stdarg.h>
#include <string.h>

#include "lib/encode.h"
#include "sys/system.h"

static struct response *
response_of(const struct request *rq)
{
	return rq->response;
}

/* ---- successes ---- */

/* Also in what it holds. */
static bool
shows_secret(const struct field *fields, const void *object)
{
	for (const struct field *f = fields; f->name != NULL; f++) {
		const char *member = (const char *)object + f->offset;

		if ((f->flags & FIELD_SECRET) != 0 && f->type == FIELD_STRING && *(const char *const *)(const void *)member != NULL)
			return true;
		if (f->type == FIELD_OBJECT) {
			const void *inner = *(const void *const *)(const void *)member;

			if (inner != NULL && shows_secret(f->fields, inner))
				return true;
		}
		if (f->type == FIELD_LIST) {
			const struct field_list *list = (const void *)member;

			for (size_t i = 0; i < list->count; i++)
				if (shows_secret(f->fields, (const char *)list->items + i * f->item_size))
					return true;
		}
	}
	return false;
}

static const char *
object_id(const struct field *fields, const void *object)
{
	for (const struct field *f = fields; f->name != NULL; f++)
		if (f->type == FIELD_ID && strcmp(f->name, "id") == 0)
			return *(const char *const *)(const void *)((const char *)object + f->offset);
	return NULL;
}

enum verdict
reply(const struct request *rq, unsigned status, const struct field *fields, const void *object)
{
	struct response *response = response_of(rq);
	struct buffer body = buffer_new(rq->arena);

	fields_render(&body, fields, object, false);
	response->status = status;
	response->body = buffer_string(&body);
	response->body_len = body.len;
	response->has_secret = shows_secret(fields, object);
	response->object_id = object_id(fields, object);
	response->stored_body = response->body;
	if (response->has_secret) {
		struct buffer stored = buffer_new(rq->arena);

		arena_wipe_later(rq->arena, body.data, body.len);
		fields_render(&stored, fields, object, true);
		response->stored_body = buffer_string(&stored);
	}
	return VERDICT_REPLY;
}

enum verdict
reply_empty(const struct request *rq)
{
	response_of(rq)->status = 204;
	return VERDICT_REPLY;
}

enum verdict
reply_see_other(const struct request *rq, const char *url)
{
	response_of(rq)->status = 303;
	reply_header(rq, "Location", url);
	return VERDICT_REPLY;
}

enum verdict
reply_text(const struct request *rq, const char *content_type, const struct buffer *text)
{
	struct response *response = response_of(rq);

	response->status = 200;
	response->body = buffer_string(text);
	response->body_len = text->len;
	response->content_type = content_type;
	return VERDICT_REPLY;
}

enum verdict
reply_json(const struct request *rq, unsigned status, const struct buffer *json)
{
	struct response *response = response_of(rq);

	response->status = status;
	if (json == NULL)
		return VERDICT_REPLY;
	response->body = buffer_string(json);
	response->body_len = json->len;
	return VERDICT_REPLY;
}

void
request_note_secret(const struct request *rq, const char *project_id, const char *secret_id)
{
	usage_note(exchange_of(rq)->worker->usage, secret_id, project_id, rq->now_ms);
}

void
request_note_key(const struct request *rq, const char *key_id)
{
	usage_note(exchange_of(rq)->worker->usage, key_id, NULL, rq->now_ms);
}

void
request_metrics(const struct request *rq, struct buffer *text)
{
	const struct worker *worker = exchange_of(rq)->worker;

	metrics_print(worker->metrics, worker->beats, text);
}

static const char *
cursor_after(const struct request *rq, const struct list_reply *list, const void *item)
{
	const char *id = *(const char *const *)(const void *)((const char *)item + list->id_offset);

	return page_cursor_make(rq, list->sort != NULL ? list->sort(item) : id, id);
}

enum verdict
reply_list(const struct request *rq, const struct list_reply *list)
{
	struct response *response = response_of(rq);
	struct buffer body = buffer_new(rq->arena);
	size_t limit = (size_t)rq->page.limit;
	size_t shown = list->count > limit ? limit : list->count;
	/* A page of large rows ends before its limit and goes on from there. */
	bool goes_on = list->count > limit || (shown > 0 && db_rows_were_cut(exchange_of(rq)->worker->db));

	buffer_text(&body, "{\"data\":[");
	for (size_t i = 0; i < shown; i++) {
		if (i > 0)
			buffer_char(&body, ',');
		fields_render(&body, list->fields, (const char *)list->items + i * list->item_size, false);
	}
	buffer_text(&body, "],\"next_cursor\":");
	if (!goes_on && list->goes_on_after != NULL)
		buffer_json_string(&body, page_cursor_make(rq, list->goes_on_after, list->goes_on_after));
	else if (goes_on)
		buffer_json_string(&body,
				   cursor_after(rq, list, (const char *)list->items + (shown - 1) * list->item_size));
	else
		buffer_text(&body, "null");
	if (list->total == TOTAL_MANY)
		buffer_text(&body, ",\"total\":null");
	else if (list->total != NONE)
		buffer_printf(&body, ",\"total\":%lld", (long long)list->total);
	buffer_char(&body, '}');
	response->status = 200;
	response->body = buffer_string(&body);
	response->body_len = body.len;
	return VERDICT_REPLY;
}

enum verdict
reply_file(const struct request *rq, const struct file_reply *file)
{
	struct response *response = response_of(rq);

	response->status = 200;
	response->file = arena_copy(rq->arena, file, sizeof(*file));
	for (size_t i = 0; i < file->part_count; i++)
		response->body_len += file->parts[i].len;
	return VERDICT_REPLY;
}

/* ---- failures ---- */

static void
set_error(const struct request *rq, enum err error, const char *message, const char *details)
{
	struct response *response = response_of(rq);

	response->error = error == ERR_NO_ROW ? ERR_NOT_FOUND : error;
	response->message = message;
	response->details = details;
}

enum verdict
fail_err(const struct request *rq, enum err error)
{
	set_error(rq, error, NULL, NULL);
	return VERDICT_FAIL;
}

enum verdict
fail(const struct request *rq, enum err error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	set_error(rq, error, arena_vprintf(rq->arena, format, arguments), NULL);
	va_end(arguments);
	return VERDICT_FAIL;
}

enum verdict
fail_field(const struct request *rq, const char *field, const char *rule, const char *format, ...)
{
	struct field_errors errors = { .count = 0 };
	va_list arguments;

	va_start(arguments, format);
	field_errors_add(&errors, rq->arena, field, rule, "%s", arena_vprintf(rq->arena, format, arguments));
	va_end(arguments);
	set_error(rq, ERR_VALIDATION_FAILED, NULL, field_errors_details(rq->arena, &errors));
	return VERDICT_FAIL;
}

enum verdict
fail_details(const struct request *rq, enum err error, const char *details, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	set_error(rq, error, arena_vprintf(rq->arena, format, arguments), details);
	va_end(arguments);
	return VERDICT_FAIL;
}

enum verdict
refuse(const struct request *rq, enum err error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	set_error(rq, error, arena_vprintf(rq->arena, format, arguments), NULL);
	va_end(arguments);
	return VERDICT_REFUSE;
}

enum verdict
refuse_details(const struct request *rq, enum err error, const char *details, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	set_error(rq, error, arena_vprintf(rq->arena, format, arguments), details);
	va_end(arguments);
	return VERDICT_REFUSE;
}

enum verdict
go_on(const struct request *rq)
{
	(void)rq;
	return VERDICT_GO_ON;
}

void
request_reason(const struct request *rq, const char *reason)
{
	response_of(rq)->reason = reason;
}

/* ---- headers ---- */

void
reply_header(const struct request *rq, const char *name, const char *value)
{
	struct response *response = response_of(rq);

	if (value == NULL || response->header_count == RESPONSE_HEADERS_MAX)
		return;
	for (const char *at = value; *at != '\0'; at++)
		if (*at < 0x20 || *at == 0x7f)
			return;
	response->headers[response->header_count++] = (struct name_value){ name, value };
}

void
reply_cookie(const struct request *rq, const char *name, const char *value, int64_t max_age_s)
{
	char *text = arena_printf(rq->arena, "%s=%s; Path=/; Max-Age=%lld; Secure; HttpOnly; SameSite=Lax", name,
				  value, (long long)max_age_s);

	arena_wipe_later(rq->arena, text, strlen(text));
	reply_header(rq, "Set-Cookie", text);
}

const char *
etag_make(const struct request *rq, int64_t version)
{
	const char *role = role_name(rq->role);

	return arena_printf(rq->arena, "\"%lld-%s\"", (long long)version, role == NULL ? "key" : role);
}

void
reply_etag(const struct request *rq, int64_t version)
{
	response_of(rq)->etag = etag_make(rq, version);
}

void
reply_etag_without_304(const struct request *rq, int64_t version)
{
	reply_etag(rq, version);
	response_of(rq)->has_uncounted = true;
}

void
reply_retry_after(const struct request *rq, int64_t wait_ms)
{
	response_of(rq)->retry_after_s = wait_ms <= SECOND_MS ? 1 : (wait_ms + SECOND_MS - 1) / SECOND_MS;
}

void
reply_challenge(const struct request *rq, const char *challenge)
{
	response_of(rq)->challenge = challenge;
}

void
reply_cache_for(const struct request *rq, int64_t seconds)
{
	response_of(rq)->cache_s = seconds;
}

bool
precondition_holds(const struct request *rq, int64_t version)
{
	return rq->if_match == NULL || http_etag_matches(rq->if_match, etag_make(rq, version), false);
}

/* ---- on the wire ---- */

void
response_error(struct exchange *x, enum err error, const char *message, const char *details)
{
	x->response.error = error == ERR_NO_ROW ? ERR_NOT_FOUND : error;
	if (message != NULL)
		x->response.message = message;
	if (details != NULL)
		x->response.details = details;
}

static void
render_api_error(const struct exchange *x, struct buffer *b, const char *message)
{
	const struct response *response = &x->response;

	buffer_text(b, "{\"error\":{\"code\":");
	buffer_json_string(b, error_info(response->error)->code);
	buffer_text(b, ",\"message\":");
	buffer_json_string(b, message);
	if (response->details != NULL) {
		buffer_text(b, ",\"details\":");
		buffer_text(b, response->details);
	}
	buffer_text(b, "},\"request_id\":");
	buffer_json_string(b, x->rq.id);
	buffer_char(b, '}');
}

/* RFC 6749 section 5.2. */
static void
render_oauth_error(const struct exchange *x, struct buffer *b, const char *message)
{
	buffer_text(b, "{\"error\":");
	buffer_json_string(b, error_oauth_code(x->response.error));
	buffer_text(b, ",\"error_description\":");
	buffer_json_string(b, message);
	buffer_char(b, '}');
}

static bool
is_oauth(const struct exchange *x)
{
	return x->rq.route != NULL && (x->rq.route->flags & ROUTE_OAUTH) != 0;
}

static bool
is_page(const struct exchange *x)
{
	return x->rq.route != NULL && (x->rq.route->flags & ROUTE_PAGE) != 0;
}

/* What those RFCs answer to a request that can't be read. */
static unsigned
error_status(const struct exchange *x)
{
	unsigned status = error_info(x->response.error)->status;

	if (is_page(x))
		return status < 500 && status != 403 && status != 429 ? 400 : status;
	return is_oauth(x) && status < 500 && status != 401 && status != 403 && status != 404 && status != 429 ? 400 : status;
}

/* What isn't there must look the same whatever the reason: the title alone, no details (TN-01). */
static void
render_error(struct exchange *x)
{
	struct response *response = &x->response;
	const struct error_info *info = error_info(response->error);
	struct buffer b = buffer_new(x->arena);
	bool is_plain = response->error == ERR_NOT_FOUND || info->status >= 500;
	const char *message = response->message != NULL && !is_plain ? response->message : info->title;

	if (is_plain)
		response->details = NULL;
	if (is_page(x))
		error_page_render(x, &b, message);
	else if (is_oauth(x) && response->error != ERR_NOT_FOUND)
		render_oauth_error(x, &b, message);
	else
		render_api_error(x, &b, message);
	response->status = error_status(x);
	response->body = buffer_string(&b);
	response->body_len = b.len;
	response->file = NULL;
	if ((response->status == 503 || response->status == 429) && response->retry_after_s == 0)
		response->retry_after_s = 1;
}

/* nginx's auth_request turns any other status into a 500: everything that isn't "who are you" is a 403 that says why (rule 41). */
static void
speak_to_nginx(struct exchange *x)
{
	struct response *response = &x->response;

	if (x->rq.route == NULL || (x->rq.route->flags & ROUTE_AUTH_REQUEST) == 0 || response->error == OK)
		return;
	if (response->error != ERR_UNAUTHORIZED)
		response->status = 403;
	reply_header(&x->rq, "X-Gatehouse-Error", error_info(response->error)->code);
}

static bool
is_not_modified(const struct exchange *x)
{
	const char *sent = x->in.header[HEADER_IF_NONE_MATCH];

	return x->rq.route != NULL && x->rq.route->method == GET && x->response.status == 200 &&
	       x->response.etag != NULL && !x->response.has_uncounted && sent != NULL &&
	       http_etag_matches(sent, x->response.etag, true);
}

/* Put together without printf: each answer has a dozen of them. */
static void
add_header(struct buffer *b, const char *name, const char *value)
{
	buffer_text(b, name);
	buffer_text(b, ": ");
	buffer_text(b, value);
	buffer_text(b, "\r\n");
}

static void
add_number_header(struct buffer *b, const char *name, int64_t value)
{
	buffer_text(b, name);
	buffer_text(b, ": ");
	buffer_int(b, value);
	buffer_text(b, "\r\n");
}

static void
add_rate_headers(struct buffer *b, const struct response *response)
{
	if (!response->has_rate)
		return;
	add_number_header(b, "X-RateLimit-Limit", response->rate.limit);
	add_number_header(b, "X-RateLimit-Remaining", response->rate.remaining);
	add_number_header(b, "X-RateLimit-Reset", response->rate.reset_s);
}

/* Rule 31: no cache keeps a reply that may hold a secret, whatever its ETag. */
static bool
may_hold_secret(const struct exchange *x)
{
	return x->response.has_secret || (x->rq.route != NULL && (x->rq.route->flags & ROUTE_SHOWS_SECRET) != 0);
}

static void
add_cache_control(struct buffer *b, const struct exchange *x)
{
	const struct response *response = &x->response;

	if (response->cache_s > 0 && response->error == OK)
		buffer_printf(b, "Cache-Control: public, max-age=%lld%s\r\n", (long long)response->cache_s,
			      response->cache_s == CACHE_FOREVER_S ? ", immutable" : "");
	else
		add_header(b, "Cache-Control",
			   response->etag != NULL && !may_hold_secret(x) ? "private, no-cache" : "no-store");
}

static void
add_response_time(struct buffer *b, const struct exchange *x)
{
	if (x->rq.route != NULL && (x->rq.route->flags & ROUTE_TIMED) != 0)
		buffer_printf(b, "X-Response-Time: %lldms\r\n", (long long)(clock_monotonic_us() - x->began_us) / 1000);
}

static void
add_headers(struct buffer *b, struct exchange *x, bool has_body)
{
	const struct response *response = &x->response;

	add_number_header(b, "Status", response->status);
	if (has_body)
		add_header(b, "Content-Type",
			   response->file != NULL ? response->file->media_type
			   : response->content_type != NULL && response->error == OK
				   ? response->content_type
			   : response->error != OK && is_page(x) ? "text/html; charset=utf-8"
				   : "application/json; charset=utf-8");
	if (has_body && response->file != NULL)
		buffer_printf(b, "Content-Disposition: attachment; filename=\"%s\"\r\n", response->file->name);
	if (response->status != 204 && response->status != 304)
		add_number_header(b, "Content-Length", has_body ? (int64_t)response->body_len : 0);
	add_header(b, "X-Request-Id", x->rq.id);
	add_cache_control(b, x);
	add_response_time(b, x);
	if (response->etag != NULL && response->status < 400)
		add_header(b, "ETag", response->etag);
	add_rate_headers(b, response);
	if (response->retry_after_s > 0)
		add_number_header(b, "Retry-After", response->retry_after_s);
	if (response->status == 401 || response->challenge != NULL)
		add_header(b, "WWW-Authenticate", response->challenge != NULL ? response->challenge : challenge_of_unauthorized(x));
	if (response->allow != NULL)
		add_header(b, "Allow", response->allow);
	if (response->is_replay)
		add_header(b, "Idempotency-Replayed", "true");
	if (response->is_body_left_out)
		add_header(b, "Idempotency-Body", "omitted");
	for (size_t i = 0; i < response->header_count; i++)
		add_header(b, response->headers[i].name, response->headers[i].value);
	buffer_text(b, "\r\n");
}

/* What stands in memory once isn't copied behind the head first. */
static void
send_file(struct exchange *x)
{
	const struct file_reply *file = x->response.file;

	for (size_t i = 0; i < file->part_count; i++)
		gateway_put(x->gateway, (const char *)file->parts[i].data, file->parts[i].len);
}

void
response_render(struct exchange *x)
{
	if (x->response.error != OK)
		render_error(x);
}

void
response_send(struct exchange *x)
{
	const struct response *response = &x->response;
	struct buffer b = buffer_new(x->arena);
	bool has_body;

	response_render(x);
	speak_to_nginx(x);
	cors_add_headers(x);
	if (is_not_modified(x))
		x->response.status = 304;
	has_body = (response->body != NULL || response->file != NULL) && response->status != 204 &&
		   response->status != 304;
	add_headers(&b, x, has_body);
	if (has_body && !x->in.is_head && response->file == NULL)
		buffer_add(&b, response->body, response->body_len);
	if (response->has_secret)
		arena_wipe_later(x->arena, b.data, b.len);
	gateway_put(x->gateway, b.data, b.len);
	if (has_body && !x->in.is_head && response->file != NULL)
		send_file(x);
	gateway_finish(x->gateway);
}
