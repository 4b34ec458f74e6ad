/*
 * The arena: blocks taken from malloc, cut from the front, given back together.
 *
 * With ARENA_ONE_MALLOC_PER_ALLOCATION every allocation is a block of its own, so that sanitizers
 * and valgrind see each overrun and each use after a rewind.
 */
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "lib/arena.h"

#define BLOCK_BYTES        ((size_t)64 * 1024)
#define EXIT_OUT_OF_MEMORY 71

struct block {
	char *data;
	size_t size;
	size_t used;
};

struct arena {
	struct block *blocks;
	size_t block_count;
	size_t block_room;
	struct bytes *secrets;
	size_t secret_count;
	size_t secret_room;
	size_t used;
	size_t limit, first_limit;
	bool exhausted;
};

/* No unwinding: nothing is committed yet, and the master starts another worker. */
static _Noreturn void
out_of_memory(void)
{
	static const char line[] = "{\"level\":\"error\",\"message\":\"out of memory\"}\n";

	ssize_t written = write(STDERR_FILENO, line, sizeof(line) - 1);
	(void)written;
	_exit(EXIT_OUT_OF_MEMORY);
}

static void *
grow_list(void *list, size_t item_size, size_t *room)
{
	size_t wanted = *room == 0 ? 16 : *room * 2;
	void *grown = reallocarray(list, wanted, item_size);

	if (grown == NULL)
		out_of_memory();
	*room = wanted;
	return grown;
}

static struct block *
add_block(struct arena *arena, size_t size)
{
	if (arena->block_count == arena->block_room)
		arena->blocks =
		    grow_list(arena->blocks, sizeof(*arena->blocks), &arena->block_room);

	struct block *block = &arena->blocks[arena->block_count];
	block->data = malloc(size);
	if (block->data == NULL)
		out_of_memory();
	block->size = size;
	block->used = 0;
	arena->block_count++;
	return block;
}

struct arena *
arena_new(size_t limit_bytes)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (arena == NULL)
		out_of_memory();
	arena->limit = arena->first_limit = limit_bytes;
#ifndef ARENA_ONE_MALLOC_PER_ALLOCATION
	add_block(arena, BLOCK_BYTES);
#endif
	return arena;
}

void
arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	arena_rewind(arena, (struct arena_mark){ 0 });
	free(arena->blocks);
	free(arena->secrets);
	free(arena);
}

#ifdef ARENA_ONE_MALLOC_PER_ALLOCATION

static void *
take(struct arena *arena, size_t size)
{
	struct block *block = add_block(arena, size);

	block->used = size;
	arena->used += size;
	return block->data;
}

#else

static void *
take(struct arena *arena, size_t size)
{
	struct block *block = &arena->blocks[arena->block_count - 1];
	size_t aligned = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);

	if (aligned < size)
		out_of_memory();
	if (block->size - block->used < aligned)
		block = add_block(arena, aligned > BLOCK_BYTES ? aligned : BLOCK_BYTES);
	void *data = block->data + block->used;
	block->used += aligned;
	arena->used += aligned;
	return data;
}

#endif

void *
arena_alloc(struct arena *arena, size_t size)
{
	size_t wanted = size == 0 ? 1 : size;
	void *data = take(arena, wanted);

	memset(data, 0, wanted);
	if (arena->used > arena->limit)
		arena->exhausted = true;
	return data;
}

void *
arena_alloc_array(struct arena *arena, size_t count, size_t size)
{
	size_t total = 0;

	if (__builtin_mul_overflow(count, size, &total)) {
		arena->exhausted = true;
		total = size;
	}
	return arena_alloc(arena, total);
}

void *
arena_copy(struct arena *arena, const void *data, size_t len)
{
	void *copy = arena_alloc(arena, len);

	if (len > 0)
		memcpy(copy, data, len);
	return copy;
}

char *
arena_strdup(struct arena *arena, const char *text)
{
	return text == NULL ? NULL : arena_strndup(arena, text, strlen(text));
}

char *
arena_strndup(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);

	if (len > 0)
		memcpy(copy, text, len);
	return copy;
}

char *
arena_printf(struct arena *arena, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	char *text = arena_vprintf(arena, format, arguments);
	va_end(arguments);
	return text;
}

char *
arena_vprintf(struct arena *arena, const char *format, va_list arguments)
{
	va_list again;

	va_copy(again, arguments);
	int len = vsnprintf(NULL, 0, format, arguments);
	/* Only a broken format or a text of 2 GiB gets here. */
	if (len < 0)
		out_of_memory();
	char *text = arena_alloc(arena, (size_t)len + 1);
	vsnprintf(text, (size_t)len + 1, format, again);
	va_end(again);
	return text;
}

void
arena_wipe_later(struct arena *arena, void *data, size_t len)
{
	if (arena->secret_count == arena->secret_room)
		arena->secrets =
		    grow_list(arena->secrets, sizeof(*arena->secrets), &arena->secret_room);
	arena->secrets[arena->secret_count++] = (struct bytes){ .data = data, .len = len };
}

void
arena_make_room(struct arena *arena, size_t bytes)
{
	size_t limit = 0;

	if (__builtin_add_overflow(arena->used, bytes, &limit))
		return;
	if (limit > arena->limit)
		arena->limit = limit;
}

bool
arena_is_exhausted(const struct arena *arena)
{
	return arena->exhausted;
}

size_t
arena_used_bytes(const struct arena *arena)
{
	return arena->used;
}

struct arena_mark
arena_mark(const struct arena *arena)
{
	size_t count = arena->block_count;

	return (struct arena_mark){
		.block = count,
		.used = count == 0 ? 0 : arena->blocks[count - 1].used,
		.secrets = arena->secret_count,
	};
}

static void
wipe_secrets(struct arena *arena, size_t keep)
{
	while (arena->secret_count > keep) {
		struct bytes *secret = &arena->secrets[--arena->secret_count];
		OPENSSL_cleanse((void *)(uintptr_t)secret->data, secret->len);
	}
}

/* A block's octets from `from` on; none when the block is cut further on. */
static void
cut_block(struct arena *arena, struct block *block, size_t from, bool wipe)
{
	if (block->used <= from)
		return;
	if (wipe)
		OPENSSL_cleanse(block->data + from, block->used - from);
	arena->used -= block->used - from;
	block->used = from;
}

/*
 * Where a secret was registered, everything allocated since is wiped with it: buffers that grew and
 * texts that were put together left copies that nobody could register.
 */
void
arena_rewind(struct arena *arena, struct arena_mark mark)
{
	bool wipe = arena->secret_count > mark.secrets;

	wipe_secrets(arena, mark.secrets);
	while (arena->block_count > mark.block) {
		struct block *block = &arena->blocks[--arena->block_count];
		cut_block(arena, block, 0, wipe);
		free(block->data);
	}
	if (arena->block_count > 0)
		cut_block(arena, &arena->blocks[arena->block_count - 1], mark.used, wipe);
	arena->exhausted = false;
}

void
arena_reset(struct arena *arena)
{
#ifdef ARENA_ONE_MALLOC_PER_ALLOCATION
	arena_rewind(arena, (struct arena_mark){ 0 });
#else
	arena_rewind(arena, (struct arena_mark){ .block = 1 });
#endif
	arena->limit = arena->first_limit;
}
