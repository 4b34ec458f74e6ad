/*
 * Tests of lib/config.c.
 */
#include <string.h>

#include "lib/config.h"
#include "lib/config_keys.h"
#include "tests/unit/unit.h"

#define MINIMUM                                                                                    \
	"public_url = \"https://id.example.com\";\nauth_url = \"https://auth.example.com\";\n"

static struct config *
parse(const char *text)
{
	struct config_problem problems[8];
	struct config *config = NULL;
	size_t count = 0;

	if (!config_parse(arena, "test.conf", text, &config, problems, ARRAY_LEN(problems), &count))
		fail_msg("%d: %s: %s", problems[0].line, problems[0].key, problems[0].message);
	assert_int_equal(count, 0);
	return config;
}

/* All problems as "line key; line key". */
static const char *
problems_of(const char *text)
{
	struct config_problem problems[16];
	struct config *config = NULL;
	struct buffer out = buffer_new(arena);
	size_t count = 0;

	bool is_good =
	    config_parse(arena, "test.conf", text, &config, problems, ARRAY_LEN(problems), &count);
	assert_int_equal(is_good, config != NULL);
	assert_int_equal(is_good, count == 0);
	for (size_t i = 0; i < count; i++) {
		buffer_printf(&out, "%s%d %s", i == 0 ? "" : "; ", problems[i].line,
			      problems[i].key);
		assert_true(strlen(problems[i].message) > 5);
	}
	return buffer_string(&out);
}

static void
defaults_hold_where_nothing_is_set(void **state)
{
	(void)state;
	const struct config *config = parse(MINIMUM);

	assert_string_equal(config->public_url, "https://id.example.com");
	assert_int_equal(config->database.host_count, 1);
	assert_string_equal(config->database.hosts[0], "/run/mysqld/mysqld.sock");
	assert_int_equal(config->process.watchdog_ms, 30000);
	assert_int_equal(config->process.arena_bytes_max, 8 * 1024 * 1024);
	assert_int_equal(config->passwords.memory_kib, 9216);
	assert_int_equal(config->passwords.passes, 4);
	assert_true(config->mail.require_tls);
	assert_string_equal(config->log_level, "info");
	assert_int_equal(config->limits[RATE_KEY_MINT].limit, 10);
	assert_int_equal(config->limits[RATE_KEY_MINT].window_s, 3600);
	assert_string_equal(config->test_clock_file, "");
}

static void
every_kind_of_value_is_read(void **state)
{
	(void)state;
	const struct config *config =
	    parse(MINIMUM
		  "database = { hosts = [ \"/tmp/a.sock\", \"localhost:3307\" ]; name = \"g\"; };\n"
		  "mail = { transport = \"file\"; require_tls = false; };\n"
		  "process = { watchdog_ms = 5000; };\nmachines = 3L;\n"
		  "limits = { credential = { limit = 5; }; };\n");

	assert_int_equal(config->database.host_count, 2);
	assert_string_equal(config->database.hosts[1], "localhost:3307");
	assert_string_equal(config->database.name, "g");
	assert_string_equal(config->mail.transport, "file");
	assert_false(config->mail.require_tls);
	assert_int_equal(config->process.watchdog_ms, 5000);
	assert_int_equal(config->machines, 3);
	assert_int_equal(config->limits[RATE_CREDENTIAL].limit, 5);
	assert_int_equal(config->limits[RATE_CREDENTIAL].window_s, 60);
}

static bool
same_value(const struct config_key *key, const struct config *a, const struct config *b)
{
	const char *left = (const char *)a + key->offset;
	const char *right = (const char *)b + key->offset;

	switch (key->type) {
	case CONFIG_TEXT:
	case CONFIG_URL:
	case CONFIG_PATH:
	case CONFIG_NETWORKS:
		return strcmp(*(const char *const *)(const void *)left,
			      *(const char *const *)(const void *)right) == 0;
	case CONFIG_HOSTS:
		return a->database.host_count == b->database.host_count &&
		       strcmp(a->database.hosts[0], b->database.hosts[0]) == 0;
	case CONFIG_INT:
		return memcmp(left, right, sizeof(int64_t)) == 0;
	case CONFIG_UINT32:
		return memcmp(left, right, sizeof(uint32_t)) == 0;
	case CONFIG_BOOL:
		return *(const bool *)left == *(const bool *)right;
	}
	return false;
}

static void
example_parses_back_to_the_defaults(void **state)
{
	(void)state;
	struct buffer example = buffer_new(arena);

	config_print_example(&example);
	const struct config *from_example = parse(buffer_string(&example));
	const struct config *defaults = parse(MINIMUM);
	for (size_t i = 0; i < config_key_count; i++) {
		if (!same_value(&config_keys[i], from_example, defaults))
			fail_msg("%s", config_keys[i].path);
		/*
		 * Not only the defaults by silence: the key stands in the text, with its meaning
		 * before it.
		 */
		const char *last_dot = strrchr(config_keys[i].path, '.');
		const char *name = last_dot == NULL ? config_keys[i].path : last_dot + 1;
		assert_non_null(
		    strstr(buffer_string(&example), arena_printf(arena, "%s = ", name)));
		assert_non_null(strstr(buffer_string(&example), config_keys[i].meaning));
	}
}

/* A default of the table that its own bounds refuse would be a start that fails. */
static void
defaults_are_within_their_bounds(void **state)
{
	(void)state;
	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];
		if (key->type == CONFIG_INT || key->type == CONFIG_UINT32)
			assert_true(key->min <= key->int_default && key->int_default <= key->max);
		assert_true(strlen(key->meaning) > 0);
	}
}

static void
problems_name_line_and_key(void **state)
{
	(void)state;
	static const char *const vectors[][2] = {
		{ "nonsense = 1;", "3 nonsense" },
		{ "database = {\n nme = \"x\"; };", "4 database.nme" },
		{ "limits = { credentials = { limit = 1; }; };", "3 limits.credentials" },
		{ "limits = { credential = { limits = 1; }; };", "3 limits.credential.limits" },
		{ "database = 1;", "3 database" },
		{ "machines = { };", "3 machines" },
		{ "machines = \"1\";", "3 machines" },
		{ "machines = 1.0;", "3 machines" },
		{ "machines = true;", "3 machines" },
		{ "machines = 0;", "3 machines" },
		{ "machines = 1001;", "3 machines" },
		{ "machines = 99999999999;", "3 machines" },
		{ "log_level = \"loud\";", "3 log_level" },
		{ "log_level = 1;", "3 log_level" },
		{ "log_level = \"\";", "3 log_level" },
		{ "master_key_file = \"relative\";", "3 master_key_file" },
		{ "master_key_file = \"\";", "3 master_key_file" },
		{ "mail = { require_tls = 1; };", "3 mail.require_tls" },
		{ "mail = { transport = \"pigeon\"; };", "3 mail.transport" },
		{ "mail = { url = \"http://x\"; };", "0 mail.url" },
		{ "passwords = { memory_kib = 7167; };", "3 passwords.memory_kib" },
		{ "passwords = { passes = 11; };", "3 passwords.passes" },
		{ "database = { hosts = \"x\"; };", "3 database.hosts" },
		{ "database = { hosts = [ ]; };", "3 database.hosts" },
		{ "database = { hosts = [ 1 ]; };", "3 database.hosts" },
		{ "database = { hosts = [ \"a:0\" ]; };", "3 database.hosts" },
		{ "database = { hosts = [ \"a:b:c\" ]; };", "3 database.hosts" },
		{ "database = { hosts = [ \"\" ]; };", "3 database.hosts" },
		{ "database = { hosts = [ \"db.example:3306\" ]; };", "0 database.tls_ca_file" },
		{ "database = { hosts = [ \"localhost.example\" ]; };", "0 database.tls_ca_file" },
		{ "database = { hosts = [ \"[2001:db8::1]:3306\" ]; };", "0 database.tls_ca_file" },
		{ "database = { hosts = [ \"[2001:db8::1:3306\" ]; };", "3 database.hosts" },
		{ "process = { job_workers = 21; };", "3 process.job_workers" },
		{ "machines = ;", "3 " },
		{ "machines = 1;\nmachines = 2;", "4 " },
		{ "log_level = \"warn;", "3 " },
		{ "@include \"/etc/hostname\"", "3 " },
		{ "machines = 0; log_level = 1; x = 2;", "3 machines; 3 log_level; 3 x" },
	};

	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		const char *found = problems_of(arena_printf(arena, MINIMUM "%s", vectors[i][0]));
		if (strcmp(found, vectors[i][1]) != 0)
			fail_msg("%s: %s", vectors[i][0], found);
	}
	assert_string_equal(problems_of(MINIMUM), "");
	assert_string_equal(
	    problems_of(
		MINIMUM
		"database = { hosts = [ \"db.example:3306\" ]; tls_ca_file = \"/etc/ca.pem\"; };"),
	    "");
	assert_string_equal(
	    problems_of(MINIMUM "database = { hosts = [ \"[::1]:3306\", \"127.0.0.1\" ]; };"), "");
}

static void
addresses_are_required_and_plain(void **state)
{
	(void)state;
	static const char *const bad[] = { "http://id.example.com",
					   "https://id.example.com/",
					   "https://id.example.com/x",
					   "https://id.example.com?x",
					   "https://",
					   "id.example.com",
					   "https://Id.example.com",
					   "https://u@id.example.com",
					   "" };

	assert_string_equal(problems_of(""), "0 public_url; 0 auth_url");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_string_equal(
		    problems_of(arena_printf(
			arena, "public_url = \"%s\";\nauth_url = \"https://a\";", bad[i])),
		    "1 public_url");
	parse("public_url = \"https://localhost:8443\";\nauth_url = \"https://localhost:8443\";");
}

static void
problems_beyond_the_room_are_counted_out(void **state)
{
	(void)state;
	struct config_problem problems[2];
	struct config *config = NULL;
	size_t count = 0;

	assert_false(
	    config_parse(arena, "test.conf", MINIMUM "a=1;b=1;c=1;", &config, problems, 2, &count));
	assert_int_equal(count, 2);
	assert_null(config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(defaults_hold_where_nothing_is_set),
		TEST(every_kind_of_value_is_read),
		TEST(example_parses_back_to_the_defaults),
		TEST(defaults_are_within_their_bounds),
		TEST(problems_name_line_and_key),
		TEST(addresses_are_required_and_plain),
		TEST(problems_beyond_the_room_are_counted_out),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
