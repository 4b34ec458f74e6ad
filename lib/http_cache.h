/*
 * How long an answer may be kept (RFC 9111), within bounds of ours.
 */
#ifndef GATEHOUSE_LIB_HTTP_CACHE_H
#define GATEHOUSE_LIB_HTTP_CACHE_H

#include "lib/base.h"

#define CACHED_MIN_MS (5 * MINUTE_MS)
#define CACHED_MAX_MS DAY_MS

/*
 * Of the values of Cache-Control, Age and Vary, "" where they are absent: max-age less the age, between the bounds. What says that it isn't to
 * be kept, or nothing that can be read, gets the least.
 */
int64_t http_fresh_ms(const char *cache_control, const char *age, const char *vary);

#endif
