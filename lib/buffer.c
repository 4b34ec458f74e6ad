/*
 * Growing text in an arena, and the JSON forms of what replies hold.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/buffer.h"
#include "lib/encode.h"

#define FIRST_ROOM 256

struct buffer
buffer_new(struct arena *arena)
{
	return (struct buffer){ .arena = arena };
}

/* Makes room for `more` octets and a NUL. The old octets stay in the arena until it is reset. */
static void
reserve(struct buffer *buffer, size_t more)
{
	size_t wanted = buffer->len + more + 1;

	if (wanted <= buffer->room)
		return;
	size_t room = buffer->room == 0 ? FIRST_ROOM : buffer->room;
	while (room < wanted)
		room *= 2;
	char *data = arena_alloc(buffer->arena, room);
	if (buffer->len > 0)
		memcpy(data, buffer->data, buffer->len);
	buffer->data = data;
	buffer->room = room;
}

void
buffer_add(struct buffer *buffer, const void *data, size_t len)
{
	reserve(buffer, len);
	if (len > 0)
		memcpy(buffer->data + buffer->len, data, len);
	buffer->len += len;
	buffer->data[buffer->len] = '\0';
}

void
buffer_text(struct buffer *buffer, const char *text)
{
	buffer_add(buffer, text, strlen(text));
}

void
buffer_char(struct buffer *buffer, char c)
{
	buffer_add(buffer, &c, 1);
}

void
buffer_printf(struct buffer *buffer, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	buffer_text(buffer, arena_vprintf(buffer->arena, format, arguments));
	va_end(arguments);
}

const char *
buffer_string(const struct buffer *buffer)
{
	return buffer->data == NULL ? "" : buffer->data;
}

/*
 * The two-character escapes of RFC 8259 section 7 where there is one. '<' becomes an escape too, so
 * that a reply which lands in a page by mistake doesn't end a script element.
 */
static size_t
json_escape(unsigned char c, char ret_escape[8])
{
	static const char with_letter[] = "\"\"\\\\\bb\ff\nn\rr\tt";

	for (size_t i = 0; i < sizeof(with_letter) - 1; i += 2) {
		if (c == (unsigned char)with_letter[i]) {
			ret_escape[0] = '\\';
			ret_escape[1] = with_letter[i + 1];
			return 2;
		}
	}
	return (size_t)snprintf(ret_escape, 8, "\\u%04x", c);
}

static bool
needs_escape(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\' || c == '<';
}

void
buffer_json_string(struct buffer *buffer, const char *text)
{
	if (text == NULL) {
		buffer_text(buffer, "null");
		return;
	}
	buffer_char(buffer, '"');
	const char *from = text;
	for (; *text != '\0'; text++) {
		if (!needs_escape((unsigned char)*text))
			continue;
		char escape[8];
		size_t len = json_escape((unsigned char)*text, escape);
		buffer_add(buffer, from, (size_t)(text - from));
		buffer_add(buffer, escape, len);
		from = text + 1;
	}
	buffer_add(buffer, from, (size_t)(text - from));
	buffer_char(buffer, '"');
}

void
buffer_json_int(struct buffer *buffer, int64_t value)
{
	char text[24];

	if (value == NONE) {
		buffer_text(buffer, "null");
		return;
	}
	int len = snprintf(text, sizeof(text), "%" PRId64, value);
	buffer_add(buffer, text, (size_t)len);
}

void
buffer_json_time(struct buffer *buffer, int64_t at_ms)
{
	char text[TIME_TEXT_SIZE];

	time_format(at_ms, text);
	buffer_json_string(buffer, text[0] == '\0' ? NULL : text);
}

void
buffer_json_bool(struct buffer *buffer, bool value)
{
	buffer_text(buffer, value ? "true" : "false");
}
