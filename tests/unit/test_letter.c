/*
 * Tests of domain/letter.c.
 */
#include <string.h>

#include "domain/letter.h"
#include "tests/unit/unit.h"

#define PROJECT "prj_0000000000000001"
#define MESSAGE "msg_0000000000000001"

static const char key_file[] = "k0001 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n";

static const struct letter letter = {
	.subject = "Grüße, \"Ada\"\n",
	.text = "Line\nhttps://localhost/reset#mlt_x\n",
	.html = "<p>\\</p>",
	.expires_at = INT64_C(1768473000123),
};

static struct keyring *keyring;

static struct tx
make_tx(void)
{
	const char *problem;

	assert_true(keyring_parse(key_file, strlen(key_file), &keyring, &problem));
	return (struct tx){ .arena = arena, .keyring = keyring };
}

static void
what_is_sealed_opens_as_it_was(void **state)
{
	(void)state;
	struct tx tx = make_tx();
	struct bytes sealed;
	struct letter opened;

	assert_int_equal(letter_seal(&tx, PROJECT, MESSAGE, &letter, &sealed), OK);
	assert_int_equal(letter_open(&tx, PROJECT, MESSAGE, sealed, &opened), OK);
	assert_string_equal(opened.subject, letter.subject);
	assert_string_equal(opened.text, letter.text);
	assert_string_equal(opened.html, letter.html);
	assert_int_equal(opened.expires_at, letter.expires_at);
	assert_null(memmem(sealed.data, sealed.len, "mlt_", 4));
	keyring_free(keyring);
}

static void
a_letter_may_have_no_html_and_no_end(void **state)
{
	(void)state;
	struct tx tx = make_tx();
	struct letter plain = { .subject = "s", .text = "t", .expires_at = NONE };
	struct bytes sealed;
	struct letter opened;

	assert_int_equal(letter_seal(&tx, PROJECT, MESSAGE, &plain, &sealed), OK);
	assert_int_equal(letter_open(&tx, PROJECT, MESSAGE, sealed, &opened), OK);
	assert_null(opened.html);
	assert_true(opened.expires_at == NONE);
	keyring_free(keyring);
}

static void
it_opens_for_no_other_message_and_no_other_project(void **state)
{
	(void)state;
	struct tx tx = make_tx();
	struct bytes sealed;
	struct letter opened;

	assert_int_equal(letter_seal(&tx, PROJECT, MESSAGE, &letter, &sealed), OK);
	assert_int_equal(letter_open(&tx, PROJECT, "msg_0000000000000002", sealed, &opened), ERR_CRYPTO);
	assert_int_equal(letter_open(&tx, "prj_0000000000000002", MESSAGE, sealed, &opened), ERR_CRYPTO);
	assert_int_equal(letter_open(&tx, PROJECT, MESSAGE, sealed, &opened), OK);
	keyring_free(keyring);
}

static void
what_is_no_letter_is_refused(void **state)
{
	(void)state;
	struct tx tx = make_tx();
	const struct seal_place place = { "messages", "payload_sealed", MESSAGE, PROJECT };
	const struct bytes bad[] = { BYTES("{}"), BYTES("[]"), BYTES("not json"), BYTES("{\"subject\":1,\"text\":\"t\"}") };
	struct bytes sealed;
	struct letter opened;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(keyring_seal(keyring, arena, &place, bad[i], &sealed), OK);
		assert_int_equal(letter_open(&tx, PROJECT, MESSAGE, sealed, &opened), ERR_CRYPTO);
	}
	assert_int_equal(keyring_seal(keyring, arena, &place, BYTES("{\"subject\":\"s\",\"text\":\"t\"}"), &sealed), OK);
	assert_int_equal(letter_open(&tx, PROJECT, MESSAGE, sealed, &opened), OK);
	keyring_free(keyring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_sealed_opens_as_it_was),
		TEST(a_letter_may_have_no_html_and_no_end),
		TEST(it_opens_for_no_other_message_and_no_other_project),
		TEST(what_is_no_letter_is_refused),
	};

	return cmocka_run_group_tests_name("letter", tests, NULL, NULL);
}
