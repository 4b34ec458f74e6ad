/*
 * Reading CSV. A quote counts at the beginning of a cell alone; within quotes a doubled one is one.
 */
#include "lib/csv_read.h"

#include <string.h>

#include "lib/text.h"

char
csv_separator(const char *text, size_t len)
{
	for (size_t i = 0; i < len && text[i] != '\n' && text[i] != '\r'; i++)
		if (strchr(",;\t", text[i]) != NULL && text[i] != '\0')
			return text[i];
	return ',';
}

static bool
is_line_break(char c)
{
	return c == '\n' || c == '\r';
}

/* Behind the quotes that begin at `at`; `len` with *ret_is_open when they don't end. */
static size_t
pass_quotes(const char *text, size_t len, size_t at, bool *ret_is_open)
{
	for (at++; at < len; at++) {
		if (text[at] != '"')
			continue;
		if (at + 1 == len || text[at + 1] != '"') {
			*ret_is_open = false;
			return at + 1;
		}
		at++;
	}
	*ret_is_open = true;
	return len;
}

/* Behind the cell that begins at `at`: at a separator, a line break or the end of the text. */
static size_t
pass_cell(const char *text, size_t len, size_t at, char separator, bool *ret_is_open)
{
	*ret_is_open = false;
	if (at < len && text[at] == '"')
		at = pass_quotes(text, len, at, ret_is_open);
	while (at < len && text[at] != separator && !is_line_break(text[at]))
		at++;
	return at;
}

size_t
csv_record_len(const char *text, size_t len, char separator, bool is_last)
{
	bool is_open;
	size_t at = pass_cell(text, len, 0, separator, &is_open);

	while (at < len && text[at] == separator)
		at = pass_cell(text, len, at + 1, separator, &is_open);
	if (is_open)
		return 0;
	if (at == len)
		return is_last ? len : 0;
	if (text[at] == '\n' || (at + 1 < len && text[at + 1] != '\n'))
		return at + 1;
	if (at + 1 == len)
		return is_last ? len : 0;
	return at + 2;
}

/* What is written in quotes: at text[0] and text[len - 1]. */
static const char *
unquote(struct arena *arena, const char *text, size_t len)
{
	char *cell = arena_strndup(arena, text + 1, len - 2);
	size_t kept = 0;

	for (size_t i = 0; cell[i] != '\0'; i++) {
		cell[kept++] = cell[i];
		if (cell[i] == '"')
			i++;
	}
	cell[kept] = '\0';
	return cell;
}

static bool
is_nothing(const char *text, size_t len)
{
	return len == 0 || (len == 2 && memcmp(text, "\\N", 2) == 0) || (len == 4 && memcmp(text, "NULL", 4) == 0);
}

/* NULL with *ret_problem untouched is an empty cell. */
static const char *
read_cell(struct arena *arena, const char *text, size_t len, const char **ret_problem)
{
	bool is_open = false;

	if (len == 0 || text[0] != '"')
		return is_nothing(text, len) ? NULL : arena_strndup(arena, text, len);
	if (pass_quotes(text, len, 0, &is_open) == len && !is_open)
		return unquote(arena, text, len);
	*ret_problem = is_open ? "A quote is left open." : "There is text behind a closing quote.";
	return NULL;
}

bool
csv_read(struct arena *arena, const char *record, size_t len, char separator, const char *const **ret_cells,
	 size_t *ret_count, const char **ret_problem)
{
	const char **cells = ARENA_ARRAY(arena, CSV_CELLS_MAX, const char *);
	const char *problem = NULL;
	size_t count = 0, at = 0;
	bool is_open;

	while (len > 0 && is_line_break(record[len - 1]))
		len--;
	if (!utf8_is_valid(record, len) || memchr(record, '\0', len) != NULL)
		problem = "This isn't UTF-8.";
	for (bool is_done = false; problem == NULL && !is_done;) {
		size_t end = pass_cell(record, len, at, separator, &is_open);
		cells[count++] = read_cell(arena, record + at, end - at, &problem);
		is_done = end == len;
		if (!is_done && (record[end] != separator || count == CSV_CELLS_MAX))
			problem = "There are too many cells.";
		at = end + 1;
	}
	if (problem != NULL) {
		*ret_problem = problem;
		return false;
	}
	*ret_cells = cells;
	*ret_count = count;
	return true;
}
