/*
 * Calls by libcurl, each with a handle of its own: no cookie, no connection and no credential outlives a call.
 */
#include "sys/fetch.h"

#include <string.h>
#include <strings.h>

#include "lib/buffer.h"
#include "sys/outgoing.h"

#define CONNECT_TIMEOUT_MS 5000L
#define HEADERS_BYTES_MAX  ((size_t)8 * 1024)

struct call {
	struct buffer body;
	size_t body_bytes_max;
	bool is_too_long;
	struct buffer headers;
};

static size_t
take_body(char *data, size_t size, size_t count, void *context)
{
	struct call *call = context;
	size_t len = size * count;

	if (len > call->body_bytes_max - call->body.len) {
		call->is_too_long = true;
		return 0;
	}
	buffer_add(&call->body, data, len);
	return len;
}

/* One line at a time, of an interim answer, too; those are left out with the line that begins the next answer. */
static size_t
take_header(char *data, size_t size, size_t count, void *context)
{
	struct call *call = context;
	size_t len = size * count;

	if (len > 5 && strncmp(data, "HTTP/", 5) == 0)
		call->headers.len = 0;
	else if (len <= HEADERS_BYTES_MAX - call->headers.len)
		buffer_add(&call->headers, data, len);
	return len;
}

const char *
fetch_header(struct arena *arena, const struct fetch_answer *answer, const char *name)
{
	struct buffer value = buffer_new(arena);
	size_t name_len = strlen(name);

	for (const char *line = answer->headers; *line != '\0';) {
		size_t len = strcspn(line, "\n");

		if (len > name_len && line[name_len] == ':' && strncasecmp(line, name, name_len) == 0) {
			const char *at = line + name_len + 1;

			at += strspn(at, " \t");
			if (value.len > 0)
				buffer_text(&value, ", ");
			while (*at >= ' ' && *at < 0x7f)
				buffer_char(&value, *at++);
		}
		line += len + (line[len] == '\n');
	}
	return buffer_string(&value);
}

/* False for one that would be two. */
static bool
add_headers(struct curl_slist **list, const struct fetch_request *request)
{
	for (size_t i = 0; i < FETCH_HEADERS_MAX && request->headers[i] != NULL; i++) {
		if (strpbrk(request->headers[i], "\r\n") != NULL)
			return false;
		struct curl_slist *more = curl_slist_append(*list, request->headers[i]);
		if (more == NULL)
			return false;
		*list = more;
	}
	return true;
}

static long
timeout_of(const struct fetch_request *request)
{
	return (long)(request->timeout_ms != 0 ? request->timeout_ms : FETCH_TIMEOUT_MS);
}

static void
set_call(CURL *curl, const struct fetch_request *request, struct curl_slist *headers, struct call *call)
{
	curl_easy_setopt(curl, CURLOPT_URL, request->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(curl, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	if (request->body.data != NULL) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, (const char *)request->body.data);
	}
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "Gatehouse");
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_of(request));
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, call);
}

static enum fetch_result
judge(struct arena *arena, CURL *curl, CURLcode code, const char *text, const struct call *call, bool was_refused,
      const char **ret_reason)
{
	long request_bytes = 0;

	switch (code) {
	case CURLE_OK:
		return FETCH_ANSWERED;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
	case CURLE_LOGIN_DENIED:
		*ret_reason = "the address isn't an https URL that may be called";
		return FETCH_NOT_ALLOWED;
	default:
		break;
	}
	if (was_refused) {
		*ret_reason = "the server isn't at a public address";
		return FETCH_NOT_ALLOWED;
	}
	if (call->is_too_long)
		*ret_reason = "the answer is too long";
	else
		*ret_reason = arena_strdup(arena, text[0] != '\0' ? text : curl_easy_strerror(code));
	curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &request_bytes);
	return request_bytes > 0 ? FETCH_UNANSWERED : FETCH_FAILED;
}

/* The transfer has what is left of the time. */
static CURLcode
survey(struct outgoing *outgoing, CURL *curl, const struct fetch_request *request)
{
	CURLcode code = outgoing_survey(outgoing, curl);
	curl_off_t spent_us = 0;

	curl_easy_getinfo(curl, CURLINFO_TOTAL_TIME_T, &spent_us);
	long left_ms = timeout_of(request) - (long)(spent_us / 1000);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, left_ms > 0 ? left_ms : 1L);
	return code;
}

static enum fetch_result
perform(CURL *curl, struct arena *arena, const struct config *config, const struct fetch_request *request,
	struct call *call, const char **ret_reason)
{
	struct outgoing outgoing = { .config = config, .heartbeat = request->heartbeat };
	struct curl_slist *headers = NULL;
	char text[CURL_ERROR_SIZE] = "";
	enum fetch_result result = FETCH_NOT_ALLOWED;

	if (add_headers(&headers, request)) {
		outgoing_guard(&outgoing, curl);
		set_call(curl, request, headers, call);
		curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, text);
		CURLcode code = request->is_strict ? survey(&outgoing, curl, request) : CURLE_OK;
		if (code == CURLE_OK)
			code = curl_easy_perform(curl);
		result = judge(arena, curl, code, text, call, outgoing.was_refused, ret_reason);
		curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
		curl_easy_setopt(curl, CURLOPT_CONNECT_TO, NULL);
		outgoing_end(&outgoing);
	} else {
		*ret_reason = "a header holds a line break";
	}
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(headers);
	return result;
}

static void
read_answer(CURL *curl, struct arena *arena, const struct call *call, struct fetch_answer *ret)
{
	struct fetch_answer answer = { .headers = buffer_string(&call->headers) };
	char *content_type = NULL;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
	curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &content_type);
	answer.content_type = content_type == NULL ? "" : arena_strdup(arena, content_type);
	answer.body = buffer_string(&call->body);
	answer.body_len = call->body.len;
	*ret = answer;
}

enum fetch_result
fetch(struct arena *arena, const struct config *config, const struct fetch_request *request,
      struct fetch_answer *ret_answer, const char **ret_reason)
{
	struct call call = {
		.body = buffer_new(arena),
		.body_bytes_max =
		    request->answer_bytes_max != 0 ? request->answer_bytes_max : FETCH_ANSWER_BYTES_MAX,
		.headers = buffer_new(arena),
	};
	CURL *curl = curl_easy_init();

	if (curl == NULL) {
		*ret_reason = "libcurl can't start";
		return FETCH_FAILED;
	}
	enum fetch_result result = perform(curl, arena, config, request, &call, ret_reason);
	if (result == FETCH_ANSWERED)
		read_answer(curl, arena, &call, ret_answer);
	curl_easy_cleanup(curl);
	return result;
}
