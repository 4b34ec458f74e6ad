/*
 * Tests of lib/user_shapes.c and user_shapes_hashes.c: records as the other programs write them.
 */
#include "lib/foreign_hashes.h"
#include "lib/user_shapes.h"
#include "tests/unit/unit.h"

static struct json
parsed(const char *text)
{
	struct json json;

	assert_int_equal(json_parse(arena, text, strlen(text), &json, NULL), OK);
	return json;
}

/* What the record becomes, by the shape that it looks like. */
static const char *
shaped(const char *text, enum user_shape expected)
{
	struct json record = parsed(text), user;
	struct buffer out = buffer_new(arena);

	assert_int_equal(user_shape_of(&record), expected);
	assert_true(user_shape_convert(arena, expected, &record, &user));
	json_render(&out, &user);
	return buffer_string(&out);
}

static void
gatehouse_members_are_typed(void **state)
{
	(void)state;
	assert_string_equal(shaped("{\"email\":\"a@b.c\",\"email_verified\":\"true\",\"metadata\":\"{\\\"a\\\":1}\"}", SHAPE_GATEHOUSE),
			    "{\"email\":\"a@b.c\",\"email_verified\":true,\"metadata\":{\"a\":1}}");
	assert_string_equal(shaped("{\"email_verified\":\"0\",\"phone_verified\":\"perhaps\",\"metadata\":\"x\",\"odd\":1}", SHAPE_GATEHOUSE),
			    "{\"email_verified\":false,\"phone_verified\":\"perhaps\",\"metadata\":\"x\",\"odd\":1}");
	assert_string_equal(shaped("{\"email\":\"a@b.c\",\"password_hash\":\"x\"}", SHAPE_GATEHOUSE), "{\"email\":\"a@b.c\",\"password_hash\":\"x\"}");
}

static void
wordpress(void **state)
{
	(void)state;
	assert_string_equal(shaped("{\"ID\":7,\"user_login\":\"Ada\",\"user_pass\":\"$P$B\",\"user_email\":\"ada@example.com\",\"display_name\":\"Ada L\","
				   "\"user_registered\":\"2020-01-02 03:04:05\",\"user_url\":\"\"}", SHAPE_WORDPRESS),
			    "{\"external_id\":\"wordpress:7\",\"email\":\"ada@example.com\",\"username\":\"Ada\",\"name\":\"Ada L\",\"password_hash\":\"$P$B\","
			    "\"metadata\":{\"user_login\":\"Ada\",\"registered_at\":\"2020-01-02 03:04:05\"}}");
	/* A login that is no username here stays in the metadata; what is marked as spam doesn't get in. */
	assert_string_equal(shaped("{\"ID\":\"8\",\"user_login\":\"ada@example.com\",\"spam\":\"1\"}", SHAPE_WORDPRESS),
			    "{\"external_id\":\"wordpress:8\",\"status\":\"deactivated\",\"metadata\":{\"user_login\":\"ada@example.com\"}}");
}

static void
laravel(void **state)
{
	(void)state;
	assert_string_equal(shaped("{\"id\":1,\"name\":\"Ada\",\"email\":\"a@b.c\",\"email_verified_at\":\"2020-01-02 03:04:05\",\"password\":\"$2y$10$x\","
				   "\"remember_token\":null,\"created_at\":\"2020-01-01 00:00:00\"}", SHAPE_LARAVEL),
			    "{\"external_id\":\"laravel:1\",\"email\":\"a@b.c\",\"email_verified\":true,\"name\":\"Ada\",\"password_hash\":\"$2y$10$x\","
			    "\"metadata\":{\"registered_at\":\"2020-01-01 00:00:00\"}}");
	assert_string_equal(shaped("{\"id\":2,\"email\":\"a@b.c\",\"email_verified_at\":null,\"deleted_at\":\"2021-01-01\"}", SHAPE_LARAVEL),
			    "{\"external_id\":\"laravel:2\",\"email\":\"a@b.c\",\"status\":\"deactivated\"}");
}

#define KEYCLOAK(more) "{\"id\":\"5e7\",\"username\":\"ada\",\"emailVerified\":true,\"email\":\"a@b.c\"" more "}"
#define CREDENTIAL(data) \
	",\"credentials\":[{\"type\":\"otp\"},{\"type\":\"password\",\"secretData\":\"{\\\"value\\\":\\\"a2V5\\\",\\\"salt\\\":\\\"c2FsdA==\\\"}\"," \
	"\"credentialData\":\"" data "\"}]"

static void
keycloak(void **state)
{
	(void)state;
	assert_string_equal(shaped(KEYCLOAK(",\"enabled\":false,\"firstName\":\"Ada\",\"lastName\":\"L\",\"createdTimestamp\":1577836800000,"
					    "\"attributes\":{\"locale\":[\"de\"],\"x\":[\"1\"]}"), SHAPE_KEYCLOAK),
			    "{\"external_id\":\"5e7\",\"email\":\"a@b.c\",\"email_verified\":true,\"username\":\"ada\",\"name\":\"Ada L\",\"locale\":\"de\","
			    "\"status\":\"deactivated\",\"metadata\":{\"registered_at\":\"2020-01-01T00:00:00.000Z\",\"attributes\":{\"locale\":[\"de\"],\"x\":[\"1\"]}}}");
	assert_non_null(strstr(shaped(KEYCLOAK(CREDENTIAL("{\\\"hashIterations\\\":27500,\\\"algorithm\\\":\\\"pbkdf2-sha256\\\"}")), SHAPE_KEYCLOAK),
			       "\"password_hash\":\"$pbkdf2-sha256$i=27500$c2FsdA==$a2V5\""));
	assert_non_null(strstr(shaped(KEYCLOAK(CREDENTIAL("{\\\"hashIterations\\\":5,\\\"algorithm\\\":\\\"argon2\\\",\\\"additionalParameters\\\":{"
							  "\\\"memory\\\":[\\\"7168\\\"],\\\"type\\\":[\\\"id\\\"],\\\"version\\\":[\\\"1.3\\\"],"
							  "\\\"parallelism\\\":[\\\"1\\\"]}}")), SHAPE_KEYCLOAK),
			       "\"password_hash\":\"$argon2id$v=19$m=7168,t=5,p=1$c2FsdA$a2V5\""));
	assert_non_null(strstr(shaped(KEYCLOAK(CREDENTIAL("{\\\"hashIterations\\\":1,\\\"algorithm\\\":\\\"own\\\"}")), SHAPE_KEYCLOAK), "\"password_hash\":\"?\""));
	assert_non_null(strstr(shaped(KEYCLOAK(CREDENTIAL("nonsense")), SHAPE_KEYCLOAK), "\"password_hash\":\"?\""));
}

static void
a_service_account_is_no_person(void **state)
{
	struct json record = parsed(KEYCLOAK(",\"serviceAccountClientId\":\"app\"")), user;

	(void)state;
	assert_false(user_shape_convert(arena, SHAPE_KEYCLOAK, &record, &user));
}

static void
auth0(void **state)
{
	(void)state;
	assert_string_equal(shaped("{\"user_id\":\"auth0|1\",\"email\":\"a@b.c\",\"email_verified\":true,\"name\":\"a@b.c\",\"blocked\":true,\"app_metadata\":{\"x\":1},"
				   "\"phone_number\":\"+4915112345678\",\"created_at\":\"2020-01-02T03:04:05.000Z\"}", SHAPE_AUTH0),
			    "{\"external_id\":\"auth0|1\",\"email\":\"a@b.c\",\"email_verified\":true,\"phone\":\"+4915112345678\",\"status\":\"deactivated\","
			    "\"metadata\":{\"registered_at\":\"2020-01-02T03:04:05.000Z\",\"app_metadata\":{\"x\":1}}}");
	assert_string_equal(shaped("{\"_id\":{\"$oid\":\"60\"},\"email\":\"a@b.c\",\"email_verified\":false,\"passwordHash\":\"$2b$10$x\"}", SHAPE_AUTH0),
			    "{\"external_id\":\"auth0|60\",\"email\":\"a@b.c\",\"password_hash\":\"$2b$10$x\"}");
}

#define CUSTOM(hash) "{\"email\":\"a@b.c\",\"custom_password_hash\":" hash "}"

static void
auth0_custom_hashes(void **state)
{
	(void)state;
	assert_non_null(strstr(shaped(CUSTOM("{\"algorithm\":\"pbkdf2\",\"hash\":{\"value\":\"$pbkdf2-sha512$i=1$c2E$a2V5\",\"encoding\":\"utf8\"}}"), SHAPE_AUTH0),
			       "\"password_hash\":\"$pbkdf2-sha512$i=1$c2E$a2V5\""));
	assert_non_null(strstr(shaped(CUSTOM("{\"algorithm\":\"scrypt\",\"hash\":{\"value\":\"6b6579\",\"encoding\":\"hex\"},\"salt\":{\"value\":\"sa\"},"
					     "\"cost\":16384,\"blockSize\":8,\"parallelization\":1,\"keylen\":3}"), SHAPE_AUTH0),
			       "\"password_hash\":\"$scrypt$ln=14,r=8,p=1$c2E=$a2V5\""));
	for (size_t i = 0; i < 4; i++) {
		static const char *const refused[] = { "{\"algorithm\":\"md5\",\"hash\":{\"value\":\"x\"}}", "{\"algorithm\":\"scrypt\",\"cost\":3}", "7",
						       "{\"algorithm\":\"bcrypt\"}" };
		const char *text = arena_printf(arena, "{\"email\":\"a@b.c\",\"custom_password_hash\":%s}", refused[i]);
		assert_non_null(strstr(shaped(text, SHAPE_AUTH0), "\"password_hash\":\"?\""));
	}
	assert_null(strstr(shaped(CUSTOM("null"), SHAPE_AUTH0), "password_hash"));
	const char *scheme;
	assert_int_equal(foreign_hash_check("?", &scheme), ERR_HASH_UNSUPPORTED);
}

static void
what_is_no_object_stays_what_it_is(void **state)
{
	struct json record = parsed("[1]"), user;

	(void)state;
	assert_int_equal(user_shape_of(&record), SHAPE_GATEHOUSE);
	for (enum user_shape shape = 0; shape < SHAPE_COUNT; shape++) {
		assert_true(user_shape_convert(arena, shape, &record, &user));
		assert_int_equal(user.type, JSON_ARRAY);
		assert_non_null(user_shape_name(shape));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(gatehouse_members_are_typed),
		TEST(wordpress),
		TEST(laravel),
		TEST(keycloak),
		TEST(a_service_account_is_no_person),
		TEST(auth0),
		TEST(auth0_custom_hashes),
		TEST(what_is_no_object_stays_what_it_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
