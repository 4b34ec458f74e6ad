/*
 * Tests of lib/resources.c: whose audience is what, and which scopes are left there for whom.
 */
#include <string.h>

#include "lib/resources.h"
#include "tests/unit/unit.h"

#define API "https://api.example/v1"

static const struct resource_asker own = {
	.client_id = "cli_a", .audiences = "[\"cli_a\",\"" API "\",\"https://bare.example\"]", .ceiling = "", .is_first_party = true
};
static const struct resource_asker limited = {
	.client_id = "cli_a", .audiences = "[\"cli_a\"]", .ceiling = "openid read tool:write", .is_first_party = true
};
static const struct resource_asker stranger = { .client_id = "cli_s", .audiences = "[]", .ceiling = "", .is_registered = true };

static const struct resource itself = { .identifier = "cli_a", .is_client = true, .scopes = "" };
static const struct resource api = { .identifier = API, .scopes = "admin team enterprise,read ,write pro" };

static void
ri_01_a_client_asks_for_its_audiences_alone(void **state)
{
	(void)state;
	assert_string_equal(resource_choose(arena, &own, API), API);
	assert_string_equal(resource_choose(arena, &own, "cli_a"), "cli_a");
	assert_null(resource_choose(arena, &own, "https://api.example/v2"));
	assert_null(resource_choose(arena, &own, API "/"));
	assert_null(resource_choose(arena, &own, "cli_b"));
	assert_null(resource_choose(arena, &own, ""));
	/* Nobody has listed what a client may want that registered itself. */
	assert_string_equal(resource_choose(arena, &stranger, API), API);
}

static void
ri_03_a_bare_origin_has_two_spellings(void **state)
{
	(void)state;
	assert_string_equal(resource_choose(arena, &own, "https://bare.example/"), "https://bare.example");
	assert_string_equal(resource_other_spelling(arena, "https://bare.example"), "https://bare.example/");
	assert_string_equal(resource_other_spelling(arena, "https://bare.example/"), "https://bare.example");
	assert_string_equal(resource_other_spelling(arena, API), API);
	assert_string_equal(resource_other_spelling(arena, API "/"), API "/");
	assert_string_equal(resource_other_spelling(arena, "urn:example:a"), "urn:example:a");
	assert_string_equal(resource_other_spelling(arena, ""), "");
}

static void
ri_04_the_first_audience_by_itself(void **state)
{
	(void)state;
	const struct resource_asker api_first = { .client_id = "cli_a", .audiences = "[\"" API "\",\"cli_a\"]", .ceiling = "" };

	assert_string_equal(resource_choose(arena, &own, NULL), "cli_a");
	assert_string_equal(resource_choose(arena, &api_first, NULL), API);
	assert_string_equal(resource_choose(arena, &stranger, NULL), "cli_s");
}

static bool
gives(const struct resource *resource, const struct resource_asker *asker, const char *plan, const char *word)
{
	return resource_gives(resource, asker, plan, word, strlen(word));
}

static void
plans_decide_who_gets_a_scope(void **state)
{
	(void)state;
	assert_true(gives(&api, &own, NULL, "read"));
	assert_true(gives(&api, &own, "free", "read"));
	assert_false(gives(&api, &own, NULL, "write"));
	assert_false(gives(&api, &own, "free", "write"));
	assert_true(gives(&api, &own, "pro", "write"));
	assert_true(gives(&api, &own, "team", "admin"));
	assert_true(gives(&api, &own, "enterprise", "admin"));
	assert_false(gives(&api, &own, "enter", "admin"));
	assert_false(gives(&api, &own, "", "admin"));
	assert_false(gives(&api, &own, "pro", "admin"));
	/* A plan's name is no scope, nor is a part of one. */
	assert_false(gives(&api, &own, "pro", "pro"));
	assert_false(gives(&api, &own, "pro", "rea"));
	assert_false(gives(&api, &own, "pro", "team"));
}

static void
the_ceiling_is_the_most_there_is(void **state)
{
	(void)state;
	assert_true(gives(&api, &limited, "pro", "read"));
	assert_false(gives(&api, &limited, "pro", "write"));
	assert_true(gives(&api, &limited, NULL, "openid"));
	assert_false(gives(&api, &limited, NULL, "email"));
	/* What the ceiling says is nothing at a resource server that doesn't have it, and all at the client itself. */
	assert_false(gives(&api, &limited, NULL, "tool:write"));
	assert_true(gives(&itself, &limited, NULL, "tool:write"));
	assert_true(gives(&itself, &own, NULL, "offline_access"));
	assert_false(gives(&itself, &own, NULL, "read"));
}

static void
scopes_of_people(void **state)
{
	(void)state;
	const struct resource none = { .identifier = API, .scopes = "" };

	assert_string_equal(resource_scope_for_person(arena, &api, &own, NULL, "read  write openid read nonsense"), "read openid");
	assert_string_equal(resource_scope_for_person(arena, &api, &own, "pro", " write email "), "write email");
	assert_string_equal(resource_scope_for_person(arena, &api, &own, NULL, "write"), "");
	assert_string_equal(resource_scope_for_person(arena, &api, &own, NULL, ""), "");
	/* Nothing asked (rule 7). */
	assert_string_equal(resource_scope_for_person(arena, &api, &own, "pro", NULL), "openid profile email");
	assert_string_equal(resource_scope_for_person(arena, &api, &limited, "pro", NULL), "openid");
	assert_string_equal(resource_scope_for_person(arena, &api, &stranger, "pro", NULL), "read");
	assert_string_equal(resource_scope_for_person(arena, &none, &stranger, NULL, NULL), "");
	assert_string_equal(resource_scope_for_person(arena, &itself, &stranger, NULL, NULL), "");
}

static void
expect_program(const struct resource *resource, const struct resource_asker *asker, const char *plan, const char *asked, const char *expected)
{
	const char *scope = NULL;

	assert_int_equal(resource_scope_for_program(arena, resource, asker, plan, asked, &scope), OK);
	assert_string_equal(scope, expected);
}

static void
refuse_program(const struct resource *resource, const struct resource_asker *asker, const char *plan, const char *asked)
{
	const char *scope = "untouched";

	assert_int_equal(resource_scope_for_program(arena, resource, asker, plan, asked, &scope), ERR_INVALID_SCOPE);
	assert_string_equal(scope, "untouched");
}

static void
scopes_of_programs(void **state)
{
	(void)state;
	expect_program(&itself, &own, NULL, NULL, "tool:read");
	expect_program(&itself, &own, "free", "tool:read", "tool:read");
	expect_program(&itself, &own, "pro", NULL, "tool:read tool:write");
	expect_program(&itself, &own, "enterprise", "tool:admin tool:admin", "tool:admin");
	refuse_program(&itself, &own, "free", "tool:read tool:write");
	refuse_program(&itself, &own, NULL, "openid");
	refuse_program(&itself, &own, "pro", "tool:read  tool:write");
	refuse_program(&itself, &own, NULL, " tool:read");
	expect_program(&itself, &limited, "pro", NULL, "tool:write");
	expect_program(&itself, &limited, NULL, NULL, "");
	refuse_program(&itself, &limited, "pro", "tool:read");
	expect_program(&api, &own, NULL, NULL, "read");
	expect_program(&api, &own, "pro", NULL, "read write");
	expect_program(&api, &own, "pro", "write", "write");
	refuse_program(&api, &own, NULL, "write");
	refuse_program(&api, &own, "pro", "openid");
	expect_program(&api, &limited, "pro", NULL, "read");
	refuse_program(&api, &limited, "pro", "write");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ri_01_a_client_asks_for_its_audiences_alone),
		TEST(ri_03_a_bare_origin_has_two_spellings),
		TEST(ri_04_the_first_audience_by_itself),
		TEST(plans_decide_who_gets_a_scope),
		TEST(the_ceiling_is_the_most_there_is),
		TEST(scopes_of_people),
		TEST(scopes_of_programs),
	};

	return cmocka_run_group_tests_name("resources", tests, NULL, NULL);
}
