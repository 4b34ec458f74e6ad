/*
 * Log lines: put together in a fixed buffer and written with one call, so that lines of several
 * processes don't mix.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/encode.h"
#include "sys/log.h"

/* PIPE_BUF: up to here a write to a pipe is atomic. */
#define LINE_BYTES_MAX 4096
/* One long text doesn't push out the others. */
#define TEXT_BYTES_MAX 512
/* What an escape may be longer than one octet, a closing quote, "}\n". */
#define TAIL_BYTES 8

struct line {
	char data[LINE_BYTES_MAX];
	size_t len;
};

static enum log_level least_level = LOG_INFO;
static const char *process_name = "";
static const char *current_request = "";

static const char *const level_names[] = {
	[LOG_DEBUG] = "debug",
	[LOG_INFO] = "info",
	[LOG_WARN] = "warn",
	[LOG_ERROR] = "error",
};

void
log_open(enum log_level least, const char *process)
{
	least_level = least;
	process_name = process;
}

enum log_level
log_level_parse(const char *text)
{
	for (enum log_level level = LOG_DEBUG; level <= LOG_ERROR; level++) {
		if (strcmp(text, level_names[level]) == 0)
			return level;
	}
	return LOG_INFO;
}

void
log_set_request(const char *request_id)
{
	current_request = request_id == NULL ? "" : request_id;
}

/* An escape may reach into the tail; then there is no room left. */
static size_t
room_of(const struct line *line)
{
	size_t end = sizeof(line->data) - TAIL_BYTES;

	return line->len < end ? end - line->len : 0;
}

static void
add(struct line *line, const char *data, size_t len)
{
	memcpy(line->data + line->len, data, len);
	line->len += len;
}

/*
 * Everything outside printable ASCII is escaped octet by octet: a log line must survive terminals,
 * invalid UTF-8 and whatever reads it. Cut where the line is full.
 */
static void
add_escaped(struct line *line, const char *text)
{
	for (size_t i = 0; text[i] != '\0' && i < TEXT_BYTES_MAX && room_of(line) > 0; i++) {
		unsigned char c = (unsigned char)text[i];
		char escape[8] = { '\\', text[i] };
		if (c == '"' || c == '\\')
			add(line, escape, 2);
		else if (c < 0x20 || c > 0x7e)
			add(line, escape, (size_t)snprintf(escape, sizeof(escape), "\\u%04x", c));
		else
			add(line, text + i, 1);
	}
}

/* `,"name":` or nothing when it doesn't fit. */
static bool
add_name(struct line *line, const char *name, size_t value_room)
{
	size_t len = strlen(name);

	if (room_of(line) < len + 4 + value_room)
		return false;
	if (line->len > 1)
		add(line, ",", 1);
	add(line, "\"", 1);
	add(line, name, len);
	add(line, "\":", 2);
	return true;
}

/* An empty text isn't written. */
static void
add_text(struct line *line, const char *name, const char *text)
{
	if (text == NULL || text[0] == '\0' || !add_name(line, name, 2))
		return;
	add(line, "\"", 1);
	add_escaped(line, text);
	add(line, "\"", 1);
}

static void
add_number(struct line *line, const char *name, int64_t number)
{
	char text[24];

	int len = snprintf(text, sizeof(text), "%" PRId64, number);
	if (add_name(line, name, (size_t)len))
		add(line, text, (size_t)len);
}

static struct line
begin(enum log_level level)
{
	struct line line = { .data = "{", .len = 1 };
	struct timespec now;
	char text[TIME_TEXT_SIZE];

	clock_gettime(CLOCK_REALTIME, &now);
	time_format((int64_t)now.tv_sec * SECOND_MS + now.tv_nsec / 1000000, text);
	add_text(&line, "time", text);
	add_text(&line, "level", level_names[level]);
	add_text(&line, "process", process_name);
	add_number(&line, "pid", getpid());
	add_text(&line, "request_id", current_request);
	return line;
}

/* A log that can't be written has nobody to be told. */
static void
finish(struct line *line)
{
	line->data[line->len++] = '}';
	line->data[line->len++] = '\n';
	ssize_t written = write(STDERR_FILENO, line->data, line->len);
	(void)written;
}

void
log_event(enum log_level level, const char *message, const char *detail)
{
	if (level < least_level)
		return;
	struct line line = begin(level);
	add_text(&line, "message", message);
	add_text(&line, "detail", detail);
	finish(&line);
}

void
log_event_number(enum log_level level, const char *message, const char *number_name, int64_t number)
{
	if (level < least_level)
		return;
	struct line line = begin(level);
	add_text(&line, "message", message);
	add_number(&line, number_name, number);
	finish(&line);
}

void
log_error(enum err e, const char *message, const char *detail)
{
	struct line line = begin(LOG_ERROR);

	add_text(&line, "message", message);
	add_text(&line, "error", error_name(e));
	add_text(&line, "detail", detail);
	finish(&line);
}

void
log_access(const struct log_access *access)
{
	if (LOG_INFO < least_level)
		return;
	struct line line = begin(LOG_INFO);
	add_text(&line, "message", "request");
	add_number(&line, "status", access->status);
	add_number(&line, "duration_us", access->duration_us);
	add_number(&line, "statements", access->statements);
	add_number(&line, "retries", access->retries);
	add_text(&line, "route", access->route_id);
	add_text(&line, "method", access->method);
	add_text(&line, "path", access->path_pattern);
	add_text(&line, "error", access->error_code);
	add_text(&line, "reason", access->error_reason);
	add_text(&line, "credential_kind", access->credential_kind);
	add_text(&line, "credential_id", access->credential_id);
	add_text(&line, "org_id", access->org_id);
	add_text(&line, "project_id", access->project_id);
	add_text(&line, "ip", access->ip);
	finish(&line);
}
