/*
 * Writes what was counted in shared memory (sys/counters.h) to the database: by hour, by day, and to what the built-in meters feed.
 */
#ifndef GATEHOUSE_FCGI_STAT_FLUSH_H
#define GATEHOUSE_FCGI_STAT_FLUSH_H

#include "sql/db.h"

/*
 * One transaction for a batch, which counts once however often it is tried. An error has written nothing, or one doesn't know: the same
 * batch comes again with the next call.
 */
enum err stat_flush(struct counters *, struct db *, struct arena *, int64_t now_ms) MUST_CHECK;

#endif
