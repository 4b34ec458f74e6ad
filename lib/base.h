/*
 * The few types that every room shares, and the calls that none may make.
 */
#ifndef GATEHOUSE_LIB_BASE_H
#define GATEHOUSE_LIB_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Octets of known length; not NUL-terminated, may hold NUL. `data` is borrowed. */
struct bytes {
	const uint8_t *data;
	size_t len;
};

/* Several NUL-terminated strings; borrowed, usually from a request's arena. */
struct strings {
	const char *const *items;
	size_t count;
};

/*
 * Times are milliseconds since 1970-01-01T00:00:00Z in an int64_t whose name ends in `_ms` or `_at`.
 * An absent (SQL NULL, JSON null) time or integer is NONE.
 */
#define NONE INT64_MIN

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#define PRINTF_LIKE(format_index, first_index) \
	__attribute__((format(printf, format_index, first_index)))
#define MUST_CHECK __attribute__((warn_unused_result))
#define RETURNS_NONNULL __attribute__((returns_nonnull))

/* A literal as struct bytes, without its NUL. */
#define BYTES(literal) \
	((struct bytes){ .data = (const uint8_t *)("" literal), .len = sizeof(literal) - 1 })

#endif
