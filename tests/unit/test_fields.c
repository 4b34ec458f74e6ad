/*
 * Tests of lib/fields_parse.c and lib/fields_render.c.
 */
#include <stdio.h>
#include <string.h>

#include "lib/fields.h"
#include "tests/unit/unit.h"

static const char *const colours[] = { "red", "green", NULL };

static const char *
check_even(const char *text)
{
	return strlen(text) % 2 == 0 ? NULL : "pattern";
}

struct input {
	struct {
		bool id, name, note, colour, is_on, count, at, tags, sizes, owner_id, password,
		    environment, even, search, page, kinds;
	} has;
	const char *id;
	const char *name;
	const char *note;
	const char *colour;
	bool is_on;
	int64_t count;
	int64_t at;
	struct strings tags;
	struct strings sizes;
	const char *owner_id;
	const char *password;
	const char *environment;
	const char *even;
	const char *search;
	int64_t page;
	struct strings kinds;
};

static const struct field input_fields[] = {
	IN_ID(struct input, id, ID_PROJECT, .in = IN_PATH, .flags = FIELD_REQUIRED),
	IN_STRING(struct input, name, .min = 1, .max = 5, .flags = FIELD_REQUIRED),
	IN_STRING(struct input, note, .max = 10, .flags = FIELD_NULLABLE | FIELD_LINE_BREAKS),
	IN_ENUM(struct input, colour, colours),
	IN_BOOL(struct input, is_on),
	IN_INT(struct input, count, 1, 10, .flags = FIELD_NULLABLE),
	IN_TIME(struct input, at, .flags = FIELD_NULLABLE),
	IN_STRINGS(struct input, tags, .min = 1, .max = 3, .items_min = 1, .items_max = 3),
	IN_STRINGS(struct input, sizes, .values = colours),
	IN_ID(struct input, owner_id, ID_USER),
	IN_STRING(struct input, password, .flags = FIELD_SECRET | FIELD_RAW),
	IN_STRING(struct input, environment, .flags = FIELD_IMMUTABLE),
	IN_STRING(struct input, even, .check = check_even),
	IN_STRING(struct input, search, .in = IN_QUERY, .max = 5),
	IN_INT(struct input, page, 1, 100, .in = IN_QUERY),
	IN_STRINGS(struct input, kinds, .in = IN_QUERY, .items_max = 3, .min = 1),
	FIELDS_END,
};

#define GOOD_ID "prj_0123456789abcdef"

static struct name_value path_id[] = { { "id", GOOD_ID } };

static struct input
parse_all(const char *body, const char *id, const char *query, struct field_errors *errors)
{
	struct input input;
	struct json json;
	struct name_values pairs = { 0 };
	const char *bad = NULL;

	memset(&input, 0x5a, sizeof(input));
	*errors = (struct field_errors){ 0 };
	path_id[0].value = id;
	assert_int_equal(http_parse_query(arena, query, &pairs, &bad), OK);
	if (body != NULL)
		assert_int_equal(json_parse(arena, body, strlen(body), &json, NULL), OK);
	fields_parse(arena, input_fields, body == NULL ? NULL : &json,
		     (struct name_values){ path_id, 1 }, pairs, &input, errors);
	return input;
}

/* All problems as "field:rule field:rule". */
static const char *
problems(const char *body, const char *query)
{
	struct field_errors errors;
	struct buffer out = buffer_new(arena);

	parse_all(body, GOOD_ID, query, &errors);
	for (size_t i = 0; i < errors.count; i++) {
		buffer_printf(&out, "%s%s:%s", i == 0 ? "" : " ", errors.items[i].field,
			      errors.items[i].rule);
		assert_true(strlen(errors.items[i].message) > 5);
		assert_int_equal(errors.items[i].message[strlen(errors.items[i].message) - 1], '.');
	}
	return buffer_string(&out);
}

static const char *
problem_of(const char *member)
{
	return problems(arena_printf(arena, "{\"name\":\"n\",%s}", member), "");
}

static void
everything_that_was_sent_is_there(void **state)
{
	(void)state;
	struct field_errors errors;
	struct input input = parse_all(
	    "{\"name\":\"näme\",\"note\":\"a\\nb\",\"colour\":\"green\",\"is_on\":true,\"count\":"
	    "10,"
	    "\"at\":\"2026-01-15T10:30:00Z\",\"tags\":[\"a\",\"bcd\"],\"sizes\":[\"red\"],"
	    "\"owner_id\":\"usr_0123456789abcdef\",\"password\":\"p\\tw\",\"even\":\"xy\"}",
	    GOOD_ID, "search=a+b&page=7&kinds=a,b", &errors);

	assert_int_equal(errors.count, 0);
	assert_string_equal(input.id, GOOD_ID);
	assert_string_equal(input.name, "näme");
	assert_string_equal(input.note, "a\nb");
	assert_string_equal(input.colour, "green");
	assert_true(input.is_on && input.has.is_on);
	assert_int_equal(input.count, 10);
	assert_int_equal(input.at, 1768473000000);
	assert_int_equal(input.tags.count, 2);
	assert_string_equal(input.tags.items[1], "bcd");
	assert_string_equal(input.sizes.items[0], "red");
	assert_string_equal(input.owner_id, "usr_0123456789abcdef");
	assert_string_equal(input.password, "p\tw");
	assert_string_equal(input.search, "a b");
	assert_int_equal(input.page, 7);
	assert_int_equal(input.kinds.count, 2);
	assert_string_equal(input.kinds.items[1], "b");
	assert_true(input.has.name && input.has.note && input.has.tags && input.has.search &&
		    input.has.id);
	assert_false(input.has.environment);
	assert_true(fields_has_any_in_body(input_fields, &input));
}

static void
absent_and_null_are_told_apart(void **state)
{
	(void)state;
	struct field_errors errors;
	struct input input = parse_all("{\"name\":\"n\",\"note\":null,\"count\":null,\"at\":null}",
				       GOOD_ID, "", &errors);

	assert_int_equal(errors.count, 0);
	assert_true(input.has.note && input.has.count && input.has.at);
	assert_null(input.note);
	assert_true(input.count == NONE && input.at == NONE);

	input = parse_all("{\"name\":\"n\"}", GOOD_ID, "", &errors);
	assert_int_equal(errors.count, 0);
	assert_false(input.has.note || input.has.count || input.has.at || input.has.is_on ||
		     input.has.tags);
	assert_null(input.note);
	assert_null(input.tags.items);
	assert_true(input.count == NONE && input.at == NONE && input.page == NONE);
	assert_false(input.is_on);
}

static void
patch_without_a_member_is_noticed(void **state)
{
	(void)state;
	struct field_errors errors;
	struct input input = parse_all("{}", GOOD_ID, "page=1", &errors);

	assert_false(fields_has_any_in_body(input_fields, &input));
	input = parse_all("{\"note\":null}", GOOD_ID, "", &errors);
	assert_true(fields_has_any_in_body(input_fields, &input));
}

static void
rules_each_have_their_name(void **state)
{
	(void)state;
	static const char *const vectors[][2] = {
		{ "\"note\":\"fine\"", "" },
		{ "\"note\":7", "note:type" },
		{ "\"note\":\"12345678901\"", "note:length" },
		{ "\"note\":\"€€€€€€€€€€\"", "" },
		{ "\"note\":\"a\\u0001\"", "note:characters" },
		{ "\"note\":\"a\\u202e\"", "note:characters" },
		{ "\"colour\":\"blue\"", "colour:enum" },
		{ "\"colour\":null", "colour:type" },
		{ "\"colour\":[\"red\"]", "colour:type" },
		{ "\"is_on\":\"true\"", "is_on:type" },
		{ "\"is_on\":1", "is_on:type" },
		{ "\"is_on\":null", "is_on:type" },
		{ "\"count\":0", "count:range" },
		{ "\"count\":11", "count:range" },
		{ "\"count\":\"5\"", "count:type" },
		{ "\"count\":true", "count:type" },
		{ "\"at\":\"yesterday\"", "at:pattern" },
		{ "\"at\":1768473000", "at:type" },
		{ "\"tags\":[]", "tags:length" },
		{ "\"tags\":[\"a\",\"b\",\"c\",\"d\"]", "tags:length" },
		{ "\"tags\":\"a\"", "tags:type" },
		{ "\"tags\":{\"0\":\"a\"}", "tags:type" },
		{ "\"tags\":[\"a\",2]", "tags[1]:type" },
		{ "\"tags\":[\"\",\"abcd\",\"ok\"]", "tags[0]:length tags[1]:length" },
		{ "\"tags\":[null]", "tags[0]:type" },
		{ "\"sizes\":[\"red\",\"blue\"]", "sizes[1]:enum" },
		{ "\"sizes\":[]", "" },
		{ "\"owner_id\":\"prj_0123456789abcdef\"", "owner_id:id" },
		{ "\"owner_id\":\"usr_0123456789abcdef \"", "owner_id:id" },
		{ "\"owner_id\":7", "owner_id:type" },
		{ "\"environment\":\"live\"", "environment:immutable" },
		{ "\"environment\":null", "environment:immutable" },
		{ "\"even\":\"odd\"", "even:pattern" },
		{ "\"other\":1", "other:unknown" },
		{ "\"id\":\"" GOOD_ID "\"", "id:unknown" },
		{ "\"search\":\"x\"", "search:unknown" },
	};

	for (size_t i = 0; i < ARRAY_LEN(vectors); i++)
		assert_string_equal(problem_of(vectors[i][0]), vectors[i][1]);
}

static void
query_parameters_have_the_same_rules(void **state)
{
	(void)state;
	static const char *const vectors[][2] = {
		{ "search=abcde&page=100&kinds=a", "" },
		{ "search=abcdef", "search:length" },
		{ "page=0", "page:range" },
		{ "page=101", "page:range" },
		{ "page=x", "page:type" },
		{ "page=", "page:type" },
		{ "page=01", "page:type" },
		{ "page=1.0", "page:type" },
		{ "other=1", "other:unknown" },
		{ "name=x", "name:unknown" },
		{ "kinds=a,b,c,d", "kinds:length" },
		{ "kinds=a,,b", "kinds[1]:length" },
		{ "kinds=", "kinds[0]:length" },
	};

	for (size_t i = 0; i < ARRAY_LEN(vectors); i++)
		assert_string_equal(problems("{\"name\":\"n\"}", vectors[i][0]), vectors[i][1]);
}

static void
every_problem_is_reported_at_once(void **state)
{
	(void)state;
	assert_string_equal(
	    problems(
		"{\"name\":\"\",\"colour\":\"blue\",\"count\":99,\"tags\":[1],\"zzz\":1,\"yyy\":2}",
		"page=0&q=1"),
	    "name:length colour:enum count:range tags[0]:type page:range zzz:unknown yyy:unknown "
	    "q:unknown");
	assert_string_equal(problems("{}", ""), "name:required");
	assert_string_equal(problems(NULL, ""), "name:required");
	assert_string_equal(problems("[]", ""), ":type name:required");
}

static void
malformed_path_id_is_rule_id(void **state)
{
	(void)state;
	struct field_errors errors;

	parse_all("{\"name\":\"n\"}", "prj_short", "", &errors);
	assert_int_equal(errors.count, 1);
	assert_string_equal(errors.items[0].field, "id");
	assert_string_equal(errors.items[0].rule, "id");
	parse_all("{\"name\":\"n\"}", GOOD_ID, "", &errors);
	assert_int_equal(errors.count, 0);
}

static void
more_problems_than_are_listed_still_count(void **state)
{
	(void)state;
	struct field_errors errors = { 0 };
	struct buffer body = buffer_new(arena);

	buffer_text(&body, "{\"name\":\"n\"");
	for (int i = 0; i < 100; i++)
		buffer_printf(&body, ",\"x%d\":1", i);
	buffer_text(&body, "}");
	parse_all(buffer_string(&body), GOOD_ID, "", &errors);
	assert_int_equal(errors.count, ARRAY_LEN(errors.items));
}

static void
details_are_json(void **state)
{
	(void)state;
	struct field_errors errors = { 0 };
	struct json json;

	field_errors_add(&errors, arena, "a\"b", "unknown", "There is no %s.", "such member");
	field_errors_add(&errors, arena, "name", "length", "Too long.");
	const char *details = field_errors_details(arena, &errors);
	assert_string_equal(details,
			    "{\"fields\":[{\"field\":\"a\\\"b\",\"rule\":\"unknown\",\"message\":"
			    "\"There is no such member.\"},"
			    "{\"field\":\"name\",\"rule\":\"length\",\"message\":\"Too long.\"}]}");
	assert_int_equal(json_parse(arena, details, strlen(details), &json, NULL), OK);
	errors.count = 0;
	assert_string_equal(field_errors_details(arena, &errors), "{\"fields\":[]}");
}

static void
long_unknown_names_are_shown_cut(void **state)
{
	(void)state;
	struct field_errors errors;
	char *body = arena_alloc(arena, 600);

	snprintf(body, 600, "{\"name\":\"n\",\"%0500d\":1}", 0);
	parse_all(body, GOOD_ID, "", &errors);
	assert_int_equal(errors.count, 1);
	assert_int_equal(strlen(errors.items[0].field), 64);
}

#ifndef ARENA_ONE_MALLOC_PER_ALLOCATION
static void
secret_text_is_wiped_with_the_request(void **state)
{
	(void)state;
	struct field_errors errors;
	struct input input =
	    parse_all("{\"name\":\"n\",\"password\":\"hunter2hunter2\"}", GOOD_ID, "", &errors);

	assert_string_equal(input.password, "hunter2hunter2");
	const char *password = input.password;
	arena_reset(arena);
	assert_memory_not_equal(password, "hunter2hunter2", 14);
}
#endif

/* ---- rendering */

struct owner {
	const char *id;
	const char *secret;
};

static const struct field owner_fields[] = {
	OUT_ID(struct owner, id, ID_USER),
	OUT_STRING(struct owner, secret, .flags = FIELD_SECRET | FIELD_OPTIONAL),
	FIELDS_END,
};

struct row {
	const char *id;
	const char *name;
	bool is_default;
	int64_t count;
	int64_t created_at;
	struct strings uris;
	const char *scopes;
	const struct owner *owner;
	struct field_list owners;
	const char *extra;
	const char *client_secret;
	int64_t updated_at;
	const char *hidden;
};

static const struct field row_fields[] = {
	OUT_ID(struct row, id, ID_PROJECT),
	OUT_STRING(struct row, name, .flags = FIELD_NULLABLE),
	OUT_BOOL(struct row, is_default),
	OUT_INT(struct row, count, .flags = FIELD_NULLABLE),
	OUT_TIME(struct row, created_at),
	OUT_STRINGS(struct row, uris),
	OUT_WORDS(struct row, scopes),
	OUT_OBJECT(struct row, owner, owner_fields, .flags = FIELD_NULLABLE),
	OUT_LIST(struct row, owners, owner_fields, struct owner),
	OUT_JSON(struct row, extra, .flags = FIELD_OPTIONAL),
	OUT_STRING(struct row, client_secret, .flags = FIELD_SECRET | FIELD_OPTIONAL),
	OUT_TIME(struct row, updated_at, .flags = FIELD_NO_DIFF),
	FIELDS_END,
};

static const char *const uris[] = { "https://a.example/?x=1&y=2", "\"" };
static const struct owner owners[] = { { "usr_1", "s1" }, { "usr_2", NULL } };

static const struct row full = {
	.id = "prj_1",
	.name = "N",
	.is_default = true,
	.count = 0,
	.created_at = 0,
	.uris = { uris, 2 },
	.scopes = "a.read b.write",
	.owner = &owners[0],
	.owners = { owners, 2 },
	.extra = "{\"k\":[1]}",
	.client_secret = "sec_x",
	.updated_at = NONE,
	.hidden = "never shown",
};

static const struct row empty = {
	.id = "prj_1", .count = NONE, .created_at = NONE, .updated_at = NONE
};

static const char *
rendered(const struct row *row, bool without_secrets)
{
	struct buffer out = buffer_new(arena);

	fields_render(&out, row_fields, row, without_secrets);
	return buffer_string(&out);
}

static void
rows_are_rendered_by_the_table_alone(void **state)
{
	(void)state;
	assert_string_equal(
	    rendered(&full, false),
	    "{\"id\":\"prj_1\",\"name\":\"N\",\"is_default\":true,\"count\":0,\"created_at\":"
	    "\"1970-01-01T00:00:00.000Z\","
	    "\"uris\":[\"https://a.example/"
	    "?x=1&y=2\",\"\\\"\"],\"scopes\":[\"a.read\",\"b.write\"],"
	    "\"owner\":{\"id\":\"usr_1\",\"secret\":\"s1\"},\"owners\":[{\"id\":\"usr_1\","
	    "\"secret\":\"s1\"},{\"id\":\"usr_2\"}],"
	    "\"extra\":{\"k\":[1]},\"client_secret\":\"sec_x\",\"updated_at\":null}");
	assert_null(strstr(rendered(&full, false), "hidden"));
}

static void
nulls_are_null_or_left_out(void **state)
{
	(void)state;
	assert_string_equal(rendered(&empty, false),
			    "{\"id\":\"prj_1\",\"name\":null,\"is_default\":false,\"count\":null,"
			    "\"created_at\":null,\"uris\":[],"
			    "\"scopes\":null,\"owner\":null,\"owners\":[],\"updated_at\":null}");
}

static void
stored_replies_hold_no_secrets(void **state)
{
	(void)state;
	const char *stored = rendered(&full, true);

	assert_null(strstr(stored, "sec_x"));
	assert_null(strstr(stored, "s1"));
	assert_non_null(strstr(stored, "\"client_secret\":null"));
	assert_non_null(strstr(stored, "\"owner\":{\"id\":\"usr_1\",\"secret\":null}"));
	assert_non_null(strstr(rendered(&full, false), "sec_x"));
}

static void
diffs_list_what_changed(void **state)
{
	(void)state;
	struct row after = full;
	after.name = "M";
	after.count = 5;
	after.owner = NULL;
	after.updated_at = 77;

	assert_string_equal(fields_diff(arena, row_fields, &full, &full), "{}");
	assert_string_equal(fields_diff(arena, row_fields, &full, &after),
			    "{\"name\":[\"N\",\"M\"],\"count\":[0,5],\"owner\":[{\"id\":\"usr_1\","
			    "\"secret\":null},null]}");
}

static void
diffs_never_show_a_secret(void **state)
{
	(void)state;
	struct row after = full;

	after.client_secret = "sec_y";
	assert_string_equal(fields_diff(arena, row_fields, &full, &after),
			    "{\"client_secret\":[\"•\",\"•\"]}");
	after.client_secret = NULL;
	assert_string_equal(fields_diff(arena, row_fields, &full, &after),
			    "{\"client_secret\":[\"•\",null]}");
	assert_null(strstr(fields_diff(arena, row_fields, NULL, &full), "sec_x"));
	assert_null(strstr(fields_diff(arena, row_fields, NULL, &full), "s1"));
}

static void
new_and_gone_objects_list_every_member_that_is_not_null(void **state)
{
	(void)state;
	assert_string_equal(fields_diff(arena, row_fields, NULL, &empty),
			    "{\"id\":[null,\"prj_1\"],\"is_default\":[null,false],\"uris\":[null,[]"
			    "],\"owners\":[null,[]]}");
	assert_string_equal(fields_diff(arena, row_fields, &empty, NULL),
			    "{\"id\":[\"prj_1\",null],\"is_default\":[false,null],\"uris\":[[],"
			    "null],\"owners\":[[],null]}");
	assert_string_equal(fields_diff(arena, row_fields, NULL, NULL), "{}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(everything_that_was_sent_is_there),
		TEST(absent_and_null_are_told_apart),
		TEST(patch_without_a_member_is_noticed),
		TEST(rules_each_have_their_name),
		TEST(query_parameters_have_the_same_rules),
		TEST(every_problem_is_reported_at_once),
		TEST(malformed_path_id_is_rule_id),
		TEST(more_problems_than_are_listed_still_count),
		TEST(details_are_json),
		TEST(long_unknown_names_are_shown_cut),
#ifndef ARENA_ONE_MALLOC_PER_ALLOCATION
		TEST(secret_text_is_wiped_with_the_request),
#endif
		TEST(rows_are_rendered_by_the_table_alone),
		TEST(nulls_are_null_or_left_out),
		TEST(stored_replies_hold_no_secrets),
		TEST(diffs_list_what_changed),
		TEST(diffs_never_show_a_secret),
		TEST(new_and_gone_objects_list_every_member_that_is_not_null),
	};

	return cmocka_run_group_tests_name("fields", tests, NULL, NULL);
}
