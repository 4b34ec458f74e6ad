/*
 * Tests of lib/fields_values.c and lib/fields_merge.c: objects in a request.
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
	IN_STRING(struct inner, word, .max = 3, .flags = FIELD_NULLABLE),
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

struct settings_patch {
	struct {
		bool name, is_on, tags, secret, inner;
	} has;
	const char *name;
	bool is_on;
	struct strings tags;
	const char *secret;
	const struct inner_patch *inner;
};

struct inner_patch {
	struct {
		bool seq, word;
	} has;
	int64_t seq;
	const char *word;
};

static const struct field inner_patch_fields[] = {
	IN_INT(struct inner_patch, seq, 1, 10, .flags = FIELD_NULLABLE),
	IN_STRING(struct inner_patch, word, .max = 3, .flags = FIELD_NULLABLE),
	FIELDS_END,
};

static const struct field patch_fields[] = {
	IN_STRING(struct settings_patch, name, .max = 9, .flags = FIELD_NULLABLE),
	IN_BOOL(struct settings_patch, is_on),
	IN_STRINGS(struct settings_patch, tags, .items_max = 3, .flags = FIELD_NULLABLE),
	IN_STRING(struct settings_patch, secret, .flags = FIELD_SECRET),
	IN_OBJECT(struct settings_patch, inner, inner_patch_fields, struct inner_patch),
	FIELDS_END,
};

static const char *
merge(const char *stored_text, const char *text)
{
	const struct name_values none = { 0 };
	struct field_errors errors = { .count = 0 };
	struct settings_patch patch;
	struct json body, stored;

	assert_int_equal(json_parse(arena, text, strlen(text), &body, NULL), OK);
	assert_int_equal(json_parse(arena, stored_text, strlen(stored_text), &stored, NULL), OK);
	fields_parse(arena, patch_fields, &body, none, none, &patch, &errors);
	assert_int_equal(errors.count, 0);
	return fields_merge(arena, patch_fields, &patch, &stored);
}

static void
a_patch_takes_the_place_of_what_it_names_and_leaves_the_rest(void **state)
{
	(void)state;
	assert_string_equal(merge("{}", "{}"), "{}");
	assert_string_equal(merge("null", "{\"is_on\":false}"), "{\"is_on\":false}");
	assert_string_equal(merge("{\"older\":[1,{\"a\":null}],\"name\":\"x\",\"is_on\":true}",
				  "{\"name\":\"y\",\"tags\":[\"b\",\"c\"]}"),
			    "{\"older\":[1,{\"a\":null}],\"is_on\":true,\"name\":\"y\",\"tags\":[\"b\",\"c\"]}");
	assert_string_equal(merge("{\"name\":\"x\",\"tags\":[\"a\"]}", "{\"name\":null,\"tags\":null}"), "{}");
	assert_string_equal(merge("{\"inner\":{\"seq\":3,\"word\":\"a\"}}", "{\"inner\":{\"word\":\"b\"}}"),
			    "{\"inner\":{\"seq\":3,\"word\":\"b\"}}");
	assert_string_equal(merge("{\"inner\":{\"seq\":3,\"word\":\"a\"}}", "{\"inner\":{\"seq\":null}}"),
			    "{\"inner\":{\"word\":\"a\"}}");
}

static void
a_secret_is_never_merged(void **state)
{
	(void)state;
	assert_string_equal(merge("{}", "{\"secret\":\"hush\",\"name\":\"x\"}"), "{\"name\":\"x\"}");
}

struct free_form {
	struct {
		bool data, list;
	} has;
	const char *data;
	const char *list;
};

static const struct field free_fields[] = {
	IN_JSON(struct free_form, data, .max = 20, .check = json_object_check),
	IN_JSON(struct free_form, list, .check = json_array_check, .flags = FIELD_NULLABLE),
	FIELDS_END,
};

static struct free_form
parse_free(const char *text, struct field_errors *errors)
{
	const struct name_values none = { 0 };
	struct free_form form;
	struct json body;

	*errors = (struct field_errors){ .count = 0 };
	assert_int_equal(json_parse(arena, text, strlen(text), &body, NULL), OK);
	fields_parse(arena, free_fields, &body, none, none, &form, errors);
	return form;
}

static void
json_of_no_fixed_shape_is_kept_as_compact_text(void **state)
{
	struct field_errors errors;
	struct free_form form = parse_free("{\"data\": {\"a\": [1, \"x\"]}, \"list\": null}", &errors);

	(void)state;
	assert_int_equal(errors.count, 0);
	assert_string_equal(form.data, "{\"a\":[1,\"x\"]}");
	assert_true(form.has.list);
	assert_null(form.list);
	form = parse_free("{\"data\":[1],\"list\":{}}", &errors);
	assert_int_equal(errors.count, 2);
	assert_string_equal(errors.items[0].rule, "object");
	assert_string_equal(errors.items[1].rule, "list");
	assert_false(form.has.data);
	parse_free("{\"data\":{\"a\":\"1234567890123\"}}", &errors);
	assert_int_equal(errors.count, 1);
	assert_string_equal(errors.items[0].rule, "length");
	parse_free("{\"data\":{\"a\":\"123456789012\"}}", &errors);
	assert_int_equal(errors.count, 0);
}

struct crowd {
	struct {
		bool people;
	} has;
	struct field_list people;
};

static const struct field crowd_fields[] = {
	IN_LIST(struct crowd, people, inner_fields, struct inner, .items_min = 1, .items_max = 2),
	FIELDS_END,
};

static struct crowd
parse_crowd(const char *text, struct field_errors *errors)
{
	const struct name_values none = { 0 };
	struct crowd crowd;
	struct json body;

	*errors = (struct field_errors){ .count = 0 };
	assert_int_equal(json_parse(arena, text, strlen(text), &body, NULL), OK);
	fields_parse(arena, crowd_fields, &body, none, none, &crowd, errors);
	return crowd;
}

static void
objects_in_a_list_are_read_one_by_one_and_named_by_their_place(void **state)
{
	struct field_errors errors;
	struct crowd crowd = parse_crowd("{\"people\":[{\"seq\":1},{\"seq\":2,\"word\":\"b\"}]}", &errors);
	const struct inner *people = crowd.people.items;

	(void)state;
	assert_int_equal(errors.count, 0);
	assert_int_equal(crowd.people.count, 2);
	assert_int_equal(people[0].seq, 1);
	assert_false(people[0].has.word);
	assert_string_equal(people[1].word, "b");
	crowd = parse_crowd("{\"people\":[{\"seq\":1},{\"seq\":11}]}", &errors);
	assert_false(crowd.has.people);
	assert_int_equal(errors.count, 1);
	assert_string_equal(errors.items[0].field, "people[1].seq");
	crowd = parse_crowd("{\"people\":[1]}", &errors);
	assert_string_equal(errors.items[0].field, "people[0]");
	assert_string_equal(errors.items[0].rule, "type");
	parse_crowd("{\"people\":{\"seq\":1}}", &errors);
	assert_string_equal(errors.items[0].rule, "type");
	parse_crowd("{\"people\":[]}", &errors);
	assert_string_equal(errors.items[0].rule, "count");
	parse_crowd("{\"people\":[{\"seq\":1},{\"seq\":1},{\"seq\":1}]}", &errors);
	assert_string_equal(errors.items[0].rule, "count");
	crowd = parse_crowd("{}", &errors);
	assert_int_equal(errors.count, 0);
	assert_int_equal(crowd.people.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_object_is_read_into_a_struct_of_its_own),
		TEST(what_is_wrong_in_an_object_is_named_by_both_names),
		TEST(objects_in_a_list_are_read_one_by_one_and_named_by_their_place),
		TEST(a_patch_takes_the_place_of_what_it_names_and_leaves_the_rest),
		TEST(json_of_no_fixed_shape_is_kept_as_compact_text),
		TEST(a_secret_is_never_merged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
