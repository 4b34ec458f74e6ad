/*
 * Spans of time that charts are made of, in UTC: hours, days, weeks from Monday, months (licensing.md rule 37).
 */
#ifndef GATEHOUSE_LIB_BUCKETS_H
#define GATEHOUSE_LIB_BUCKETS_H

#include "lib/base.h"

enum bucket { BUCKET_HOUR, BUCKET_DAY, BUCKET_WEEK, BUCKET_MONTH };

/* "hour" … "month", ended by NULL, in the order of the enum. */
extern const char *const bucket_names[];

/* When the bucket began that holds this moment, and when the one after it begins. */
int64_t bucket_start(enum bucket, int64_t at_ms);
int64_t bucket_next(enum bucket, int64_t start_ms);

#endif
