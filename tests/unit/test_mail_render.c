/*
 * Tests of lib/mail_render.c and lib/mail_expand.c: what blocks become, and that no value becomes part of a mail's form (users.md rule 39).
 */
#include <string.h>

#include "lib/mail_render.h"
#include "tests/unit/unit.h"

static const struct mail_value values[] = {
	{ .name = "name", .value = "O'Neil <b>\"& {{code}}\"</b>" },
	{ .name = "code", .value = "012345" },
	{ .name = "url", .value = "https://example.com/a?b=c&d=e#mlt_x" },
	{ .name = "empty", .value = "" },
	{ .name = "lines", .value = "one\ntwo" },
	{ .name = "script", .value = "javascript:alert(1)" },
};
static const struct mail_values all = { values, ARRAY_LEN(values) };
static const struct mail_frame frame = { .locale = "en", .color = "#123456" };

static struct field_errors errors;

static bool
try_blocks(const char *subject, const char *blocks, struct mail_form *ret)
{
	const struct mail_draft draft = { .subject = subject, .blocks = blocks };

	errors = (struct field_errors){ .count = 0 };
	return mail_render(arena, &draft, all, &frame, &errors, ret);
}

static struct mail_form
render(const char *blocks)
{
	struct mail_form form;

	if (!try_blocks("Hello", blocks, &form))
		fail_msg("%s: %s %s", blocks, errors.items[0].field, errors.items[0].rule);
	return form;
}

/* "field rule" of the first error. */
static const char *
error_of(const char *subject, const char *blocks)
{
	struct mail_form form;

	assert_false(try_blocks(subject, blocks, &form));
	assert_true(errors.count > 0);
	return arena_printf(arena, "%s %s", errors.items[0].field, errors.items[0].rule);
}

static void
values_are_escaped_for_their_place(void **state)
{
	struct mail_form form = render("[{\"type\":\"text\",\"text\":\"<i>{{name}}</i> & {{lines}}\"}]");

	(void)state;
	assert_non_null(strstr(form.html, "&lt;i&gt;O&#39;Neil &lt;b&gt;&quot;&amp; {{code}}&quot;&lt;/b&gt;&lt;/i&gt; &amp; one<br>two"));
	assert_string_equal(form.text, "<i>O'Neil <b>\"& {{code}}\"</b></i> & one\ntwo\n");
}

static void
a_link_takes_a_value_whole_or_as_a_part(void **state)
{
	struct mail_form form = render("[{\"type\":\"link\",\"text\":\"Go\",\"url\":\"{{url}}\"},"
				       "{\"type\":\"button\",\"text\":\"Go\",\"url\":\"https://example.com/?q={{name}}&u={{url}}\"}]");

	(void)state;
	assert_non_null(strstr(form.html, "href=\"https://example.com/a?b=c&amp;d=e#mlt_x\""));
	assert_non_null(strstr(form.html, "?q=O%27Neil%20%3Cb%3E%22%26%20%7B%7Bcode%7D%7D%22%3C%2Fb%3E&amp;u=https%3A%2F%2Fexample.com"));
	assert_non_null(strstr(form.text, "Go:\nhttps://example.com/a?b=c&d=e#mlt_x\n"));
}

static void
only_safe_schemes_are_links(void **state)
{
	static const char *const bad[] = {
		"javascript:alert(1)", "JaVaScript:alert(1)", "http://example.com/", "data:text/html,x", "//example.com/",
		"/local", "{{script}}", " https://example.com/", "https://", "https://example.com/\\\" x", "vbscript:x",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		const char *blocks = arena_printf(arena, "[{\"type\":\"link\",\"text\":\"a\",\"url\":\"%s\"}]", bad[i]);
		assert_string_equal(error_of("Hello", blocks), "blocks[0].url scheme");
	}
	render("[{\"type\":\"link\",\"text\":\"a\",\"url\":\"https://example.com/\"}]");
	render("[{\"type\":\"link\",\"text\":\"a\",\"url\":\"mailto:help@example.com\"}]");
}

static void
headers_stay_one_line(void **state)
{
	struct mail_form form;

	(void)state;
	assert_string_equal(error_of("Hello {{lines}}", "[]"), "subject line_break");
	assert_string_equal(error_of("Hello\r\nBcc: x@example.com", "[]"), "subject line_break");
	assert_true(try_blocks("Hello {{name}}{{empty}}", "[]", &form));
	assert_string_equal(form.subject, "Hello O'Neil <b>\"& {{code}}\"</b>");
}

static void
only_names_that_are_known_are_replaced(void **state)
{
	(void)state;
	assert_string_equal(error_of("{{nobody}}", "[]"), "subject unknown_variable");
	assert_string_equal(error_of("{{#if code}}", "[]"), "subject unknown_variable");
	assert_string_equal(error_of("{{code", "[]"), "subject variable");
	assert_string_equal(error_of("x", "[{\"type\":\"divider\"},{\"type\":\"text\",\"text\":\"{{ code }}\"}]"),
			    "blocks[1].text unknown_variable");
	assert_string_equal(error_of("x", "[{\"type\":\"columns\",\"columns\":[[],[{\"type\":\"code\",\"text\":\"{{no}}\"}]]}]"),
			    "blocks[0].columns[1][0].text unknown_variable");
	assert_string_equal(render("[{\"type\":\"text\",\"text\":\"{ {code} } }}\"}]").text, "{ {code} } }}\n");
}

static void
every_kind_of_block_has_both_forms(void **state)
{
	struct mail_form form = render(
	    "[{\"type\":\"heading\",\"text\":\"Title\",\"level\":2},{\"type\":\"text\",\"text\":\"Hello {{empty}}, you\"},"
	    "{\"type\":\"code\",\"text\":\"{{code}}\"},{\"type\":\"divider\"},{\"type\":\"spacer\",\"height\":8},"
	    "{\"type\":\"image\",\"url\":\"https://example.com/a.png\",\"alt\":\"Logo\",\"width\":80},"
	    "{\"type\":\"columns\",\"columns\":[[{\"type\":\"text\",\"text\":\"left\"}],[{\"type\":\"text\",\"text\":\"right\"}]]}]");

	(void)state;
	assert_string_equal(form.text, "Title\n\nHello, you\n\n    012345\n\n----\n\nLogo\n\nleft\n\nright\n");
	assert_non_null(strstr(form.html, "<h2 "));
	assert_non_null(strstr(form.html, "<hr "));
	assert_non_null(strstr(form.html, "height:8px"));
	assert_non_null(strstr(form.html, "<img src=\"https://example.com/a.png\" width=\"80\""));
	assert_non_null(strstr(form.html, "alt=\"Logo\""));
	assert_non_null(strstr(form.html, "width=\"50%\""));
}

static void
malformed_blocks_are_named(void **state)
{
	static const char *const bad[][2] = {
		{ "{}", "blocks type" },
		{ "[1]", "blocks[0] type" },
		{ "[{}]", "blocks[0].type enum" },
		{ "[{\"type\":\"iframe\"}]", "blocks[0].type enum" },
		{ "[{\"type\":\"text\"}]", "blocks[0].text required" },
		{ "[{\"type\":\"text\",\"text\":1}]", "blocks[0].text type" },
		{ "[{\"type\":\"text\",\"text\":\"\"}]", "blocks[0].text length" },
		{ "[{\"type\":\"text\",\"text\":\"a\\u0007\"}]", "blocks[0].text characters" },
		{ "[{\"type\":\"text\",\"text\":\"a\",\"style\":\"x\"}]", "blocks[0].style unknown" },
		{ "[{\"type\":\"heading\",\"text\":\"a\",\"level\":9}]", "blocks[0].level range" },
		{ "[{\"type\":\"spacer\",\"height\":1000}]", "blocks[0].height range" },
		{ "[{\"type\":\"columns\",\"columns\":[]}]", "blocks[0].columns type" },
		{ "[{\"type\":\"columns\",\"columns\":[[{\"type\":\"columns\",\"columns\":[[]]}]]}]",
		  "blocks[0].columns[0][0].type enum" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_string_equal(error_of("Hello", bad[i][0]), bad[i][1]);
}

static const char *
many_texts(size_t count, size_t len)
{
	struct buffer out = buffer_new(arena);
	char *words = arena_alloc(arena, len + 1);

	memset(words, '<', len);
	for (size_t i = 0; i < count; i++)
		buffer_printf(&out, "%s{\"type\":\"text\",\"text\":\"%s\"}", i == 0 ? "[" : ",", words);
	buffer_char(&out, ']');
	return buffer_string(&out);
}

static void
a_mail_has_at_most_100_blocks_and_100_kb(void **state)
{
	(void)state;
	render(many_texts(100, 10));
	assert_string_equal(error_of("Hello", many_texts(101, 10)), "blocks length");
	render(many_texts(2, 9000));
	/* 27,000 characters, but four octets each as HTML. */
	assert_string_equal(error_of("Hello", many_texts(3, 9000)), "blocks length");
}

static void
a_draft_is_checked_without_values(void **state)
{
	const struct mail_values names = { (const struct mail_value[]){ { .name = "url", .is_required = true } }, 1 };
	struct mail_draft draft = {
		.subject = "{{url}}", .blocks = "[{\"type\":\"link\",\"text\":\"a\",\"url\":\"{{url}}\"}]",
	};

	(void)state;
	errors = (struct field_errors){ .count = 0 };
	assert_true(mail_draft_check(arena, &draft, names, &errors));
	draft.preview_text = "{{code}}";
	assert_false(mail_draft_check(arena, &draft, names, &errors));
	assert_string_equal(errors.items[0].field, "preview_text");
	assert_string_equal(mail_missing_value(names), "url");
	assert_null(mail_missing_value(all));
}

static void
names_of_variables_are_words(void **state)
{
	(void)state;
	assert_true(mail_variable_name_is_valid("order_id2"));
	assert_false(mail_variable_name_is_valid(""));
	assert_false(mail_variable_name_is_valid("2nd"));
	assert_false(mail_variable_name_is_valid("Order"));
	assert_false(mail_variable_name_is_valid("a-b"));
	assert_false(mail_variable_name_is_valid("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(values_are_escaped_for_their_place),
		TEST(a_link_takes_a_value_whole_or_as_a_part),
		TEST(only_safe_schemes_are_links),
		TEST(headers_stay_one_line),
		TEST(only_names_that_are_known_are_replaced),
		TEST(every_kind_of_block_has_both_forms),
		TEST(malformed_blocks_are_named),
		TEST(a_mail_has_at_most_100_blocks_and_100_kb),
		TEST(a_draft_is_checked_without_values),
		TEST(names_of_variables_are_words),
	};

	return cmocka_run_group_tests_name("mail_render", tests, NULL, NULL);
}
