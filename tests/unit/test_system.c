/*
 * Tests of sys/files.c and sys/system.c, in a temporary folder.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "sys/system.h"
#include "tests/unit/unit.h"

static char folder[32];
static char file[64];

static int
make_folder(void **state)
{
	make_arena(state);
	memcpy(folder, "/tmp/gatehouse-unit-XXXXXX", sizeof("/tmp/gatehouse-unit-XXXXXX"));
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(file, sizeof(file), "%s/file", folder);
	return 0;
}

static int
remove_folder(void **state)
{
	unlink(file);
	/* Fails, and the test with it, when something was left beside the file. */
	int removed = rmdir(folder);

	free_arena(state);
	return removed;
}

static void
put(const char *text)
{
	assert_true(file_write(file, text, strlen(text), 0600));
}

static void
files_are_written_whole_with_their_mode(void **state)
{
	(void)state;
	const char *text = NULL;
	struct stat status;
	size_t len = 0;

	assert_true(file_write(file, "a\0b", 3, 0640));
	assert_int_equal(stat(file, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0640);
	assert_true(file_read(arena, file, 100, &text, &len));
	assert_int_equal(len, 3);
	assert_memory_equal(text, "a\0b", 4);
	assert_true(file_write(file, "", 0, 0600));
	assert_true(file_read(arena, file, 100, &text, &len));
	assert_int_equal(len, 0);
	assert_string_equal(text, "");
	assert_int_equal(stat(file, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
}

static void
files_over_the_limit_are_refused(void **state)
{
	(void)state;
	const char *text = NULL;
	size_t len = 0;

	put("12345");
	assert_true(file_read(arena, file, 5, &text, &len));
	assert_string_equal(text, "12345");
	assert_false(file_read(arena, file, 4, &text, &len));
	assert_int_equal(errno, ERANGE);
	/* Where the size isn't known before, too. */
	assert_false(file_read(arena, "/proc/self/maps", 10, &text, &len));
	assert_int_equal(errno, ERANGE);
	assert_true(file_read(arena, "/proc/self/comm", 100, &text, &len));
	assert_true(len > 0);
}

static void
missing_files_and_folders_say_so(void **state)
{
	(void)state;
	const char *text = NULL;
	size_t len = 0;

	assert_false(file_read(arena, file, 100, &text, &len));
	assert_int_equal(errno, ENOENT);
	assert_false(file_write("/nonexistent/folder/file", "x", 1, 0600));
	assert_int_equal(errno, ENOENT);
}

static void
configuration_is_loaded_or_refused(void **state)
{
	(void)state;
	put("public_url = \"https://a.example\";\nauth_url = \"https://b.example\";\n");
	const struct config *config = config_load(arena, file);
	assert_non_null(config);
	assert_string_equal(config->auth_url, "https://b.example");
	put("public_url = 1;");
	assert_null(config_load(arena, file));
	assert_true(file_write(file, "a\0b", 3, 0600));
	assert_null(config_load(arena, file));
	assert_null(config_load(arena, "/nonexistent/file"));
}

static void
key_file_must_be_private(void **state)
{
	(void)state;
	static const char line[] = "k0001 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n";
	static const struct {
		unsigned mode;
		bool is_taken;
	} modes[] = { { 0600, true },  { 0640, true },  { 0400, true }, { 0644, false },
		      { 0604, false }, { 0660, false }, { 0602, false } };
	struct config config = { .master_key_file = file };

	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		assert_true(file_write(file, line, strlen(line), modes[i].mode));
		struct keyring *keyring = keyring_load(arena, &config);
		assert_int_equal(keyring != NULL, modes[i].is_taken);
		keyring_free(keyring);
	}
	put("rubbish");
	assert_null(keyring_load(arena, &config));
	config.master_key_file = "/nonexistent/file";
	assert_null(keyring_load(arena, &config));
}

static void
test_clock_is_moved_by_its_file(void **state)
{
	(void)state;
	struct config real = { .test_clock_file = "" };
	struct config moved = { .test_clock_file = file };
	int64_t now_ms = clock_now_ms(&real);

	assert_true(now_ms > INT64_C(1700000000000));
	assert_in_range(clock_now_ms(&moved) - now_ms, 0, 1000);
	put("3600000\n");
	assert_in_range(clock_now_ms(&moved) - now_ms, HOUR_MS, HOUR_MS + 1000);
	put("-3600000");
	assert_in_range(now_ms - clock_now_ms(&moved), HOUR_MS - 1000, HOUR_MS);
	put("rubbish");
	assert_in_range(clock_now_ms(&moved) - now_ms, 0, 1000);
	put("");
	assert_in_range(clock_now_ms(&moved) - now_ms, 0, 1000);
}

static void
monotonic_clock_goes_forward(void **state)
{
	(void)state;
	int64_t before_us = clock_monotonic_us();
	int64_t before_ms = clock_monotonic_ms();

	usleep(2000);
	assert_in_range(clock_monotonic_us() - before_us, 2000, 10000000);
	assert_in_range(clock_monotonic_ms() - before_ms, 1, 10000);
}

static void
supervisor_is_told(void **state)
{
	(void)state;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char said[64] = "";

	memcpy(address.sun_path, file, strlen(file));
	int supervisor = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(supervisor, (const struct sockaddr *)&address, sizeof(address)), 0);
	unsetenv("NOTIFY_SOCKET");
	notify_supervisor("READY=1");
	assert_int_equal(recv(supervisor, said, sizeof(said), 0), -1);
	setenv("NOTIFY_SOCKET", file, 1);
	notify_supervisor("READY=1");
	assert_int_equal(recv(supervisor, said, sizeof(said), 0), 7);
	assert_string_equal(said, "READY=1");
	setenv("NOTIFY_SOCKET", "relative", 1);
	notify_supervisor("READY=1");
	setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1);
	notify_supervisor("READY=1");
	assert_int_equal(recv(supervisor, said, sizeof(said), 0), -1);
	unsetenv("NOTIFY_SOCKET");
	close(supervisor);
}

#define FOLDER_TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, remove_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FOLDER_TEST(files_are_written_whole_with_their_mode),
		FOLDER_TEST(files_over_the_limit_are_refused),
		FOLDER_TEST(missing_files_and_folders_say_so),
		FOLDER_TEST(configuration_is_loaded_or_refused),
		FOLDER_TEST(key_file_must_be_private),
		FOLDER_TEST(test_clock_is_moved_by_its_file),
		FOLDER_TEST(monotonic_clock_goes_forward),
		FOLDER_TEST(supervisor_is_told),
	};

	return cmocka_run_group_tests_name("system", tests, NULL, NULL);
}
