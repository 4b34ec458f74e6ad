/*
 * Reading comma-separated values (RFC 4180) record by record, as databases and spreadsheets export them.
 */
#ifndef GATEHOUSE_LIB_CSV_READ_H
#define GATEHOUSE_LIB_CSV_READ_H

#include "lib/arena.h"

#define CSV_CELLS_MAX 256

/* What stands between the cells of a header: a comma, a semicolon or a TAB, whichever comes first; a comma when none does. */
char csv_separator(const char *text, size_t len);

/*
 * How long the record at the front of the text is, with its line break (CRLF, LF or CR). 0: its end isn't in this text; with is_last, when no
 * more will come, a quote was left open (or the text is empty).
 */
size_t csv_record_len(const char *text, size_t len, char separator, bool is_last);

/*
 * The cells of one record, its line break included or not. A cell without quotes that is empty, NULL or \N is NULL. *ret_problem says in a
 * sentence why it is false: text behind a closing quote, an open quote, not UTF-8, a NUL, over CSV_CELLS_MAX cells.
 */
bool csv_read(struct arena *, const char *record, size_t len, char separator, const char *const **ret_cells,
	      size_t *ret_count, const char **ret_problem);

#endif
