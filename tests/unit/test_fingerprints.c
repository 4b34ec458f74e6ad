/*
 * Tests of lib/fingerprints.c.
 */
#include "lib/fingerprints.h"

#include <string.h>

#include "lib/encode.h"
#include "tests/unit/unit.h"

static const struct match_rules RULES = {
	.threshold = 60,
	.min_matches = 2,
	.weights = { [COMPONENT_UUID] = 3, [COMPONENT_MOTHERBOARD] = 3, [COMPONENT_DISK] = 2, [COMPONENT_MAC] = 2,
		     [COMPONENT_BIOS] = 1, [COMPONENT_CPU] = 1, [COMPONENT_GPU] = 1 },
};

static const struct license_secrets *
secrets(void)
{
	const struct license_secrets *made;
	uint8_t secret[LICENSE_SECRET_LEN];

	for (size_t i = 0; i < sizeof(secret); i++)
		secret[i] = (uint8_t)i;
	assert_int_equal(license_secrets_derive(arena, (struct bytes){ secret, sizeof(secret) }, &made), OK);
	return made;
}

static void
add(struct fingerprint *to, enum component component, const char *said)
{
	const struct license_secrets *keys = secrets();
	const char *value;

	assert_int_equal(component_normalise(arena, component, said, &value), COMPONENT_SAID);
	assert_int_equal(fingerprint_add(to, keys, component, value), OK);
}

static void
values_are_digested_as_published(void **state)
{
	(void)state;
	struct fingerprint machine = { 0 };

	add(&machine, COMPONENT_DISK, "  WD-WX11A2345678\t");
	add(&machine, COMPONENT_MAC, "00:1A:2B:3C:4D:5E");
	assert_string_equal(fingerprint_text(arena, &machine),
			    "{\"disk\":[\"9832cf84f630a23629b73df824ed7769\"],\"mac\":[\"4d27c420f0fe7d546197d629b9083004\"]}");
}

static void
values_are_made_comparable(void **state)
{
	(void)state;
	static const struct {
		enum component component;
		const char *said;
		const char *value; /* NULL: absent; "!": malformed */
	} cases[] = {
		{ COMPONENT_CPU, "  Intel(R)\t Xeon \r\n CPU ", "intel(r) xeon cpu" },
		{ COMPONENT_CPU, "Ünïcode", "Ünïcode" },
		{ COMPONENT_CPU, "", NULL },
		{ COMPONENT_CPU, " \t ", NULL },
		{ COMPONENT_CPU, "None", NULL },
		{ COMPONENT_CPU, "nonesuch", "nonesuch" },
		{ COMPONENT_CPU, "UNKNOWN", NULL },
		{ COMPONENT_MOTHERBOARD, "Default  string", NULL },
		{ COMPONENT_BIOS, "To be filled by O.E.M.", NULL },
		{ COMPONENT_UUID, "00000000-0000-0000-0000-000000000000", NULL },
		{ COMPONENT_UUID, "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", NULL },
		{ COMPONENT_UUID, "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000001" },
		{ COMPONENT_DISK, "0", NULL },
		{ COMPONENT_DISK, "---", "---" },
		{ COMPONENT_MAC, "00-1a-2B-3c-4d-5E", "001a2b3c4d5e" },
		{ COMPONENT_MAC, "001a.2b3c.4d5e", "001a2b3c4d5e" },
		{ COMPONENT_MAC, "00:00:00:00:00:00", NULL },
		{ COMPONENT_MAC, "ff:ff:ff:ff:ff:ff", NULL },
		{ COMPONENT_MAC, "00:1a:2b:3c:4d", "!" },
		{ COMPONENT_MAC, "00:1a:2b:3c:4d:5g", "!" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *value = NULL;
		enum component_value got = component_normalise(arena, cases[i].component, cases[i].said, &value);
		if (cases[i].value == NULL)
			assert_int_equal(got, COMPONENT_ABSENT);
		else if (strcmp(cases[i].value, "!") == 0)
			assert_int_equal(got, COMPONENT_MALFORMED);
		else
			assert_string_equal(value, cases[i].value);
	}
}

static void
the_order_of_network_cards_doesnt_matter(void **state)
{
	(void)state;
	const struct license_secrets *keys = secrets();
	struct fingerprint one = { 0 }, other = { 0 };
	uint8_t digests[2][LICENSE_DIGEST_LEN];

	add(&one, COMPONENT_MAC, "00:1a:2b:3c:4d:5e");
	add(&one, COMPONENT_MAC, "00:1a:2b:3c:4d:5f");
	add(&other, COMPONENT_MAC, "00:1a:2b:3c:4d:5f");
	add(&other, COMPONENT_MAC, "00:1a:2b:3c:4d:5e");
	add(&other, COMPONENT_MAC, "00-1A-2B-3C-4D-5E");
	assert_int_equal(fingerprint_digest(&one, keys, digests[0]), OK);
	assert_int_equal(fingerprint_digest(&other, keys, digests[1]), OK);
	assert_memory_equal(digests[0], digests[1], LICENSE_DIGEST_LEN);
	add(&other, COMPONENT_CPU, "x");
	assert_int_equal(fingerprint_digest(&other, keys, digests[1]), OK);
	assert_memory_not_equal(digests[0], digests[1], LICENSE_DIGEST_LEN);
}

static void
no_more_values_than_fit(void **state)
{
	(void)state;
	const struct license_secrets *keys = secrets();
	struct fingerprint machine = { 0 };
	char longest[COMPONENT_VALUE_MAX + 2];

	for (int i = 0; i < COMPONENT_VALUES_MAX; i++)
		add(&machine, COMPONENT_MAC, arena_printf(arena, "00:1a:2b:3c:4d:%02x", (unsigned)i));
	assert_int_equal(fingerprint_add(&machine, keys, COMPONENT_MAC, "001a2b3c4dff"), ERR_VALIDATION_FAILED);
	assert_int_equal(fingerprint_add(&machine, keys, COMPONENT_MAC, "001a2b3c4d01"), OK);
	memset(longest, 'x', sizeof(longest));
	longest[COMPONENT_VALUE_MAX] = '\0';
	assert_int_equal(fingerprint_add(&machine, keys, COMPONENT_CPU, longest), OK);
	longest[COMPONENT_VALUE_MAX] = 'x';
	longest[COMPONENT_VALUE_MAX + 1] = '\0';
	assert_int_equal(fingerprint_add(&machine, keys, COMPONENT_GPU, longest), ERR_VALIDATION_FAILED);
}

static void
what_is_stored_is_read_as_itself(void **state)
{
	(void)state;
	static const char *const BAD[] = {
		"", "[]", "{\"disk\":\"9832cf84f630a23629b73df824ed7769\"}", "{\"disk\":[]}", "{\"disk\":[\"98\"]}",
		"{\"colour\":[\"9832cf84f630a23629b73df824ed7769\"]}", "{\"disk\":[1]}",
		"{\"mac\":[\"9832cf84f630a23629b73df824ed7769\",\"9832cf84f630a23629b73df824ed7769\"]}",
	};
	struct fingerprint machine = { 0 }, read;

	for (enum component c = 0; c < COMPONENT_COUNT; c++)
		add(&machine, c, c == COMPONENT_MAC ? "00:1a:2b:3c:4d:5e" : component_names[c]);
	assert_true(fingerprint_parse(arena, fingerprint_text(arena, &machine), &read));
	assert_memory_equal(&machine, &read, sizeof(read));
	assert_int_equal(fingerprint_names(arena, &read).count, COMPONENT_COUNT);
	for (size_t i = 0; i < ARRAY_LEN(BAD); i++)
		assert_false(fingerprint_parse(arena, BAD[i], &read));
}

static void
a_machine_matches_by_weight_and_count(void **state)
{
	(void)state;
	struct fingerprint stored = { 0 }, said = { 0 };
	struct match_rules rules = RULES;

	add(&stored, COMPONENT_UUID, "u");
	add(&stored, COMPONENT_DISK, "d");
	add(&stored, COMPONENT_MAC, "00:1a:2b:3c:4d:5e");
	add(&stored, COMPONENT_MAC, "00:1a:2b:3c:4d:5f");
	assert_int_equal(fingerprint_match(&stored, &said, &rules), NO_MATCH);
	add(&said, COMPONENT_UUID, "u");
	/* 3 of 7: enough for no threshold above 42, and only one component. */
	assert_int_equal(fingerprint_match(&stored, &said, &rules), NO_MATCH);
	rules.threshold = 42;
	assert_int_equal(fingerprint_match(&stored, &said, &rules), NO_MATCH);
	rules.min_matches = 1;
	assert_int_equal(fingerprint_match(&stored, &said, &rules), 3 * FULL_MATCH / 7);
	rules.threshold = 43;
	assert_int_equal(fingerprint_match(&stored, &said, &rules), NO_MATCH);
	/* One of its cards is enough; a component that wasn't stored counts for nothing. */
	add(&said, COMPONENT_MAC, "00:1a:2b:3c:4d:5f");
	add(&said, COMPONENT_MAC, "00:1a:2b:3c:4d:00");
	add(&said, COMPONENT_GPU, "g");
	assert_int_equal(fingerprint_match(&stored, &said, &RULES), 5 * FULL_MATCH / 7);
	add(&said, COMPONENT_DISK, "d");
	assert_int_equal(fingerprint_match(&stored, &said, &RULES), FULL_MATCH);
}

static void
fewer_stored_than_must_match_must_all_match(void **state)
{
	(void)state;
	struct fingerprint stored = { 0 }, said = { 0 };
	struct match_rules weightless = RULES;

	add(&stored, COMPONENT_DISK, "d");
	add(&said, COMPONENT_DISK, "other");
	assert_int_equal(fingerprint_match(&stored, &said, &RULES), NO_MATCH);
	add(&said, COMPONENT_DISK, "d");
	assert_int_equal(fingerprint_match(&stored, &said, &RULES), FULL_MATCH);
	weightless.weights[COMPONENT_DISK] = 0;
	assert_int_equal(fingerprint_match(&stored, &said, &weightless), FULL_MATCH);
	add(&stored, COMPONENT_CPU, "c");
	weightless.weights[COMPONENT_CPU] = 0;
	assert_int_equal(fingerprint_match(&stored, &said, &weightless), NO_MATCH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(values_are_digested_as_published),
		TEST(values_are_made_comparable),
		TEST(the_order_of_network_cards_doesnt_matter),
		TEST(no_more_values_than_fit),
		TEST(what_is_stored_is_read_as_itself),
		TEST(a_machine_matches_by_weight_and_count),
		TEST(fewer_stored_than_must_match_must_all_match),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
