/*
 * Writing CSV.
 */
#include "lib/csv.h"

#include <string.h>

/* As a formula; or as one that is guarded already, so that taking the apostrophe off gives back what was there. */
static bool
needs_apostrophe(const char *text)
{
	text += strspn(text, "'");
	return text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
}

/* What a reader would take for no cell at all. */
static bool
reads_as_nothing(const char *text)
{
	return strcmp(text, "NULL") == 0 || strcmp(text, "\\N") == 0;
}

static void
add_cell(struct buffer *b, const char *text)
{
	bool is_quoted = strpbrk(text, ",\"\r\n") != NULL || reads_as_nothing(text);

	if (is_quoted)
		buffer_char(b, '"');
	if (needs_apostrophe(text))
		buffer_char(b, '\'');
	for (const char *at = text; *at != '\0'; at++) {
		if (*at == '"')
			buffer_char(b, '"');
		buffer_char(b, *at);
	}
	if (is_quoted)
		buffer_char(b, '"');
}

const char *
csv_without_apostrophe(const char *cell)
{
	return cell[0] == '\'' && needs_apostrophe(cell) ? cell + 1 : cell;
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
