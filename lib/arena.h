/*
 * Memory that lives as long as one request (or one job) and goes at once.
 *
 * An allocation never fails: a malloc that returns NULL ends the process (the master starts another worker). A request that
 * takes more than the arena's limit is marked exhausted instead; whoever runs the request looks at the mark before it commits,
 * rolls back and answers 503. Loops whose length a client decides must look at it too.
 */
#ifndef GATEHOUSE_LIB_ARENA_H
#define GATEHOUSE_LIB_ARENA_H

#include <stdarg.h>

#include "lib/base.h"

struct arena;

/* A place to rewind to. */
struct arena_mark {
	size_t block;
	size_t used;
	size_t secrets;
};

/* limit_bytes: what one request may take (8 MiB in the workers). Ends the process when malloc fails. */
struct arena *arena_new(size_t limit_bytes) RETURNS_NONNULL;
void arena_free(struct arena *);

/* Zeroed, aligned for any type. size 0 gives a unique pointer. */
void *arena_alloc(struct arena *, size_t size) RETURNS_NONNULL;
/* count * size with the overflow check; an overflow exhausts the arena and returns one element. */
void *arena_alloc_array(struct arena *, size_t count, size_t size) RETURNS_NONNULL;
void *arena_copy(struct arena *, const void *data, size_t len) RETURNS_NONNULL;
/* NULL in, NULL out. */
char *arena_strdup(struct arena *, const char *text);
/* Copies len octets and adds a NUL. */
char *arena_strndup(struct arena *, const char *text, size_t len) RETURNS_NONNULL;
char *arena_printf(struct arena *, const char *format, ...) PRINTF_LIKE(2, 3) RETURNS_NONNULL;
char *arena_vprintf(struct arena *, const char *format, va_list) PRINTF_LIKE(2, 0) RETURNS_NONNULL;

/* Registers memory (the arena's own or not) to be cleansed when the arena is reset or freed. */
void arena_wipe_later(struct arena *, void *data, size_t len);

/* Until it is reset, so much may be taken from now on: for the few requests that are large by nature. Never lowers the limit. */
void arena_make_room(struct arena *, size_t bytes);
bool arena_is_exhausted(const struct arena *);
size_t arena_used_bytes(const struct arena *);

struct arena_mark arena_mark(const struct arena *);
/* Gives back everything allocated since the mark (wiping registered secrets) and clears the exhausted mark. */
void arena_rewind(struct arena *, struct arena_mark);
/* Gives back everything; keeps the first block for the next request. */
void arena_reset(struct arena *);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, count, type) ((type *)arena_alloc_array((arena), (count), sizeof(type)))

#endif
