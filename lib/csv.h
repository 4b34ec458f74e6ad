/*
 * Comma-separated values (RFC 4180) that a spreadsheet can open without harm.
 */
#ifndef GATEHOUSE_LIB_CSV_H
#define GATEHOUSE_LIB_CSV_H

#include "lib/buffer.h"

/*
 * One record with its CRLF; a NULL cell is empty. Cells with a comma, quote or line break are quoted. A cell that begins with
 * = + - @ TAB or CR gets a leading ', or a spreadsheet would take it for a formula (security.md LG-05).
 */
void csv_record(struct buffer *, const char *const *cells, size_t count);
/* A cell as it was before csv_record() put such a ' there; any other as it is. */
const char *csv_without_apostrophe(const char *cell) RETURNS_NONNULL;

#endif
