/*
 * Tests of domain/mail_texts.c: what a built-in mail says, and that nobody's name can become part of its form.
 */
#include <string.h>

#include "domain/mail_texts.h"
#include "tests/unit/unit.h"

#define AT_MS INT64_C(1768473000000) /* 2026-01-15T10:30:00Z */

static struct letter
compose(const struct mail *mail)
{
	return mail_compose(arena, mail, "Shop & Co", AT_MS);
}

static void
verification_has_the_code_before_the_link(void **state)
{
	(void)state;
	struct letter letter = compose(&(struct mail){
		.template = MAIL_VERIFICATION,
		.url = "https://example.com/verify#mlt_a",
		.code = "012345",
		.expires_at = 7,
	});
	const char *code = strstr(letter.text, "012345");
	const char *url = strstr(letter.text, "https://example.com/verify#mlt_a");

	assert_string_equal(letter.subject, "Your code for Shop & Co");
	assert_non_null(code);
	assert_non_null(url);
	assert_true(code < url);
	assert_non_null(strstr(letter.html, "012345"));
	assert_non_null(strstr(letter.html, "href=\"https://example.com/verify#mlt_a\""));
	assert_int_equal(letter.expires_at, 7);
}

static void
values_are_escaped_for_their_place(void **state)
{
	(void)state;
	struct letter letter = compose(&(struct mail){
		.template = MAIL_INVITATION,
		.url = "https://example.com/invite#ginv_a",
		.organization_name = "<b>{{inviter_name}}</b>",
		.inviter_name = "O'Neil \"& sons\"",
	});

	assert_string_equal(letter.subject, "O'Neil \"& sons\" invites you to <b>{{inviter_name}}</b>");
	assert_non_null(strstr(letter.html, "O&#39;Neil &quot;&amp; sons&quot;"));
	assert_non_null(strstr(letter.html, "&lt;b&gt;{{inviter_name}}&lt;/b&gt;"));
	assert_null(strstr(letter.html, "<b>"));
	assert_non_null(strstr(letter.html, "Shop &amp; Co"));
}

static void
names_of_others_are_cut(void **state)
{
	(void)state;
	char *name = arena_alloc(arena, 301);

	memset(name, 'x', 300);
	struct letter letter = compose(&(struct mail){ .template = MAIL_INVITATION,
						       .url = "https://example.com/",
						       .organization_name = "Org",
						       .inviter_name = name });
	assert_null(strstr(letter.text, name));
	assert_non_null(strstr(letter.text, name + 300 - 120));
}

static void
greets_by_name_or_without(void **state)
{
	(void)state;
	struct mail mail = { .template = MAIL_PASSWORD_CHANGED, .user_name = "Ada" };

	assert_int_equal(strncmp(compose(&mail).text, "Hello Ada,\n", 11), 0);
	mail.user_name = NULL;
	assert_int_equal(strncmp(compose(&mail).text, "Hello,\n", 7), 0);
	assert_non_null(strstr(compose(&mail).text, "2026-01-15 10:30 UTC"));
}

static void
every_template_has_all_its_words(void **state)
{
	(void)state;

	for (enum mail_template template = MAIL_VERIFICATION; template < MAIL_TEMPLATE_COUNT; template++) {
		struct letter letter = compose(&(struct mail){
			.template = template, .url = "https://example.com/", .code = "012345", .organization_name = "Org", .inviter_name = "Ada" });

		assert_true(strlen(mail_template_slug(template)) > 0);
		assert_null(strstr(letter.subject, "{{"));
		assert_null(strstr(letter.text, "{{"));
		assert_null(strstr(letter.html, "{{"));
		assert_null(strstr(letter.text, "(null)"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(verification_has_the_code_before_the_link),
		TEST(values_are_escaped_for_their_place),
		TEST(names_of_others_are_cut),
		TEST(greets_by_name_or_without),
		TEST(every_template_has_all_its_words),
	};

	return cmocka_run_group_tests_name("mail_texts", tests, NULL, NULL);
}
