/*
 * Tests of sys/log.c: every line is caught from stderr and parsed as JSON.
 */
#include <string.h>
#include <unistd.h>

#include "lib/encode.h"
#include "lib/json.h"
#include "sys/log.h"
#include "tests/unit/unit.h"

static int kept_stderr;
static int pipe_ends[2];

static int
catch_stderr(void **state)
{
	make_arena(state);
	if (pipe(pipe_ends) != 0)
		return -1;
	kept_stderr = dup(STDERR_FILENO);
	dup2(pipe_ends[1], STDERR_FILENO);
	log_open(LOG_INFO, "ctl");
	log_set_request(NULL);
	return 0;
}

static int
release_stderr(void **state)
{
	dup2(kept_stderr, STDERR_FILENO);
	close(kept_stderr);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	return free_arena(state);
}

/* What was written since the last call; "" when nothing was. */
static const char *
written(void)
{
	char *text = arena_alloc(arena, 8192);

	/* A mark, so that reading doesn't wait for a line that nobody writes. */
	assert_int_equal(write(pipe_ends[1], "\n", 1), 1);
	ssize_t len = read(pipe_ends[0], text, 8191);
	assert_true(len >= 1);
	text[len - 1] = '\0';
	return text;
}

/* One whole line of JSON. */
static struct json
line(void)
{
	const char *text = written();
	size_t len = strlen(text);
	struct json json;
	const char *reason = NULL;

	assert_true(len > 0 && len <= 4096);
	assert_int_equal(text[len - 1], '\n');
	assert_null(memchr(text, '\n', len - 1));
	if (json_parse(arena, text, len, &json, &reason) != OK)
		fail_msg("%s: %s", reason, text);
	return json;
}

static const char *
member(const struct json *json, const char *name)
{
	const struct json *value = json_member(json, name);

	return value == NULL ? NULL : value->string;
}

static void
lines_say_when_who_and_what(void **state)
{
	(void)state;
	int64_t at_ms = 0;
	log_set_request("req_0123456789abcdef");
	log_event(LOG_WARN, "A thing happened", "detail");
	struct json json = line();

	assert_true(time_parse(member(&json, "time"), &at_ms));
	assert_true(at_ms > INT64_C(1700000000000));
	assert_string_equal(member(&json, "level"), "warn");
	assert_string_equal(member(&json, "process"), "ctl");
	assert_int_equal(json_member(&json, "pid")->integer, getpid());
	assert_string_equal(member(&json, "request_id"), "req_0123456789abcdef");
	assert_string_equal(member(&json, "message"), "A thing happened");
	assert_string_equal(member(&json, "detail"), "detail");
	log_set_request(NULL);
	log_event(LOG_WARN, "Outside", NULL);
	json = line();
	assert_null(json_member(&json, "request_id"));
	assert_null(json_member(&json, "detail"));
}

static void
levels_below_the_least_are_silent(void **state)
{
	(void)state;
	log_open(LOG_WARN, "ctl");
	log_event(LOG_INFO, "silent", NULL);
	log_event_number(LOG_DEBUG, "silent", "n", 1);
	log_access(&(struct log_access){ .status = 200 });
	assert_string_equal(written(), "");
	log_event(LOG_WARN, "heard", NULL);
	line();
	log_error(ERR_DB, "heard", NULL);
	line();
	assert_int_equal(log_level_parse("debug"), LOG_DEBUG);
	assert_int_equal(log_level_parse("error"), LOG_ERROR);
	assert_int_equal(log_level_parse("rubbish"), LOG_INFO);
}

static void
lg_02_nothing_breaks_out_of_its_text(void **state)
{
	(void)state;
	const char *nasty = "a\"b\\c\n{\"level\":\"error\"}\r\x1b[31m\x01\x7f\xff\xc3\xbc";
	log_event(LOG_ERROR, "x", nasty);
	const char *text = written();

	for (const char *at = text; *at != '\0'; at++)
		assert_true(*at == '\n' ? at[1] == '\0' : *at >= 0x20 && *at < 0x7f);
	log_event(LOG_ERROR, "x", nasty);
	struct json json = line();
	assert_string_equal(member(&json, "level"), "error");
	assert_int_equal(json.count, 6);
	assert_memory_equal(member(&json, "detail"),
			    "a\"b\\c\n{\"level\":\"error\"}\r\x1b[31m\x01\x7f", 31);
}

static void
long_texts_are_cut_and_the_line_stays_json(void **state)
{
	(void)state;
	char text[6000];
	static const char fills[] = { 'a', '"', '\n', '\xff' };

	for (size_t i = 0; i < sizeof(fills); i++) {
		memset(text, fills[i], sizeof(text) - 1);
		text[sizeof(text) - 1] = '\0';
		log_event(LOG_ERROR, text, text);
		line();
		log_access(&(struct log_access){ .route_id = text,
						 .method = text,
						 .path_pattern = text,
						 .status = 200,
						 .error_code = text,
						 .error_reason = text,
						 .credential_kind = text,
						 .credential_id = text,
						 .org_id = text,
						 .project_id = text,
						 .ip = text });
		struct json json = line();
		assert_int_equal(json_member(&json, "status")->integer, 200);
		assert_int_equal(json_member(&json, "retries")->integer, 0);
	}
}

static void
numbers_and_errors_have_their_own_members(void **state)
{
	(void)state;
	log_event_number(LOG_INFO, "Counted", "rows", -5);
	struct json json = line();
	assert_int_equal(json_member(&json, "rows")->integer, -5);

	log_error(ERR_DB_CONFLICT, "Gave up", "1213");
	json = line();
	assert_string_equal(member(&json, "error"), "DB_CONFLICT");
	assert_string_equal(member(&json, "level"), "error");
	assert_string_equal(member(&json, "detail"), "1213");
}

static void
access_lines_leave_out_what_is_unknown(void **state)
{
	(void)state;
	log_access(&(struct log_access){ .route_id = "project_create",
					 .method = "POST",
					 .status = 201,
					 .duration_us = 1234,
					 .statements = 3 });
	struct json json = line();

	assert_string_equal(member(&json, "route"), "project_create");
	assert_int_equal(json_member(&json, "status")->integer, 201);
	assert_int_equal(json_member(&json, "duration_us")->integer, 1234);
	assert_int_equal(json_member(&json, "statements")->integer, 3);
	assert_null(json_member(&json, "org_id"));
	assert_null(json_member(&json, "error"));
}

#define LOG_TEST(function) cmocka_unit_test_setup_teardown(function, catch_stderr, release_stderr)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LOG_TEST(lines_say_when_who_and_what),
		LOG_TEST(levels_below_the_least_are_silent),
		LOG_TEST(lg_02_nothing_breaks_out_of_its_text),
		LOG_TEST(long_texts_are_cut_and_the_line_stays_json),
		LOG_TEST(numbers_and_errors_have_their_own_members),
		LOG_TEST(access_lines_leave_out_what_is_unknown),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
