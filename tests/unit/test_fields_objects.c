/*
 * Tests of lib/fields_values.c: objects in a request.
 */
#include <string.h>

#include "lib/fields.h"
#include "tests/unit/unit.h"

struct inner {
	struct {
		bool seq, word;
	} has;
	int64_t seq;
	const char *word;
};

static const struct field inner_fields[] = {
	IN_INT(struct inner, seq, 1, 10, .flags = FIELD_REQUIRED),
	IN_STRING(struct inner, word, .max = 3),
	FIELDS_END,
};

struct outer {
	struct {
		bool name, inner;
	} has;
	const char *name;
	const struct inner *inner;
};

static const struct field outer_fields[] = {
	IN_STRING(struct outer, name, .max = 3),
	IN_OBJECT(struct outer, inner, inner_fields, struct inner),
	FIELDS_END,
};

static struct outer
parse_outer(const char *text, struct field_errors *errors)
{
	const struct name_values none = { 0 };
	struct outer outer;
	struct json body;

	*errors = (struct field_errors){ .count = 0 };
	assert_int_equal(json_parse(arena, text, strlen(text), &body, NULL), OK);
	fields_parse(arena, outer_fields, &body, none, none, &outer, errors);
	return outer;
}

static void
an_object_is_read_into_a_struct_of_its_own(void **state)
{
	struct field_errors errors;
	struct outer outer = parse_outer("{\"name\":\"a\",\"inner\":{\"seq\":3,\"word\":\"b\"}}", &errors);

	(void)state;
	assert_int_equal(errors.count, 0);
	assert_true(outer.has.inner);
	assert_int_equal(outer.inner->seq, 3);
	assert_true(outer.inner->has.word);
	assert_string_equal(outer.inner->word, "b");
	outer = parse_outer("{\"inner\":{\"seq\":3}}", &errors);
	assert_int_equal(errors.count, 0);
	assert_false(outer.inner->has.word);
	outer = parse_outer("{}", &errors);
	assert_int_equal(errors.count, 0);
	assert_false(outer.has.inner);
	assert_null(outer.inner);
}

static void
what_is_wrong_in_an_object_is_named_by_both_names(void **state)
{
	struct field_errors errors;
	struct outer outer =
		parse_outer("{\"name\":\"long\",\"inner\":{\"word\":\"long\",\"more\":1}}", &errors);

	(void)state;
	assert_false(outer.has.inner);
	assert_int_equal(errors.count, 4);
	assert_string_equal(errors.items[0].field, "name");
	assert_string_equal(errors.items[1].field, "inner.seq");
	assert_string_equal(errors.items[1].rule, "required");
	assert_string_equal(errors.items[2].field, "inner.word");
	assert_string_equal(errors.items[3].field, "inner.more");
	assert_string_equal(errors.items[3].rule, "unknown");
	parse_outer("{\"inner\":[]}", &errors);
	assert_int_equal(errors.count, 1);
	assert_string_equal(errors.items[0].field, "inner");
	assert_string_equal(errors.items[0].rule, "type");
	parse_outer("{\"inner\":null}", &errors);
	assert_int_equal(errors.count, 1);
	assert_string_equal(errors.items[0].rule, "type");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_object_is_read_into_a_struct_of_its_own),
		TEST(what_is_wrong_in_an_object_is_named_by_both_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
