/*
 * Tests of lib/passwords.c and lib/breached.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/passwords.h"
#include "tests/unit/unit.h"

/* The least the configuration takes: these tests are about right and wrong, not about cost. */
static const struct password_cost cheap = { .memory_kib = 7168, .passes = 1 };
static const struct password_rules rules = { .length_min = 8, .length_max = 128, .score_min = 2 };
static const struct strings no_words;

static bool
verify(const char *phc, const char *password)
{
	bool matches = false;

	assert_int_equal(password_verify(arena, cheap, phc, password, &matches), OK);
	return matches;
}

static const char *
problem(const char *password)
{
	const char *rule = password_problem(&rules, password, "ana@example.com", no_words);

	return rule == NULL ? "good" : rule;
}

static void
hashes_verify_their_own_password_alone(void **state)
{
	(void)state;
	const char *phc = NULL;
	const char *again = NULL;

	assert_int_equal(password_hash(arena, cheap, "correct horse", &phc), OK);
	assert_int_equal(password_hash(arena, cheap, "correct horse", &again), OK);
	assert_string_not_equal(phc, again);
	assert_memory_equal(phc, "$argon2id$v=19$m=7168,t=1,p=1$", 30);
	assert_true(strlen(phc) < PASSWORD_HASH_MAX);
	assert_true(verify(phc, "correct horse"));
	assert_false(verify(phc, "Correct horse"));
	assert_false(verify(phc, "correct horse "));
	assert_false(verify(phc, ""));
}

static void
pw_04_passwords_are_taken_as_sent(void **state)
{
	(void)state;
	const char *composed = NULL;
	const char *spaced = NULL;

	assert_int_equal(password_hash(arena, cheap, "caf\xc3\xa9", &composed), OK);
	assert_true(verify(composed, "caf\xc3\xa9"));
	assert_false(verify(composed, "cafe\xcc\x81"));
	assert_int_equal(password_hash(arena, cheap, " space ", &spaced), OK);
	assert_true(verify(spaced, " space "));
	assert_false(verify(spaced, "space"));
}

static void
known_hash_verifies(void **state)
{
	(void)state;
	/* From the argon2 command of the reference implementation. */
	const char *phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$"
			  "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

	assert_true(verify(phc, "password"));
	assert_false(verify(phc, "passwore"));
}

static void
pw_06_nobody_has_no_password(void **state)
{
	(void)state;
	assert_false(verify(NULL, ""));
	assert_false(verify(NULL, "nobody's account"));
}

static void
what_is_no_hash_is_an_error_and_no_match(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "x", "$argon2id$", "$2y$10$abcdefghijklmnopqrstuu",
					   "$argon2id$v=19$m=7168,t=1,p=1$c29tZXNhbHQ" };
	bool matches = true;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(password_verify(arena, cheap, bad[i], "x", &matches), ERR_CRYPTO);
	assert_true(matches);
}

static void
other_costs_ask_for_a_new_hash(void **state)
{
	(void)state;
	const char *phc = NULL;

	assert_int_equal(password_hash(arena, cheap, "x", &phc), OK);
	assert_false(password_needs_rehash(phc, cheap));
	assert_true(
	    password_needs_rehash(phc, (struct password_cost){ .memory_kib = 7168, .passes = 2 }));
	assert_true(
	    password_needs_rehash(phc, (struct password_cost){ .memory_kib = 9216, .passes = 1 }));
	assert_true(
	    password_needs_rehash(phc, (struct password_cost){ .memory_kib = 716, .passes = 1 }));
	assert_true(password_needs_rehash("$argon2i$v=19$m=7168,t=1,p=1$c29tZXNhbHQ$x", cheap));
	assert_true(password_needs_rehash("$2y$10$x", cheap));
}

static char *
repeated(const char *text, size_t count)
{
	size_t len = strlen(text);
	char *all = arena_alloc(arena, len * count + 1);

	for (size_t i = 0; i < count; i++)
		memcpy(all + i * len, text, len);
	return all;
}

static void
pw_01_length_counts_code_points(void **state)
{
	(void)state;
	assert_string_equal(problem("Zx9-qvT"), "length");
	assert_string_not_equal(problem("Zx9-qvT!"), "length");
	assert_string_equal(problem("€€€€€€€"), "length");
	assert_string_not_equal(problem("€ü𝄞€ü𝄞€ü"), "length");
	assert_string_not_equal(problem(repeated("ü", 128)), "length");
	assert_string_equal(problem(repeated("ü", 129)), "length");

	struct password_rules wide = rules;
	wide.length_max = 100000;
	assert_string_equal(
	    password_problem(&wide, repeated("x", PASSWORD_BYTES_MAX + 1), NULL, no_words),
	    "length");
}

static void
pw_02_strength_is_scored_not_composed(void **state)
{
	(void)state;
	assert_string_equal(problem("password"), "score");
	assert_string_equal(problem("Password1!"), "score");
	assert_string_equal(problem("aaaaaaaaaaaa"), "score");
	assert_string_equal(problem("12345678"), "score");
	assert_string_equal(problem("correct horse battery staple"), "good");
	assert_string_equal(problem("kQ7vTz2mPw"), "good");
}

static void
scoring_reads_the_first_100_characters(void **state)
{
	(void)state;
	assert_string_equal(problem(arena_printf(arena, "%s%s", repeated("a", 100), "kQ7vTz2mPw")),
			    "score");
	assert_string_equal(problem(arena_printf(arena, "%s%s", "kQ7vTz2mPw", repeated("a", 100))),
			    "good");
}

static void
pw_03_context_words(void **state)
{
	(void)state;
	static const char *const items[] = { "Umbrella", "abc" };
	struct strings words = { items, ARRAY_LEN(items) };
	const char *good = "kQ7vTz2mPw-x";

	assert_null(password_problem(&rules, good, "paula@example.com", words));
	assert_string_equal(password_problem(&rules, "kQ7vTz-paula-x", "paula@example.com", words),
			    "context");
	assert_string_equal(password_problem(&rules, "kQ7vTz-PAULA-x", "paula@example.com", words),
			    "context");
	assert_string_equal(password_problem(&rules, "umbrellakQ7vTz", "paula@example.com", words),
			    "context");
	assert_string_equal(password_problem(&rules, "kQ7vTzUMBRELLA", NULL, words), "context");
	/* Under four characters a word is no context. */
	assert_null(password_problem(&rules, "kQ7vTz2mPw-abc", "ana@example.com", words));
	assert_null(password_problem(&rules, "kQ7vTz2mPw-ana", "ana@example.com", words));
	/* The domain isn't either. */
	assert_null(password_problem(&rules, "kQ7vTz2mPw-example", "paula@example.com", words));
}

/* SHA-1 digests, sorted: of "password", "welcome", and of others around them. */
static const char breached_lines[] = "00000000A8DAE4228F821FB418F59826079BF368:12\n"
				     "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:9545824\n"
				     "6B8D2A6B5A8E1C6AC9D3A42B5F7D2B0C9F0E1D2C\n"
				     "C0B137FE2D792459F26FF763CCE44574A5B5AB03:1\n"
				     "FFFFFFFEE791CBAC0F6305CAF0CEE06BBE131160:3\n";

static char breached_path[64];

static void
write_breached(const char *text, size_t len)
{
	memcpy(breached_path, "/tmp/gatehouse-breached-XXXXXX",
	       sizeof("/tmp/gatehouse-breached-XXXXXX"));
	int fd = mkstemp(breached_path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
}

static bool
is_breached(const char *password)
{
	bool is_readable = false;
	bool is_found = password_is_breached(breached_path, password, &is_readable);

	assert_true(is_readable);
	return is_found;
}

static void
breached_passwords_are_found_in_a_sorted_file(void **state)
{
	(void)state;
	write_breached(breached_lines, strlen(breached_lines));
	assert_true(is_breached("password"));
	assert_true(is_breached("welcome"));
	assert_false(is_breached("Password"));
	assert_false(is_breached(""));
	struct password_rules with_file = rules;
	with_file.breached_file = breached_path;
	assert_string_equal(password_problem(&with_file, "password", NULL, no_words), "breached");
	assert_null(password_problem(&with_file, "correct horse battery staple", NULL, no_words));
	unlink(breached_path);
}

static void
first_and_last_line_and_a_missing_line_end_count(void **state)
{
	(void)state;
	/* "password" alone, first, last, with CR LF, and without a line end. */
	static const char line[] = "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8";
	static const char low[] = "00000000A8DAE4228F821FB418F59826079BF368";
	static const char high[] = "FFFFFFFEE791CBAC0F6305CAF0CEE06BBE131160";
	const char *files[] = {
		line,
		arena_printf(arena, "%s\n", line),
		arena_printf(arena, "%s:5\r\n", line),
		arena_printf(arena, "%s:5\n%s:123456789\n", line, high),
		arena_printf(arena, "%s:123456789\n%s", low, line),
		arena_printf(arena, "%s\r\n%s:7\r\n%s:1\r\n", low, line, high),
	};

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		write_breached(files[i], strlen(files[i]));
		assert_true(is_breached("password"));
		assert_false(is_breached("passwore"));
		unlink(breached_path);
	}
}

static void
every_line_of_a_long_file_is_found(void **state)
{
	(void)state;
	enum { COUNT = 300 };
	char *sorted[COUNT];
	struct arena *texts = arena;
	char *file = arena_alloc(texts, COUNT * 64);
	size_t len = 0;
	/*
	 * Counts of different widths make lines of different lengths. The digests are made up, but
	 * for one.
	 */
	for (size_t i = 0; i < COUNT; i++)
		sorted[i] = i == 107
				? arena_strdup(texts, "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8")
				: arena_printf(texts, "%08zX%032zX", i * 14316557, i);
	for (size_t i = 1; i < COUNT; i++)
		assert_true(strcmp(sorted[i - 1], sorted[i]) < 0);
	for (size_t i = 0; i < COUNT; i++) {
		const char *line = arena_printf(texts, "%s:%zu\n", sorted[i], i * i * i);
		memcpy(file + len, line, strlen(line));
		len += strlen(line);
	}
	for (size_t cut = 0; cut <= 107; cut++) {
		/* The line moves through every place of the search. */
		const char *from = strstr(file, sorted[cut]);
		write_breached(from, len - (size_t)(from - file));
		assert_true(is_breached("password"));
		assert_false(is_breached("passwore"));
		unlink(breached_path);
	}
}

static void
a_file_that_is_no_list_is_said_to_be_unreadable(void **state)
{
	(void)state;
	bool is_readable = true;

	assert_false(password_is_breached("/nonexistent/file", "password", &is_readable));
	assert_false(is_readable);

	char long_line[4096];
	memset(long_line, '5', sizeof(long_line));
	write_breached(long_line, sizeof(long_line));
	is_readable = true;
	assert_false(password_is_breached(breached_path, "password", &is_readable));
	assert_false(is_readable);
	unlink(breached_path);

	write_breached("short\nlines\n", 12);
	is_readable = true;
	assert_false(password_is_breached(breached_path, "password", &is_readable));
	assert_false(is_readable);
	unlink(breached_path);

	write_breached("", 0);
	assert_false(is_breached("password"));
	unlink(breached_path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(hashes_verify_their_own_password_alone),
		TEST(pw_04_passwords_are_taken_as_sent),
		TEST(known_hash_verifies),
		TEST(pw_06_nobody_has_no_password),
		TEST(what_is_no_hash_is_an_error_and_no_match),
		TEST(other_costs_ask_for_a_new_hash),
		TEST(pw_01_length_counts_code_points),
		TEST(pw_02_strength_is_scored_not_composed),
		TEST(scoring_reads_the_first_100_characters),
		TEST(pw_03_context_words),
		TEST(breached_passwords_are_found_in_a_sorted_file),
		TEST(first_and_last_line_and_a_missing_line_end_count),
		TEST(every_line_of_a_long_file_is_found),
		TEST(a_file_that_is_no_list_is_said_to_be_unreadable),
	};

	return cmocka_run_group_tests_name("passwords", tests, NULL, NULL);
}
