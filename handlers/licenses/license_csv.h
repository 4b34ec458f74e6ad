/*
 * Licenses as comma-separated values: what the import and the export share (licensing.md rule 17).
 */
#ifndef GATEHOUSE_HANDLERS_LICENSE_CSV_H
#define GATEHOUSE_HANDLERS_LICENSE_CSV_H

#include "handlers/licenses/licenses.h"

#define LICENSE_ROWS_MAX       10000
/* A row, or a page of them, and all that is made of it. */
#define LICENSE_ROW_MEMORY_MAX ((size_t)32 * 1024 * 1024)

enum column {
	COLUMN_KEY,
	COLUMN_PRODUCT_NAME,
	COLUMN_STATUS,
	COLUMN_MODE,
	COLUMN_MAX_ACTIVATIONS,
	COLUMN_EXPIRES_AT,
	COLUMN_GRACE_DAYS,
	COLUMN_IP_LOCKED,
	COLUMN_PLAN_KEY,
	COLUMN_NOTES,
	COLUMN_METADATA,
	COLUMN_COUNT
};

/* In that order. */
extern const char *const license_columns[COLUMN_COUNT];

/* So many came in or went out. */
enum err license_record_rows(const struct request *, struct tx *, enum event, int64_t rows) MUST_CHECK;

#endif
