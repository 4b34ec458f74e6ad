/*
 * Tests of sys/fetch.c: which servers are never called. What a call sends and reads is tested against real servers in tests/jobs.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/fetch.h"
#include "tests/unit/unit.h"

#define LOOPBACK "127.0.0.0/8 ::1"

/* A listener nobody speaks TLS at: closes what the kernel accepted for it when the test is over. */
static int
listen_at_loopback(unsigned *ret_port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(listener >= 0);
	assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 8), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
	*ret_port = ntohs(address.sin_port);
	return listener;
}

/* Did anybody connect? Takes the connection, so that the next question is about the next one. */
static bool
was_called(int listener)
{
	struct pollfd ready = { .fd = listener, .events = POLLIN };

	if (poll(&ready, 1, 0) != 1)
		return false;
	int caller = accept(listener, NULL, NULL);
	assert_true(caller >= 0);
	close(caller);
	return true;
}

static enum fetch_result
call(const char *url, const char *allow, const char *connect_to)
{
	const struct config config = {
		.outgoing = { .allow = allow, .ca_file = "", .connect_to = connect_to },
	};
	struct fetch_answer answer;
	const char *reason = NULL;
	enum fetch_result result =
	    fetch(arena, &config, &(struct fetch_request){ .method = "GET", .url = url }, &answer, &reason);

	assert_true(result == FETCH_ANSWERED || (reason != NULL && reason[0] != '\0'));
	return result;
}

/* Somebody who takes one connection and ends it, so that a call that gets through doesn't wait for TLS. */
static void
hang_up_in_another_process(int listener)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		close(accept(listener, NULL, NULL));
		_exit(0);
	}
}

static void
addresses_that_arent_public_are_never_connected_to(void **state)
{
	static const char *const hosts[] = {
		"127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]",
	};
	unsigned port;
	int listener = listen_at_loopback(&port);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		const char *url = arena_printf(arena, "https://%s:%u/", hosts[i], port);
		assert_int_equal(call(url, "", ""), FETCH_NOT_ALLOWED);
		assert_false(was_called(listener));
		hang_up_in_another_process(listener);
		assert_int_equal(call(url, LOOPBACK, ""), FETCH_FAILED);
	}
	close(listener);
}

static void
a_detour_is_no_way_around_the_guard(void **state)
{
	unsigned port;
	int listener = listen_at_loopback(&port);
	const char *detour = arena_printf(arena, "api.example.com:443:127.0.0.1:%u", port);

	(void)state;
	assert_int_equal(call("https://api.example.com/", "10.0.0.0/8", detour), FETCH_NOT_ALLOWED);
	assert_false(was_called(listener));
	close(listener);
}

static void
only_https_is_called(void **state)
{
	static const char *const urls[] = {
		"http://127.0.0.1/",	   "ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/",
		"https://me:pw@127.0.0.1/", "https://",		"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(urls); i++)
		assert_int_equal(call(urls[i], LOOPBACK, ""), FETCH_NOT_ALLOWED);
}

static void
a_header_is_one_header(void **state)
{
	const struct config config = { .outgoing = { .allow = LOOPBACK, .ca_file = "", .connect_to = "" } };
	struct fetch_request request = {
		.method = "GET", .url = "https://127.0.0.1:1/", .headers = { "X-Name: one" },
	};
	struct fetch_answer answer;
	const char *reason = NULL;

	(void)state;
	assert_int_equal(fetch(arena, &config, &request, &answer, &reason), FETCH_FAILED);
	request.headers[0] = "X-Name: one\r\nX-Other: two";
	assert_int_equal(fetch(arena, &config, &request, &answer, &reason), FETCH_NOT_ALLOWED);
}

/* CR-02: of a name that has two addresses, one of which may not be called, neither is. */
static void
one_address_that_isnt_public_is_enough(void **state)
{
	unsigned port;
	int listener = listen_at_loopback(&port);
	struct config config = { .outgoing = { .allow = "::1", .ca_file = "", .connect_to = "" } };
	struct fetch_request request = { .method = "GET", .url = arena_printf(arena, "https://localhost:%u/", port), .is_strict = true };
	struct fetch_answer answer;
	const char *reason = NULL;

	(void)state;
	assert_int_equal(fetch(arena, &config, &request, &answer, &reason), FETCH_NOT_ALLOWED);
	assert_false(was_called(listener));
	config.outgoing.allow = LOOPBACK;
	hang_up_in_another_process(listener);
	assert_int_equal(fetch(arena, &config, &request, &answer, &reason), FETCH_FAILED);
	close(listener);
}

static void
headers_are_found_by_their_name(void **state)
{
	const struct fetch_answer answer = {
		.headers = "Content-Type: text/plain\r\ncache-control: no-cache\r\nX-Cache-Control: a\r\nCache-Control:max-age=5\r\nETag: \"a\x01\"\r\n",
	};

	(void)state;
	assert_string_equal(fetch_header(arena, &answer, "cache-control"), "no-cache, max-age=5");
	assert_string_equal(fetch_header(arena, &answer, "etag"), "\"a");
	assert_string_equal(fetch_header(arena, &answer, "age"), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(addresses_that_arent_public_are_never_connected_to),
		TEST(a_detour_is_no_way_around_the_guard),
		TEST(only_https_is_called),
		TEST(a_header_is_one_header),
		TEST(one_address_that_isnt_public_is_enough),
		TEST(headers_are_found_by_their_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
