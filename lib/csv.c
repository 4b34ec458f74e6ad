/*
 * Writing CSV.
 */
#include "lib/csv.h"

#include <string.h>

static void
add_cell(struct buffer *b, const char *text)
{
	bool is_quoted = strpbrk(text, ",\"\r\n") != NULL;

	if (is_quoted)
		buffer_char(b, '"');
	if (text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL)
		buffer_char(b, '\'');
	for (const char *at = text; *at != '\0'; at++) {
		if (*at == '"')
			buffer_char(b, '"');
		buffer_char(b, *at);
	}
	if (is_quoted)
		buffer_char(b, '"');
}

void
csv_record(struct buffer *b, const char *const *cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buffer_char(b, ',');
		if (cells[i] != NULL)
			add_cell(b, cells[i]);
	}
	buffer_text(b, "\r\n");
}
