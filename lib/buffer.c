/*
 * Growing text in an arena, and the JSON forms of what replies hold.
 */
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

/* How many octets from here on stand for themselves; the NUL doesn't. */
static size_t
plain_length(const char *text)
{
	const char *at = text;

	for (unsigned char c = (unsigned char)*at; c >= 0x20 && c != '"' && c != '\\' && c != '<';)
		c = (unsigned char)*++at;
	return (size_t)(at - text);
}

void
buffer_json_string(struct buffer *buffer, const char *text)
{
	if (text == NULL) {
		buffer_text(buffer, "null");
		return;
	}
	buffer_char(buffer, '"');
	for (;;) {
		size_t len = plain_length(text);
		char escape[8];

		buffer_add(buffer, text, len);
		text += len;
		if (*text == '\0')
			break;
		buffer_add(buffer, escape, json_escape((unsigned char)*text++, escape));
	}
	buffer_char(buffer, '"');
}

void
buffer_int(struct buffer *buffer, int64_t value)
{
	char text[20];
	size_t at = sizeof(text);
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	do {
		text[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (value < 0)
		buffer_char(buffer, '-');
	buffer_add(buffer, text + at, sizeof(text) - at);
}

void
buffer_json_int(struct buffer *buffer, int64_t value)
{
	if (value == NONE)
		buffer_text(buffer, "null");
	else
		buffer_int(buffer, value);
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

void
buffer_json_words(struct buffer *buffer, const char *words)
{
	buffer_char(buffer, '[');
	for (const char *at = words; *at != '\0';) {
		size_t len = strcspn(at, " ");

		if (at != words)
			buffer_char(buffer, ',');
		buffer_json_string(buffer, arena_strndup(buffer->arena, at, len));
		at += len + (at[len] == ' ');
	}
	buffer_char(buffer, ']');
}
