/*
 * Where buckets begin.
 */
#include "lib/buckets.h"

#include "lib/encode.h"

/* The first Monday of 1970: the 5th of January. */
#define MONDAY_MS (4 * DAY_MS)
#define WEEK_MS   (7 * DAY_MS)

const char *const bucket_names[] = { "hour", "day", "week", "month", NULL };

/* The last multiple of `length` from `origin` on that isn't later. */
static int64_t
floor_to(int64_t at_ms, int64_t origin, int64_t length)
{
	int64_t rest = (at_ms - origin) % length;

	return at_ms - (rest < 0 ? rest + length : rest);
}

int64_t
bucket_start(enum bucket bucket, int64_t at_ms)
{
	switch (bucket) {
	case BUCKET_HOUR: return floor_to(at_ms, 0, HOUR_MS);
	case BUCKET_WEEK: return floor_to(at_ms, MONDAY_MS, WEEK_MS);
	case BUCKET_MONTH: return time_month_start(at_ms);
	case BUCKET_DAY:
	default: return floor_to(at_ms, 0, DAY_MS);
	}
}

int64_t
bucket_next(enum bucket bucket, int64_t start_ms)
{
	switch (bucket) {
	case BUCKET_HOUR: return start_ms + HOUR_MS;
	case BUCKET_WEEK: return start_ms + WEEK_MS;
	case BUCKET_MONTH: return time_add_months(start_ms, 1);
	case BUCKET_DAY:
	default: return start_ms + DAY_MS;
	}
}
