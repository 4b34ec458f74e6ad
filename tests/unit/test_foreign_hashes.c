/*
 * Tests of lib/foreign_hashes.c, lib/crypt3.c and lib/phpass.c. The hashes were made by PHP 8.2, by Python's hashlib and by libxcrypt.
 */
#include <string.h>

#include "lib/foreign_hashes.h"
#include "lib/passwords.h"
#include "tests/unit/unit.h"

#define PASSWORD "correct horse"

static const struct {
	const char *scheme, *hash;
} vectors[] = {
	{ "bcrypt", "$2y$04$d5a47mJm.Itl1mYa/4oU6u06nkPwgtpX6wEFeUr/hQAHYU9wUykDq" },
	{ "bcrypt", "$2a$04$d5a47mJm.Itl1mYa/4oU6u06nkPwgtpX6wEFeUr/hQAHYU9wUykDq" },
	{ "bcrypt", "$2b$04$d5a47mJm.Itl1mYa/4oU6u06nkPwgtpX6wEFeUr/hQAHYU9wUykDq" },
	{ "wordpress", "$wp$2y$04$LjQNJwtLFom5xQ5.vBNsGOXMiFwD6rtnOrX9ClSKRPeU5mSJwSwmW" },
	{ "md5crypt", "$1$abcdefgh$y6iHhJNbuC0xpbk0w9pm80" },
	{ "sha256crypt", "$5$rounds=1000$saltsalt$R6e4P8ccT9iMqkYg7Z8YtpId/lfsIfnuPkp8WXposU8" },
	{ "sha512crypt", "$6$saltsalt$hRM5XZ86KXEw9UOmjigeVqFgULtFB2sgpC9lXQDfMib3Zgw7mEiUvBJI2EplzfAqxL5Vvwp2scFtv/uamSo5z0" },
	{ "yescrypt", "$y$j75$abcdefgh$Jakf0CHhzdQOivqISxvBXCIRIaxY0Fs1wJGsJSurry/" },
	{ "scrypt", "$7$7A..../....saltsalt$ud.gW/7/OHoOlV26xrE5VBYmF/4KxDtZklackDpEQm/" },
	{ "argon2i", "$argon2i$v=19$m=1024,t=2,p=1$YlZ2NU5DZjhxSERwVDRyag$dAc6SS3zHTtSHF4jtrBasjTyNdDoow/p89kykO0NXp0" },
	{ "phpass", "$P$6abcdefghRJFCMvnAbZH2hCiFPRxpk." },
	{ "phpass", "$H$6abcdefghRJFCMvnAbZH2hCiFPRxpk." },
	{ "drupal", "$S$5abcdefgh1a6.dJ1tZevY/pNVmJUHlSdP27BmV.aAOg3VVmpNGRj" },
	{ "pbkdf2", "pbkdf2_sha256$1000$saltsalt$qQDPSZa3Ormyy9oK1Pu0ZLLwP2Svzmx3yu8OvDdq/J0=" },
	{ "pbkdf2", "$pbkdf2-sha512$i=1000$c2FsdHNhbHRzYWx0$oSKce4SGrSKsJabCWZfpe2MmVOPtl4paOjoD1njLdjo3le9sMBwq0q7ivJFcrXSTMQ0HjlOn/J48J9WZe4uR0g" },
	{ "pbkdf2", "$pbkdf2-sha512$1000$c2FsdHNhbHRzYWx0$oSKce4SGrSKsJabCWZfpe2MmVOPtl4paOjoD1njLdjo3le9sMBwq0q7ivJFcrXSTMQ0HjlOn/J48J9WZe4uR0g" },
	{ "scrypt", "$scrypt$ln=10,r=8,p=1$c2FsdHNhbHRzYWx0$JLoeRlAiVzz/fmBbrb3a7QkuecDu7wE6R0zHHE5DC7g" },
	{ "better_auth", "00112233445566778899aabbccddeeff:13af89ff6a88bb0fb3277e79ba724c6c0731b15919ca892969d63abd1534b867d110179e3bc8af39995ede0f9b2ac14b2b97573df10ba3802c498dbeb61e4f64" },
	{ "ssha", "{SSHA}awc/Cj0kafyFd5d8fGn07xoHBJJzYWx0c2FsdA==" },
	{ "ssha512", "{SSHA512}50rsRNBf8j3I5xE+QwaHdFyMhOzITssZ8BB3UxwQ+SI1JKygYm6ZeRYTDuUyFZIIqDonoTuXwB0Z/MAPhgQCFHNhbHRzYWx0" },
};

static bool
verifies(const char *hash, const char *password)
{
	bool matches = false;

	assert_int_equal(foreign_hash_verify(arena, hash, password, &matches), OK);
	return matches;
}

static void
each_scheme_knows_its_own_password_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		const char *scheme = "";

		assert_int_equal(foreign_hash_check(vectors[i].hash, &scheme), OK);
		assert_string_equal(scheme, vectors[i].scheme);
		assert_true(verifies(vectors[i].hash, PASSWORD));
		assert_false(verifies(vectors[i].hash, "correct horsf"));
		assert_false(verifies(vectors[i].hash, ""));
	}
}

static void
a_password_is_verified_and_hashed_anew_whatever_its_scheme(void **state)
{
	(void)state;
	static const struct password_cost cheap = { .memory_kib = 7168, .passes = 1 };
	bool matches = false;

	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		assert_int_equal(password_verify(arena, cheap, vectors[i].hash, PASSWORD, &matches), OK);
		assert_true(matches);
		assert_true(password_needs_rehash(vectors[i].hash, cheap));
	}
}

static void
what_would_cost_too_much_is_refused(void **state)
{
	(void)state;
	static const char *const costly[] = {
		"$2y$15$d5a47mJm.Itl1mYa/4oU6u06nkPwgtpX6wEFeUr/hQAHYU9wUykDq",
		"$wp$2y$31$LjQNJwtLFom5xQ5.vBNsGOXMiFwD6rtnOrX9ClSKRPeU5mSJwSwmW",
		"$5$rounds=2000001$saltsalt$R6e4P8ccT9iMqkYg7Z8YtpId/lfsIfnuPkp8WXposU8",
		"$y$jET$abcdefgh$Jakf0CHhzdQOivqISxvBXCIRIaxY0Fs1wJGsJSurry/",
		"$7$HA..../....saltsalt$ud.gW/7/OHoOlV26xrE5VBYmF/4KxDtZklackDpEQm/",
		"$argon2i$v=19$m=65537,t=2,p=1$YlZ2NU5DZjhxSERwVDRyag$dAc6SS3zHTtSHF4jtrBasjTyNdDoow/p89kykO0NXp0",
		"$argon2id$v=19$m=1024,t=11,p=1$YlZ2NU5DZjhxSERwVDRyag$dAc6SS3zHTtSHF4jtrBasjTyNdDoow/p89kykO0NXp0",
		"$P$TabcdefghRJFCMvnAbZH2hCiFPRxpk.",
		"pbkdf2_sha256$2000001$saltsalt$qQDPSZa3Ormyy9oK1Pu0ZLLwP2Svzmx3yu8OvDdq/J0=",
		"$scrypt$ln=17,r=8,p=1$c2FsdHNhbHRzYWx0$JLoeRlAiVzz/fmBbrb3a7QkuecDu7wE6R0zHHE5DC7g",
		"$scrypt$ln=10,r=8,p=17$c2FsdHNhbHRzYWx0$JLoeRlAiVzz/fmBbrb3a7QkuecDu7wE6R0zHHE5DC7g",
	};

	for (size_t i = 0; i < ARRAY_LEN(costly); i++) {
		const char *scheme = "untouched";
		bool matches = false;

		assert_int_equal(foreign_hash_check(costly[i], &scheme), ERR_HASH_TOO_COSTLY);
		assert_string_equal(scheme, "untouched");
		assert_int_equal(foreign_hash_verify(arena, costly[i], PASSWORD, &matches), ERR_HASH_TOO_COSTLY);
		assert_false(matches);
	}
}

static void
what_is_no_hash_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"", "$", "$2", "$2y", "$2y$", "$2x$04$d5a47mJm.Itl1mYa/4oU6u06nkPwgtpX6wEFeUr/hQAHYU9wUykDq", "$1$", "$1$salt", "$5$", "$6$rounds=$x$y",
		"$7$", "$7$!!!!!!!!!!!!$x", "$y$", "$y$j75", "$y$j75$", "$P$", "$P$6abcdefgh", "$S$", "$H$!abcdefghRJFCMvnAbZH2hCiFPRxpk.", "pbkdf2_",
		"pbkdf2_md5$1000$salt$qQDPSZa3Ormyy9oK1Pu0ZLLwP2Svzmx3yu8OvDdq/J0=", "pbkdf2_sha256$x$salt$abc", "pbkdf2_sha256$1000$$qQDPSZa3Ormyy9oK1Pu0ZLLwP2Svzmx3yu8OvDdq/J0=",
		"$pbkdf2-sha256", "$scrypt$", "$scrypt$ln=10$salt$key", "$argon2id$", "$argon2id$v=19$m=1024,t=2", "$argon2d$v=19$m=1024,t=2,p=1$YlZ2NU5DZjhxSERwVDRyag$x",
		"{SSHA}", "{SSHA}!!", "{SSHA}YWJj", "{SSHA512}YWJj", "{SHA}2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "5f4dcc3b5aa765d61d8327deb882cf99", "plain text",
		"00112233445566778899aabbccddeeff:13af", "$y$zzzzz$abc$Jakf0CHhzdQOivqISxvBXCIRIaxY0Fs1wJGsJSurry/",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		const char *scheme = NULL;

		assert_int_equal(foreign_hash_check(bad[i], &scheme), ERR_HASH_UNSUPPORTED);
	}
}

static void
wordpress_trims_as_php_does(void **state)
{
	(void)state;
	assert_true(verifies("$wp$2y$04$LjQNJwtLFom5xQ5.vBNsGOXMiFwD6rtnOrX9ClSKRPeU5mSJwSwmW", " \t" PASSWORD "\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_scheme_knows_its_own_password_alone),
		TEST(a_password_is_verified_and_hashed_anew_whatever_its_scheme),
		TEST(what_would_cost_too_much_is_refused),
		TEST(what_is_no_hash_is_refused),
		TEST(wordpress_trims_as_php_does),
	};

	return cmocka_run_group_tests_name("foreign_hashes", tests, NULL, NULL);
}
