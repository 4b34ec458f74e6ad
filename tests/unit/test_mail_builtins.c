/*
 * Tests of lib/mail_builtins.c: each built-in mail renders in each language with what its senders give.
 */
#include <string.h>

#include "lib/mail_builtins.h"
#include "tests/unit/unit.h"

static struct mail_form
render(const struct mail_builtin *builtin, const struct mail_builtin_text *text, const char *user_name)
{
	struct mail_value values[MAIL_BUILTIN_VARIABLES_MAX + 2];
	size_t count = mail_builtin_values(builtin, values);
	const struct mail_frame frame = { .locale = text->locale, .color = "#0f766e" };
	struct field_errors errors = { .count = 0 };
	struct mail_form form;

	for (size_t i = 0; i < count; i++)
		values[i].value = strcmp(values[i].name, "url") == 0 ? "https://example.com/#mlt_a"
				  : strcmp(values[i].name, "user_name") == 0
				      ? user_name
				      : arena_printf(arena, "[%s]", values[i].name);
	assert_null(mail_missing_value((struct mail_values){ values, count }));
	if (!mail_render(arena, &text->draft, (struct mail_values){ values, count }, &frame, &errors, &form))
		fail_msg("%s %s: %s %s", builtin->slug, text->locale, errors.items[0].field, errors.items[0].rule);
	return form;
}

static void
every_built_in_renders_in_every_language(void **state)
{
	(void)state;
	for (size_t i = 0; i < mail_builtin_count; i++) {
		const struct mail_builtin *builtin = &mail_builtins[i];
		for (size_t k = 0; k < ARRAY_LEN(builtin->texts); k++) {
			struct mail_form form = render(builtin, &builtin->texts[k], "Ada");
			assert_null(strstr(form.subject, "{{"));
			assert_null(strstr(form.text, "{{"));
			assert_null(strstr(form.html, "{{"));
			assert_non_null(strstr(form.text, "Ada"));
		}
	}
}

/* What a mail can't do without stands in both of its forms. */
static void
every_required_value_is_shown(void **state)
{
	(void)state;
	for (size_t i = 0; i < mail_builtin_count; i++) {
		const struct mail_builtin *builtin = &mail_builtins[i];
		for (size_t k = 0; k < ARRAY_LEN(builtin->texts); k++) {
			struct mail_form form = render(builtin, &builtin->texts[k], "");
			for (size_t v = 0; v < MAIL_BUILTIN_VARIABLES_MAX && builtin->variables[v].name != NULL; v++) {
				const char *name = builtin->variables[v].name;
				const char *shown = strcmp(name, "url") == 0
							? "https://example.com/#mlt_a"
							: arena_printf(arena, "[%s]", name);
				if (strstr(form.text, shown) == NULL || strstr(form.html, shown) == NULL)
					fail_msg("%s doesn't show %s", builtin->slug, name);
			}
		}
	}
}

static void
an_unknown_name_leaves_no_gap(void **state)
{
	const struct mail_builtin *builtin = mail_builtin_find("password-reset");

	(void)state;
	assert_int_equal(strncmp(render(builtin, &builtin->texts[0], "").text, "Hello,\n", 7), 0);
	assert_int_equal(strncmp(render(builtin, &builtin->texts[0], "Ada").text, "Hello Ada,\n", 11), 0);
	assert_int_equal(strncmp(render(builtin, &builtin->texts[1], "").text, "Hola:\n", 6), 0);
}

static void
the_code_stands_before_the_link(void **state)
{
	const struct mail_builtin *builtin = mail_builtin_find("verification");
	struct mail_form form = render(builtin, &builtin->texts[0], "");

	(void)state;
	assert_true(strstr(form.text, "[code]") < strstr(form.text, "https://"));
}

/* A member's mail has no code: then nobody is asked to enter one. */
static void
no_code_no_sentence_about_it(void **state)
{
	const struct mail_builtin *builtin = mail_builtin_find("verification");
	struct mail_value values[MAIL_BUILTIN_VARIABLES_MAX + 2];
	size_t count = mail_builtin_values(builtin, values);
	const struct mail_frame frame = { .locale = "en", .color = "#0f766e" };
	struct field_errors errors = { .count = 0 };
	struct mail_form form;

	(void)state;
	for (size_t i = 0; i < count; i++)
		values[i].value = strcmp(values[i].name, "url") == 0 ? "https://example.com/#mlt_a" : NULL;
	assert_null(mail_missing_value((struct mail_values){ values, count }));
	assert_true(mail_render(arena, &builtin->texts[0].draft, (struct mail_values){ values, count }, &frame, &errors, &form));
	assert_null(strstr(form.text, "code on the page"));
	assert_null(strstr(form.html, "code on the page"));
	assert_non_null(strstr(form.text, "https://example.com/#mlt_a"));
	assert_non_null(strstr(render(builtin, &builtin->texts[0], "").text, "Enter this code on the page that asked for it:\n\n    [code]"));
}

static void
a_language_is_found_by_any_of_its_locales(void **state)
{
	const struct mail_builtin *builtin = mail_builtin_find("welcome");

	(void)state;
	assert_string_equal(mail_builtin_text(builtin, "es-MX")->locale, "es");
	assert_string_equal(mail_builtin_text(builtin, "ES")->locale, "es");
	assert_string_equal(mail_builtin_text(builtin, "est")->locale, "en");
	assert_string_equal(mail_builtin_text(builtin, "de")->locale, "en");
	assert_string_equal(mail_builtin_text(builtin, NULL)->locale, "en");
	assert_null(mail_builtin_find("order-shipped"));
}

static void
locales_have_the_form_of_bcp_47(void **state)
{
	static const char *const good[] = { "en", "es-MX", "zh-Hant-TW", "de-1996" };
	static const char *const bad[] = {
		"", "e", "en-", "-en", "en_US", "en us", "en-123456789", "1a", "en\r\n",
		"en-aaaaaaaa-bbbbbbbb-cccccccc-dddddddd",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_null(locale_check(good[i]));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_non_null(locale_check(bad[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_built_in_renders_in_every_language),
		TEST(every_required_value_is_shown),
		TEST(an_unknown_name_leaves_no_gap),
		TEST(the_code_stands_before_the_link),
		TEST(no_code_no_sentence_about_it),
		TEST(a_language_is_found_by_any_of_its_locales),
		TEST(locales_have_the_form_of_bcp_47),
	};

	return cmocka_run_group_tests_name("mail_builtins", tests, NULL, NULL);
}
