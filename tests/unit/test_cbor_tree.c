/*
 * Tests of lib/cbor_tree.c (security.md WA-09): what a tree may be, with the good neighbour of each
 * bad one.
 */
#include <string.h>

#include "lib/cbor_tree.h"
#include "lib/encode.h"
#include "tests/unit/unit.h"

static bool
reads(const char *hex, struct cbor_tree *tree)
{
	struct bytes octets;

	assert_true(hex_decode(arena, hex, &octets));
	/* A copy of its own, so that a sanitizer sees a read past the end. */
	return cbor_tree_read(
	    (struct bytes){arena_copy(arena, octets.data, octets.len), octets.len}, tree);
}

static void
members_are_found_by_text_and_by_label(void **state)
{
	(void)state;
	struct cbor_tree tree;

	/* {"a": 1, 3: -7, "b": h'0102', -1: ["x", true]} */
	assert_true(reads("a46161010326616242010220826178f5", &tree));
	assert_int_equal(cbor_tree_member(&tree, "a")->integer, 1);
	assert_int_equal(cbor_tree_labelled(&tree, 3)->integer, -7);
	assert_int_equal(cbor_tree_member(&tree, "b")->octets.len, 2);
	assert_int_equal(cbor_tree_labelled(&tree, -1)->kind, NODE_ARRAY);
	assert_null(cbor_tree_member(&tree, "x"));
	assert_null(cbor_tree_labelled(&tree, 1));
}

static void
a_member_that_is_there_twice_is_not_there(void **state)
{
	(void)state;
	struct cbor_tree tree;

	assert_true(reads("a2616101616202", &tree)); /* {"a": 1, "b": 2} */
	assert_int_equal(cbor_tree_member(&tree, "a")->integer, 1);
	assert_true(reads("a2616101616102", &tree)); /* {"a": 1, "a": 2} */
	assert_null(cbor_tree_member(&tree, "a"));
}

static void
every_limit_refuses_what_is_just_beyond_it(void **state)
{
	(void)state;
	static const struct {
		const char *good, *bad;
	} PAIRS[] = {
	    {"a0", "bfff"},             /* map, indefinite */
	    {"80", "9fff"},             /* array */
	    {"420102", "5f41014102ff"}, /* octets */
	    {"626162", "7f61616162ff"}, /* text */
	    {"81818100", "8181818100"}, /* depth 4, depth 5 */
	    {"a100a100a10000", "a100a100a100a100a0"},
	    {"f5", "c100"},                               /* true, a tag */
	    {"1b7fffffffffffffff", "1b8000000000000000"}, /* 63 bits, 64 */
	    {"3b7fffffffffffffff", "3b8000000000000000"},
	    {"420102", "4201"}, /* cut short */
	    {"820102", "8201"},
	    {"a10102", "a101"},
	    {"83010203", "9bffffffffffffffff010203"}, /* more elements than octets */
	    {"4100", "5bffffffffffffffff00"},
	    {"00", "ff"}, /* a break without a beginning */
	    {"00", "1c"}, /* reserved */
	};

	for (size_t i = 0; i < ARRAY_LEN(PAIRS); i++) {
		struct cbor_tree tree;

		assert_true(reads(PAIRS[i].good, &tree));
		assert_false(reads(PAIRS[i].bad, &tree));
	}
}

/* An array of `count` zeros. */
static bool
reads_zeros(size_t count, struct cbor_tree *tree)
{
	uint8_t *octets = arena_alloc(arena, count + 2);

	octets[0] = 0x98;
	octets[1] = (uint8_t)count;
	return cbor_tree_read((struct bytes){octets, count + 2}, tree);
}

static void
sixty_four_items_and_sixty_four_kib_are_the_most(void **state)
{
	(void)state;
	struct cbor_tree tree;
	uint8_t *octets = arena_alloc(arena, CBOR_BYTES_MAX + 1);

	assert_true(reads_zeros(CBOR_NODES_MAX - 1, &tree));
	assert_false(reads_zeros(CBOR_NODES_MAX, &tree));
	assert_true(cbor_tree_read((struct bytes){octets, CBOR_BYTES_MAX}, &tree));
	assert_int_equal(tree.len, 1);
	assert_false(cbor_tree_read((struct bytes){octets, CBOR_BYTES_MAX + 1}, &tree));
	assert_false(cbor_tree_read((struct bytes){octets, 0}, &tree));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(members_are_found_by_text_and_by_label),
	    TEST(a_member_that_is_there_twice_is_not_there),
	    TEST(every_limit_refuses_what_is_just_beyond_it),
	    TEST(sixty_four_items_and_sixty_four_kib_are_the_most),
	};

	return cmocka_run_group_tests_name("cbor_tree", tests, NULL, NULL);
}
