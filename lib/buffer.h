/*
 * A growing run of octets in an arena: how replies, log lines and JSON text are put together.
 */
#ifndef GATEHOUSE_LIB_BUFFER_H
#define GATEHOUSE_LIB_BUFFER_H

#include "lib/arena.h"

struct buffer {
	struct arena *arena;
	char *data;	/* NUL-terminated at data[len] once anything was added; NULL before */
	size_t len;
	size_t room;
};

struct buffer buffer_new(struct arena *);
void buffer_add(struct buffer *, const void *data, size_t len);
void buffer_text(struct buffer *, const char *text);
void buffer_char(struct buffer *, char);
void buffer_printf(struct buffer *, const char *format, ...) PRINTF_LIKE(2, 3);
/* The text so far; "" when nothing was added. Belongs to the arena. */
const char *buffer_string(const struct buffer *);

/* JSON text (RFC 8259 section 7): with the quotes; NULL writes null. Input must be UTF-8. */
void buffer_json_string(struct buffer *, const char *text);
void buffer_int(struct buffer *, int64_t value);	/* in decimal */
void buffer_json_int(struct buffer *, int64_t value);		/* NONE writes null */
void buffer_json_time(struct buffer *, int64_t at_ms);		/* RFC 3339 with milliseconds; NONE writes null */
void buffer_json_bool(struct buffer *, bool);
void buffer_json_words(struct buffer *, const char *words);	/* with single spaces between, as an array */

#endif
