/*
 * Tests of lib/audit_chain.c. The expected hashes were computed with Python's json and hashlib.
 */
#include <string.h>

#include "lib/audit_chain.h"
#include "lib/encode.h"
#include "tests/unit/unit.h"

static const uint8_t NOTHING[AUDIT_HASH_SIZE];

static const struct audit_link first = {
	.seq = 1,
	.chain = "prj_000000000000000a",
	.id = "aud_000000000000000a",
	.occurred_at = INT64_C(1768473000123),
	.action = "project.updated",
	.actor_kind = "user",
	.actor_id = "usr_000000000000000a",
	.actor_label = "ada@example.com",
	.target_type = "project",
	.target_id = "prj_000000000000000a",
	.target_label = "Shop",
	.result = "ok",
	.ip = "127.0.0.1",
	.user_agent = "curl/8",
	.request_id = "req_000000000000000a",
	.changes = "{\"name\":[\"Old\",\"New\"]}",
};

/* Letters beyond ASCII, what JSON must escape, what it needn't, and nulls. */
static const struct audit_link second = {
	.seq = 2,
	.chain = "prj_000000000000000a",
	.id = "aud_000000000000000b",
	.workspace_id = "wsp_000000000000000a",
	.occurred_at = INT64_C(1768473000124),
	.action = "api_key.created",
	.actor_kind = "system",
	.actor_id = "",
	.actor_label = "Zo\xc3\xab </script> \xe2\x80\xa8 \xf0\x9f\x98\x80",
	.target_type = "api_key",
	.target_id = "key_000000000000000a",
	.target_label = "\"q\" \\ \b\t\n\f\r\x01\x1f\x7f",
	.result = "denied",
	.user_agent = "",
	.request_id = "",
	.changes = "{}",
};

static const char *
hash_of(const uint8_t previous[AUDIT_HASH_SIZE], const struct audit_link *link, uint8_t ret_hash[AUDIT_HASH_SIZE])
{
	audit_link_hash(arena, previous, link, ret_hash);
	return hex_encode(arena, (struct bytes){ ret_hash, AUDIT_HASH_SIZE });
}

static void
the_text_is_the_canonical_array(void **state)
{
	(void)state;
	assert_string_equal(audit_link_text(arena, &first),
			    "[1,\"prj_000000000000000a\",\"aud_000000000000000a\",null,\"2026-01-15T10:30:00.123Z\","
			    "\"project.updated\",\"user\",\"usr_000000000000000a\",\"ada@example.com\",\"project\","
			    "\"prj_000000000000000a\",\"Shop\",\"ok\",\"127.0.0.1\",\"curl/8\",\"req_000000000000000a\","
			    "\"5fdd7e6fcb7e711712c258d3cf9bdd17ab60637a2f2293e8e0e099c93194fa00\"]");
}

static void
letters_controls_and_nulls_are_written_as_rfc_8785_says(void **state)
{
	(void)state;
	assert_string_equal(audit_link_text(arena, &second),
			    "[2,\"prj_000000000000000a\",\"aud_000000000000000b\",\"wsp_000000000000000a\","
			    "\"2026-01-15T10:30:00.124Z\",\"api_key.created\",\"system\",\"\","
			    "\"Zo\xc3\xab </script> \xe2\x80\xa8 \xf0\x9f\x98\x80\",\"api_key\",\"key_000000000000000a\","
			    "\"\\\"q\\\" \\\\ \\b\\t\\n\\f\\r\\u0001\\u001f\x7f\",\"denied\",null,\"\",\"\","
			    "\"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\"]");
}

static void
each_hash_holds_the_one_before(void **state)
{
	uint8_t one[AUDIT_HASH_SIZE], two[AUDIT_HASH_SIZE];

	(void)state;
	assert_string_equal(hash_of(NOTHING, &first, one),
			    "afa053148afd6516d01c4e272d17610d7d72dfc30b000d29025e3dec0d2dc231");
	assert_string_equal(hash_of(one, &second, two),
			    "9a894e001c93cda0d66cdc29256ab1a0163b1c356c5015f083977ee2bbe4df1d");
	assert_string_not_equal(hash_of(NOTHING, &second, two),
				"9a894e001c93cda0d66cdc29256ab1a0163b1c356c5015f083977ee2bbe4df1d");
}

/* Every member of the link, changed alone, changes the hash. */
static void
no_member_is_left_out(void **state)
{
	struct audit_link changed[17];
	uint8_t hash[AUDIT_HASH_SIZE];
	const char *plain = hash_of(NOTHING, &second, hash);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(changed); i++)
		changed[i] = second;
	changed[0].seq = 3;
	changed[1].chain = "x";
	changed[2].id = "x";
	changed[3].workspace_id = NULL;
	changed[4].occurred_at++;
	changed[5].action = "x";
	changed[6].actor_kind = "x";
	changed[7].actor_id = "x";
	changed[8].actor_label = "x";
	changed[9].target_type = "x";
	changed[10].target_id = "x";
	changed[11].target_label = "x";
	changed[12].result = "x";
	changed[13].ip = "::1";
	changed[14].user_agent = "x";
	changed[15].request_id = "x";
	changed[16].changes = "{ }";
	for (size_t i = 0; i < ARRAY_LEN(changed); i++)
		assert_string_not_equal(plain, hash_of(NOTHING, &changed[i], hash));
	assert_string_equal(plain, hash_of(NOTHING, &second, hash));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_text_is_the_canonical_array),
		TEST(letters_controls_and_nulls_are_written_as_rfc_8785_says),
		TEST(each_hash_holds_the_one_before),
		TEST(no_member_is_left_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
