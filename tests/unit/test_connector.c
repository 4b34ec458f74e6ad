/*
 * What a client of an MCP server reads out of what the servers say.
 */
#include "unit.h"

#include <string.h>

#include "lib/connector.h"

static void
challenges_are_read_as_rfc_9110_writes_them(void **state)
{
	(void)state;
	static const struct {
		const char *header, *metadata_url, *scope;
		bool is_bearer;
	} cases[] = {
		{ "Bearer resource_metadata=\"https://a/b\", scope=\"x y\"", "https://a/b", "x y", true },
		{ "bearer scope=x,resource_metadata=https://a/b", "https://a/b", "x", true },
		{ "Bearer realm=\"a \\\"quoted, Bearer scope=x\\\" word\"", NULL, NULL, true },
		{ "Basic realm=\"x\", Bearer scope=\"x\"", NULL, "x", true },
		{ "Basic scope=\"x\", resource_metadata=\"y\"", NULL, NULL, false },
		{ "Basic realm=\"Bearer resource_metadata=y\"", NULL, NULL, false },
		{ "Bearer", NULL, NULL, true },
		{ "Bearer scope=\"cut off", NULL, "cut off", true },
		{ "Bearer ====,,,\"\"", NULL, NULL, true },
		{ "DPoP algs=\"ES256\", Bearer scope=\"x\", DPoP scope=\"y\"", NULL, "x", true },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct connector_findings findings = { .count = 0 };
		struct connector_challenge challenge;

		assert_true(connector_judge_challenge(arena, 401, cases[i].header, &findings, &challenge));
		bool is_bearer = findings.count == 0 || findings.items[0].fault != CONNECTOR_NOT_BEARER;
		if (is_bearer != cases[i].is_bearer)
			fail_msg("%s", cases[i].header);
		assert_true(challenge.metadata_url == NULL ? cases[i].metadata_url == NULL : strcmp(challenge.metadata_url, cases[i].metadata_url) == 0);
		assert_true(challenge.scope == NULL ? cases[i].scope == NULL : strcmp(challenge.scope, cases[i].scope) == 0);
	}
}

static void
metadata_is_looked_for_where_the_rfcs_put_it(void **state)
{
	(void)state;
	struct strings urls = connector_resource_metadata_urls(arena, "https://a.example:8443/mcp/?tools=x");

	assert_int_equal(urls.count, 2);
	assert_string_equal(urls.items[0], "https://a.example:8443/.well-known/oauth-protected-resource/mcp");
	assert_string_equal(urls.items[1], "https://a.example:8443/.well-known/oauth-protected-resource");
	assert_int_equal(connector_resource_metadata_urls(arena, "https://a.example/").count, 1);
	urls = connector_server_metadata_urls(arena, "https://a.example/p/x");
	assert_int_equal(urls.count, 3);
	assert_string_equal(urls.items[0], "https://a.example/.well-known/oauth-authorization-server/p/x");
	assert_string_equal(urls.items[1], "https://a.example/.well-known/openid-configuration/p/x");
	assert_string_equal(urls.items[2], "https://a.example/p/x/.well-known/openid-configuration");
	assert_int_equal(connector_server_metadata_urls(arena, "https://a.example").count, 2);
}

static void
secrets_are_masked_wherever_they_stand(void **state)
{
	(void)state;
	const char *const secrets[] = { "s3cret", NULL, "", "other" };
	static const char json[] = "{\"access_token\":\"x\",\"a\":[{\"client_secret\":\"y\",\"code\":5}],\"scope\":\"z\"}";
	struct buffer out = buffer_new(arena);
	struct json tree;

	assert_string_equal(connector_without(arena, "a=s3cret&b=s3cretother", (struct strings){ secrets, ARRAY_LEN(secrets) }), "a=•••&b=••••••");
	assert_int_equal(json_parse(arena, json, strlen(json), &tree, NULL), OK);
	connector_mask_members(&out, &tree);
	assert_string_equal(buffer_string(&out), "{\"access_token\":\"•••\",\"a\":[{\"client_secret\":\"•••\",\"code\":5}],\"scope\":\"z\"}");
}

static void
an_answer_is_found_in_a_stream_of_events(void **state)
{
	(void)state;
	assert_string_equal(connector_event_data(arena, "text/event-stream; charset=utf-8", ": hello\r\ndata: {\"method\":\"x\"}\r\n\r\ndata: {\"result\":{}}\n\n"),
			    " {\"result\":{}}");
	assert_string_equal(connector_event_data(arena, "text/event-stream", "data: nothing\n\n"), "");
	assert_string_equal(connector_event_data(arena, "application/json", "data: {\"result\":{}}"), "data: {\"result\":{}}");
}

/* What breaks the line would be headers of its own. */
static void
tokens_that_cannot_stand_in_a_header_are_none(void **state)
{
	(void)state;
	static const struct {
		const char *token;
		bool is_taken;
	} cases[] = { { "x", true }, { "x\\r\\nHost: b", false }, { "x\\n", false }, { "x y", false }, { "", false } };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *text = arena_printf(arena,
						"{\"client_id\":\"c\",\"registration_access_token\":\"%s\",\"access_token\":\"%s\","
						"\"token_type\":\"Bearer\"}",
						cases[i].token, cases[i].token);
		struct connector_findings findings = { .count = 0 };
		struct connector_client client;
		const char *token = NULL;
		struct json body;

		assert_int_equal(json_parse(arena, text, strlen(text), &body, NULL), OK);
		assert_true(connector_judge_registration(arena, 201, &body, &findings, &client));
		assert_int_equal(client.management_token != NULL, cases[i].is_taken);
		assert_int_equal(connector_judge_token(arena, "https://a/", 200, "no-store", &body, &findings, &token), cases[i].is_taken);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(challenges_are_read_as_rfc_9110_writes_them),
		TEST(metadata_is_looked_for_where_the_rfcs_put_it),
		TEST(secrets_are_masked_wherever_they_stand),
		TEST(an_answer_is_found_in_a_stream_of_events),
		TEST(tokens_that_cannot_stand_in_a_header_are_none),
	};

	return cmocka_run_group_tests_name("connector", tests, NULL, NULL);
}
