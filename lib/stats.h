/*
 * What is counted for analytics and built-in meters, and the key under which a count stands in shared memory until it is written:
 * whose, what, which hour, and the values it is told apart by, in 16 words that are never zero.
 */
#ifndef GATEHOUSE_LIB_STATS_H
#define GATEHOUSE_LIB_STATS_H

#include "lib/arena.h"
#include "lib/ids.h"

enum stat_kind {
	STAT_USER_DAY = 0,	/* a user was there that day; its value is the user's id. No metric: dau and mau are made of it */
#define STAT(symbol, ...) STAT_##symbol,
#include "lib/stats.def"
#undef STAT
	STAT_COUNT
};

#define STAT_DIMS_MAX 3
/* Values are ASCII; other text is percent-encoded, and cut. */
#define STAT_VALUE_SIZE 65

struct stat_info {
	const char *metric;	/* "" for none */
	const char *meter;	/* "" for none */
	const char *dims[STAT_DIMS_MAX];	/* NULL after the last */
};

const struct stat_info *stat_info(enum stat_kind) RETURNS_NONNULL;

/* One count, as whoever counts says it. Texts are borrowed. */
struct stat_count {
	enum stat_kind stat;
	const char *project_id;
	const char *values[STAT_DIMS_MAX];	/* in the order of the dimensions; NULL and "" are "other" */
	uint64_t n;				/* 0 is one */
};

#define STAT_KEY_WORDS 16

struct stat_key {
	uint64_t words[STAT_KEY_WORDS];
};

/* False for what isn't a project's id. */
bool stat_key_make(const struct stat_count *, int64_t now_ms, struct stat_key *ret_key);

struct stat_parts {
	enum stat_kind stat;
	char project_id[ID_SIZE];
	int64_t hour_at;	/* when its hour began */
	char values[STAT_DIMS_MAX][STAT_VALUE_SIZE];	/* "" beyond the stat's dimensions */
};

void stat_key_read(const struct stat_key *, struct stat_parts *ret_parts);

/* A stored value as the text that it was. */
const char *stat_value_text(struct arena *, const char *value) RETURNS_NONNULL;

#endif
