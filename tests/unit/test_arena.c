/*
 * Tests of lib/arena.c.
 */
#include <stdalign.h>
#include <string.h>

#include "tests/unit/unit.h"

static void
alloc_gives_zeroed_aligned_memory(void **state)
{
	(void)state;
	for (size_t size = 1; size < 300; size++) {
		char *data = arena_alloc(arena, size);
		assert_int_equal((uintptr_t)data % alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(data[i], 0);
		memset(data, 0xaa, size);
	}
}

static void
alloc_of_nothing_gives_a_pointer_of_its_own(void **state)
{
	(void)state;
	assert_ptr_not_equal(arena_alloc(arena, 0), arena_alloc(arena, 0));
}

static void
alloc_is_zeroed_again_after_a_reset(void **state)
{
	(void)state;
	memset(arena_alloc(arena, 1000), 0xaa, 1000);
	arena_reset(arena);
	const char *again = arena_alloc(arena, 1000);
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(again[i], 0);
}

static void
large_and_small_allocations_do_not_overlap(void **state)
{
	(void)state;
	char *parts[40];
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		size_t size = i % 2 == 0 ? 7 : (size_t)100 * 1024;
		parts[i] = arena_alloc(arena, size);
		memset(parts[i], (int)i + 1, size);
	}
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		size_t size = i % 2 == 0 ? 7 : (size_t)100 * 1024;
		assert_int_equal(parts[i][0], i + 1);
		assert_int_equal(parts[i][size - 1], i + 1);
	}
}

static void
limit_marks_the_arena_and_reset_clears_it(void **state)
{
	(void)state;
	struct arena *small = arena_new(1024);
	arena_alloc(small, 1024);
	assert_false(arena_is_exhausted(small));
	memset(arena_alloc(small, 16), 1, 16);
	assert_true(arena_is_exhausted(small));
	arena_reset(small);
	assert_false(arena_is_exhausted(small));
	assert_int_equal(arena_used_bytes(small), 0);
	arena_free(small);
}

static void
array_overflow_exhausts_instead_of_wrapping(void **state)
{
	(void)state;
	memset(arena_alloc_array(arena, 3, 8), 1, 24);
	assert_false(arena_is_exhausted(arena));
	memset(arena_alloc_array(arena, SIZE_MAX / 4, 8), 1, 8);
	assert_true(arena_is_exhausted(arena));
}

static void
texts_are_copied(void **state)
{
	(void)state;
	char text[] = "hello";
	const char *copy = arena_strdup(arena, text);
	const char *part = arena_strndup(arena, text, 4);
	text[0] = 'j';
	assert_string_equal(copy, "hello");
	assert_string_equal(part, "hell");
	assert_null(arena_strdup(arena, NULL));
	assert_string_equal(arena_printf(arena, "%s-%d", "a", 7), "a-7");
	assert_memory_equal(arena_copy(arena, "a\0b", 3), "a\0b", 3);
}

static void
rewind_gives_back_what_came_after_the_mark(void **state)
{
	(void)state;
	char *kept = arena_strdup(arena, "kept");
	size_t used = arena_used_bytes(arena);
	struct arena_mark mark = arena_mark(arena);

	for (int round = 0; round < 50; round++) {
		for (int i = 0; i < 10; i++)
			memset(arena_alloc(arena, 50000), 1, 50000);
		arena_rewind(arena, mark);
	}
	assert_string_equal(kept, "kept");
	assert_true(arena_used_bytes(arena) <= used + 64);
}

static void
registered_memory_is_wiped_by_rewind_and_not_before(void **state)
{
	(void)state;
	char early[] = "early secret";
	char late[] = "late secret";

	arena_wipe_later(arena, early, sizeof(early));
	struct arena_mark mark = arena_mark(arena);
	arena_wipe_later(arena, late, sizeof(late));
	assert_string_equal(late, "late secret");
	arena_rewind(arena, mark);
	assert_string_equal(early, "early secret");
	assert_memory_equal(late, (char[sizeof(late)]){ 0 }, sizeof(late));
	arena_reset(arena);
	assert_memory_equal(early, (char[sizeof(early)]){ 0 }, sizeof(early));
}

static void
room_that_was_made_lasts_until_the_reset(void **state)
{
	struct arena *small = arena_new(1000);

	(void)state;
	arena_make_room(small, 100000);
	arena_alloc(small, 90000);
	assert_false(arena_is_exhausted(small));
	arena_make_room(small, 1);
	arena_alloc(small, 20);
	assert_false(arena_is_exhausted(small));
	arena_reset(small);
	arena_alloc(small, 2000);
	assert_true(arena_is_exhausted(small));
	arena_free(small);
}

#ifndef ARENA_ONE_MALLOC_PER_ALLOCATION
static void
copies_that_nobody_registered_are_wiped_with_a_secret(void **state)
{
	(void)state;
	const char *copy = arena_printf(arena, "token=%s", "s3cret");
	struct arena_mark mark = arena_mark(arena);
	const char *later = arena_printf(arena, "again=%s", "s3cret");

	arena_rewind(arena, mark);
	assert_string_equal(later, "again=s3cret");
	later = arena_printf(arena, "again=%s", "s3cret");
	char secret[] = "s3cret";
	arena_wipe_later(arena, secret, sizeof(secret));
	arena_rewind(arena, mark);
	assert_memory_equal(later, "\0\0\0\0\0\0\0\0\0\0\0\0", 12);
	assert_string_equal(copy, "token=s3cret");
}
#endif

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(alloc_gives_zeroed_aligned_memory),
		TEST(alloc_of_nothing_gives_a_pointer_of_its_own),
		TEST(alloc_is_zeroed_again_after_a_reset),
		TEST(large_and_small_allocations_do_not_overlap),
		TEST(limit_marks_the_arena_and_reset_clears_it),
		TEST(room_that_was_made_lasts_until_the_reset),
		TEST(array_overflow_exhausts_instead_of_wrapping),
		TEST(texts_are_copied),
		TEST(rewind_gives_back_what_came_after_the_mark),
		TEST(registered_memory_is_wiped_by_rewind_and_not_before),
#ifndef ARENA_ONE_MALLOC_PER_ALLOCATION
		TEST(copies_that_nobody_registered_are_wiped_with_a_secret),
#endif
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
