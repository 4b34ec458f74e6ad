/*
 * Tests of lib/addresses.c.
 */
#include <string.h>

#include "lib/http.h"
#include "tests/unit/unit.h"

static const char *
normal(const char *text)
{
	uint8_t ip[16];

	assert_true(ip_parse(text, ip));
	return ip_format(arena, (struct bytes){ .data = ip, .len = sizeof(ip) });
}

static const char *
bucket(const char *text)
{
	uint8_t ip[16];

	assert_true(ip_parse(text, ip));
	ip_to_bucket(ip);
	return ip_format(arena, (struct bytes){ .data = ip, .len = sizeof(ip) });
}

static void
addresses_have_one_form(void **state)
{
	(void)state;
	assert_string_equal(normal("192.0.2.1"), "192.0.2.1");
	assert_string_equal(normal("::ffff:192.0.2.1"), "192.0.2.1");
	assert_string_equal(normal("::FFFF:C000:0201"), "192.0.2.1");
	assert_string_equal(normal("2001:DB8:0:0:0:0:0:1"), "2001:db8::1");
	assert_string_equal(normal("::1"), "::1");
	assert_string_equal(ip_format(arena, (struct bytes){ 0 }), "");
}

static bool
is_public(const char *text)
{
	uint8_t ip[16];

	assert_true(ip_parse(text, ip));
	return ip_is_public(ip);
}

static void
only_addresses_of_the_internet_are_public(void **state)
{
	static const char *const inside[] = {
		"0.0.0.0", "10.0.0.1", "10.255.255.255", "100.64.0.1", "127.0.0.1", "127.255.255.254",
		"169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1",
		"192.168.1.1", "198.18.0.1", "198.19.255.255", "203.0.113.9", "224.0.0.1",
		"240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.1.2.3",
		"::ffff:a9fe:a9fe", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1",
		"2001::1", "2001:db8::1", "2002:7f00:1::1", "3fff::1", "fc00::1", "fd12::1",
		"fe80::1", "fec0::1", "ff02::1",
	};
	static const char *const outside[] = {
		"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.1.1.1",
		"128.0.0.1", "172.15.255.255", "172.32.0.0", "192.167.1.1", "198.17.255.255",
		"223.255.255.255", "::ffff:8.8.8.8", "2001:4860:4860::8888", "2606:4700::1111",
		"2a00::1",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(inside); i++)
		if (is_public(inside[i]))
			fail_msg("%s counts as public", inside[i]);
	for (size_t i = 0; i < ARRAY_LEN(outside); i++)
		if (!is_public(outside[i]))
			fail_msg("%s doesn't count as public", outside[i]);
}

static void
ht_19_buckets_are_whole_ipv4_and_64_bits_of_ipv6(void **state)
{
	(void)state;
	assert_string_equal(bucket("192.0.2.1"), "192.0.2.1");
	assert_string_not_equal(bucket("192.0.2.1"), bucket("192.0.2.2"));
	assert_string_equal(bucket("::ffff:192.0.2.1"), bucket("192.0.2.1"));
	assert_string_equal(bucket("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
	assert_string_equal(bucket("2001:db8:1:2::"), bucket("2001:db8:1:2:ffff:ffff:ffff:ffff"));
	assert_string_not_equal(bucket("2001:db8:1:2::1"), bucket("2001:db8:1:3::1"));
}

static void
other_texts_are_no_address(void **state)
{
	(void)state;
	static const char *const bad[] = { "",
					   "localhost",
					   "192.0.2",
					   "192.0.2.256",
					   "192.0.2.1.1",
					   "192.0.2.01",
					   "0xc0.0.2.1",
					   "3221225985",
					   "192.0.2.1:80",
					   "[::1]",
					   "::1%lo",
					   "fe80::1%eth0",
					   ":::",
					   "1::2::3",
					   "12345::",
					   " ::1",
					   "::1 ",
					   "unix:",
					   "192.0.2.1, 10.0.0.1" };
	uint8_t ip[16] = { 7 };

	assert_true(ip_parse("::1", (uint8_t[16]){ 0 }));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (ip_parse(bad[i], ip))
			fail_msg("%s", bad[i]);
	}
	assert_int_equal(ip[0], 7);
}

static bool
is_in(const char *networks, const char *text)
{
	uint8_t ip[16];

	assert_true(ip_parse(text, ip));
	return ip_is_in(networks, ip);
}

static void
networks_hold_their_addresses(void **state)
{
	(void)state;
	assert_true(is_in("127.0.0.0/8 ::1", "127.9.8.7"));
	assert_true(is_in("127.0.0.0/8 ::1", "::1"));
	assert_false(is_in("127.0.0.0/8 ::1", "128.0.0.1"));
	assert_false(is_in("127.0.0.0/8 ::1", "::2"));
	assert_true(is_in("10.1.2.3", "10.1.2.3"));
	assert_false(is_in("10.1.2.3", "10.1.2.4"));
	assert_true(is_in("10.1.2.4/30", "10.1.2.7"));
	assert_false(is_in("10.1.2.4/30", "10.1.2.8"));
	assert_true(is_in("2001:db8::/33", "2001:db8:7fff::1"));
	assert_false(is_in("2001:db8::/33", "2001:db8:8000::1"));
	assert_true(is_in(" 0.0.0.0/0  ", "192.0.2.1"));
	assert_false(is_in("0.0.0.0/0", "2001:db8::1"));
	assert_true(is_in("::/0", "192.0.2.1"));
	assert_false(is_in("", "127.0.0.1"));
}

static void
what_is_no_network_is_told(void **state)
{
	(void)state;
	static const char *const bad[] = { "10.0.0.0/33", "::1/129", "10.0.0/8", "localhost", "10.0.0.0/", "10.0.0.0/-1",
					   "10.0.0.0/8,::1", "::1 nonsense" };

	assert_true(ip_networks_are_valid("127.0.0.0/8 ::1"));
	assert_true(ip_networks_are_valid(""));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (ip_networks_are_valid(bad[i]))
			fail_msg("%s", bad[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(addresses_have_one_form),
		TEST(only_addresses_of_the_internet_are_public),
		TEST(ht_19_buckets_are_whole_ipv4_and_64_bits_of_ipv6),
		TEST(other_texts_are_no_address),
		TEST(networks_hold_their_addresses),
		TEST(what_is_no_network_is_told),
	};

	return cmocka_run_group_tests_name("addresses", tests, NULL, NULL);
}
