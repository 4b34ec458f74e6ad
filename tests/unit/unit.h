/*
 * What every unit test begins with: cmocka, and an arena that lives as long as one test.
 */
#ifndef GATEHOUSE_TESTS_UNIT_H
#define GATEHOUSE_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/arena.h"

#define UNIT_ARENA_BYTES ((size_t)8 * 1024 * 1024)

static struct arena *arena;

static inline int
make_arena(void **state)
{
	(void)state;
	arena = arena_new(UNIT_ARENA_BYTES);
	return 0;
}

static inline int
free_arena(void **state)
{
	(void)state;
	arena_free(arena);
	arena = NULL;
	return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_arena, free_arena)

#endif
