/*
 * Tests of lib/css_clean.c with lib/css_parts.c and lib/css_tokens.c: what is kept, what is dropped and said, and a hostile corpus.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/buffer.h"
#include "lib/css_clean.h"
#include "tests/unit/unit.h"

/* What may not be in any cleaned sheet, in any letter case. */
static const char *const FORBIDDEN[] = {
	"url(", "@import",    "@font",	    "expression(", "behavior:", "binding:", "javascript:", "<",
	"\\",	"position:f", "position:a", "position:s",  "@charset",	"/*",	    "*/",	   "@page",
	"&",	"content:",   "\"\"",	    "'",	   "attr(",	"`",	    "data:",	   "@supports",
};

static const char *
lower(const char *text)
{
	char *copy = arena_strdup(arena, text);

	for (char *c = copy; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return copy;
}

/* Harmless, and its own cleaning. */
static void
assert_sound(const char *css)
{
	const char *small = lower(css);
	struct css_cleaned again = css_clean(arena, css);

	for (size_t i = 0; i < ARRAY_LEN(FORBIDDEN); i++)
		if (strstr(small, FORBIDDEN[i]) != NULL)
			fail_msg("'%s' in: %s", FORBIDDEN[i], css);
	assert_string_equal(again.css, css);
	assert_int_equal(again.removed_count, 0);
}

static void
assert_cleans(const char *css, const char *expected)
{
	struct css_cleaned cleaned = css_clean(arena, css);

	assert_string_equal(cleaned.css, expected);
	assert_sound(cleaned.css);
}

/* The sheet has one thing to drop, beside a rule that stays. */
static void
assert_drops(const char *css, const char *rule)
{
	const char *whole = arena_printf(arena, ".gh-a{color:red}\n%s\n.gh-b{color:blue}", css);
	struct css_cleaned cleaned = css_clean(arena, whole);

	assert_sound(cleaned.css);
	assert_non_null(strstr(cleaned.css, ".gh-a{color:red}\n"));
	if (cleaned.removed_count == 0)
		fail_msg("nothing was dropped of: %s", css);
	if (strcmp(cleaned.removed[0].rule, rule) != 0)
		fail_msg("%s, not %s: %s", cleaned.removed[0].rule, rule, css);
	assert_int_equal(cleaned.removed[0].line, 2);
}

static void
rule_37_allowed_rules_are_written_anew(void **state)
{
	(void)state;
	assert_cleans("", "");
	assert_cleans("  /* nothing */ ", "");
	assert_cleans(".gh-card { color : RED ; }", ".gh-card{color:RED}\n");
	assert_cleans(".gh-card{COLOR:#Fff;padding:1px  2px}", ".gh-card{color:#Fff;padding:1px 2px}\n");
	assert_cleans(".gh-a,\n.gh-b:hover{margin:-1.5em auto}", ".gh-a,.gh-b:hover{margin:-1.5em auto}\n");
	assert_cleans(".gh-a  >  .gh-b.gh-c .gh-d+.gh-e{gap:0}", ".gh-a > .gh-b.gh-c .gh-d + .gh-e{gap:0}\n");
	assert_cleans(".gh-a::placeholder{opacity:.5}", ".gh-a::placeholder{opacity:.5}\n");
	assert_cleans(".gh-a{color:red ! important}", ".gh-a{color:red!important}\n");
	assert_cleans(".gh-a{color:red", ".gh-a{color:red}\n");
	assert_cleans(".gh-a{;;color:red;;}", ".gh-a{color:red}\n");
	assert_cleans(".gh-a{font:16px/1.5 'Open Sans',serif}", ".gh-a{font:16px/1.5 \"Open Sans\",serif}\n");
	assert_cleans(".gh-a{position:relative}", ".gh-a{position:relative}\n");
}

static void
functions_of_the_list_may_nest(void **state)
{
	(void)state;
	static const char *const SAME[] = {
		".gh-a{background:linear-gradient(90deg, #fff 0%, rgba(0,0,0,.5) 100%)}\n",
		".gh-a{width:calc(100% - (2 * var(--radius)) + 1px)}\n",
		".gh-a{color:color-mix(in srgb, var(--primary) 40%, light-dark(#fff, #000))}\n",
		".gh-a{transform:translate(0,1px) scale(1.02)}\n",
		".gh-a{grid-template-columns:repeat(2, minmax(0, 1fr))}\n",
	};

	for (size_t i = 0; i < ARRAY_LEN(SAME); i++)
		assert_cleans(SAME[i], SAME[i]);
	assert_cleans(".gh-a{width:min(min(min(min(min(min(min(min(1px))))))))}",
		      ".gh-a{width:min(min(min(min(min(min(min(min(1px))))))))}\n");
	assert_drops(".gh-x{width:min(min(min(min(min(min(min(min(min(1px)))))))))}", "value");
}

static void
media_asks_for_width_motion_and_contrast(void **state)
{
	(void)state;
	assert_cleans("@media (max-width: 30em) { .gh-a { color: red } }",
		      "@media (max-width:30em){\n.gh-a{color:red}\n}\n");
	assert_cleans("@MEDIA (min-width:1px) and (prefers-reduced-motion:reduce){.gh-a{color:red}}.gh-b{color:blue}",
		      "@media (min-width:1px) and (prefers-reduced-motion:reduce){\n.gh-a{color:red}\n}\n.gh-b{color:blue}\n");
	assert_cleans("@media (max-width:1px){}", "");
	assert_cleans("@media (max-width:1px){.gh-a{color:red}", "@media (max-width:1px){\n.gh-a{color:red}\n}\n");
	assert_drops("@media print{.gh-x{color:red}}", "at_rule");
	assert_drops("@media (max-width:1px),(min-width:url(x)){.gh-x{color:red}}", "url");
	assert_drops("@media (max-width:1px){@media (max-width:1px){.gh-x{color:red}}}", "at_rule");
	assert_drops("@media (max-width:1px)or (max-width:2px){.gh-x{color:red}}", "at_rule");
}

/* Each thing that the rule names, as it is written and as people hide it. */
static void
rule_37_what_it_names_is_dropped_and_listed(void **state)
{
	(void)state;
	static const char *const CORPUS[][2] = {
		{ ".gh-x{background:url(https://evil.example/x.png)}", "url" },
		{ ".gh-x{background:URL( 'x' )}", "url" },
		{ ".gh-x{background:url(\"data:image/png;base64,AAAA\")}", "url" },
		{ ".gh-x{background:image-set('a' 1x)}", "url" },
		{ ".gh-x{background:src('a')}", "url" },
		{ ".gh-x{cursor:url(x),auto}", "url" },
		{ ".gh-x{background:linear-gradient(url(x),red)}", "url" },
		{ "@import 'x.css';", "import" },
		{ "@IMPORT url(x);", "import" },
		{ "@font-face{font-family:x;src:url(x)}", "font_face" },
		{ "@font-face{font-family:x}", "font_face" },
		{ "@charset 'utf-7';", "at_rule" },
		{ "@namespace x 'y';", "at_rule" },
		{ "@page{margin:0}", "at_rule" },
		{ "@keyframes a{from{color:red}}", "at_rule" },
		{ "@supports (color:red){.gh-x{color:red}}", "at_rule" },
		{ "@layer x{.gh-x{color:red}}", "at_rule" },
		{ "@container (min-width:1px){.gh-x{color:red}}", "at_rule" },
		{ ".gh-x{width:expression(alert(1))}", "expression" },
		{ ".gh-x{width:EXPRESSION (alert(1))}", "value" },
		{ ".gh-x{width:expres/**/sion(alert(1))}", "value" },
		{ ".gh-x{behavior:none}", "behavior" },
		{ ".gh-x{-moz-binding:none}", "binding" },
		{ ".gh-x{color:javascript:alert(1)}", "script" },
		{ ".gh-x{color:red</style><script>alert(1)</script>}", "markup" },
		{ "</style><script>alert(1)</script>{color:red}", "markup" },
		{ "<!-- .gh-x{color:red} -->{}", "markup" },
		{ ".gh-x{w\\69 dth:1px}", "escape" },
		{ ".gh-x{background:\\75rl(x)}", "escape" },
		{ ".gh-\\78{color:red}", "escape" },
		{ "@\\69mport 'x';", "escape" },
		{ ".gh-x{font-family:'a\\'b'}", "escape" },
		{ ".gh-x{position:fixed}", "position" },
		{ ".gh-x{POSITION:/**/FIXED}", "position" },
		{ ".gh-x{position:sticky}", "position" },
		{ ".gh-x{position:absolute}", "position" },
		{ ".gh-x{content:'pay here'}", "property" },
		{ ".gh-x{--x:red}", "property" },
		{ ".gh-x{-webkit-user-modify:read-write}", "property" },
		{ ".gh-x{animation:x 1s}", "property" },
		{ ".gh-x{list-style-image:none}", "property" },
		{ ".gh-x{z-index:9}", "property" },
		{ ".gh-x{color}", "syntax" },
		{ ".gh-x{color red}", "syntax" },
		{ ".gh-x{:red}", "syntax" },
		{ ".gh-x{color:}", "value" },
		{ ".gh-x{color:!important}", "value" },
		{ ".gh-x{width:1e9px}", "value" },
		{ ".gh-x{width:1parsec}", "value" },
		{ ".gh-x{color:#12}", "value" },
		{ ".gh-x{color:#ggg}", "value" },
		{ ".gh-x{color:rgb(1,2,3}", "value" },
		{ ".gh-x{color:attr(title)}", "value" },
		{ ".gh-x{color:env(x)}", "value" },
		{ ".gh-x{width:1px + 1px}", "value" },
		{ ".gh-x{font-family:'a;b'}", "value" },
		{ ".gh-x{font-family:''}", "value" },
		{ ".gh-x{font-family:\"\xc3\xa9\"}", "value" },
		{ ".gh-x{color:\xef\xbb\xbfred}", "value" },
	};

	for (size_t i = 0; i < ARRAY_LEN(CORPUS); i++)
		assert_drops(CORPUS[i][0], CORPUS[i][1]);
}

/* The rest of its sheet goes with what isn't closed (CSS Syntax section 5.4.7), and nothing of it is kept. */
static void
what_isnt_closed_ends_the_sheet(void **state)
{
	(void)state;
	assert_drops(".gh-x{color:rgb(1,2,3", "value");
	assert_drops(".gh-x{font-family:\"a", "value");
	assert_drops(".gh-x;", "selector");
	assert_drops("@import url(", "import");
	assert_cleans(".gh-a{color:red}/* .gh-b{color:red}", ".gh-a{color:red}\n");
}

static void
rule_37_only_our_own_classes_can_be_styled(void **state)
{
	(void)state;
	static const char *const SELECTORS[] = {
		"*",	     "body",	       "input",		    ".card",	     "#card",
		".gh-",	     ".GH-card",       "[value^='a']",	    ".gh-a[x]",	     ".gh-a input",
		"a.gh-a",    ".gh-a:has(input)", ".gh-a:not(.gh-b)", ".gh-a:visited", ".gh-a::before",
		".gh-a > *", ".gh-a >",	       "> .gh-a",	    ".gh-a .b",	     "html .gh-a",
		":root",     ":host",	       ".gh-a || .gh-b",    ".gh-a/**/b",    "&",
		"\xc3\xa9",  ".gh-\xc3\xa9",
		".gh-a .gh-a .gh-a .gh-a .gh-a .gh-a .gh-a .gh-a .gh-a",
	};

	for (size_t i = 0; i < ARRAY_LEN(SELECTORS); i++)
		assert_drops(arena_printf(arena, "%s{color:red}", SELECTORS[i]), "selector");
}

static void
a_bad_part_leaves_its_neighbours(void **state)
{
	(void)state;
	struct css_cleaned cleaned = css_clean(
	    arena, ".gh-a, body, .gh-b {\n  color: red;\n  background: url(x);\n  .gh-n{color:red}\n  margin: 0\n}");

	assert_string_equal(cleaned.css, ".gh-a,.gh-b{color:red;margin:0}\n");
	assert_int_equal(cleaned.removed_count, 3);
	assert_string_equal(cleaned.removed[0].text, "body");
	assert_int_equal(cleaned.removed[0].line, 1);
	assert_string_equal(cleaned.removed[1].text, "background: url(x)");
	assert_int_equal(cleaned.removed[1].line, 3);
	assert_string_equal(cleaned.removed[2].rule, "syntax");
	assert_int_equal(cleaned.removed[2].line, 4);
}

static void
what_is_listed_is_short_and_on_one_line(void **state)
{
	(void)state;
	struct buffer css = buffer_new(arena);

	buffer_text(&css, "body\n\t");
	for (int i = 0; i < 100; i++)
		buffer_text(&css, " \xc3\xa9");
	buffer_text(&css, "{}");
	struct css_cleaned cleaned = css_clean(arena, buffer_string(&css));
	assert_int_equal(cleaned.removed_count, 1);
	assert_null(strpbrk(cleaned.removed[0].text, "\n\t"));
	assert_true(strlen(cleaned.removed[0].text) <= 2 * 80);

	css = buffer_new(arena);
	for (int i = 0; i < CSS_REMOVED_MAX + 50; i++)
		buffer_text(&css, "body{color:red}");
	cleaned = css_clean(arena, buffer_string(&css));
	assert_int_equal(cleaned.removed_count, CSS_REMOVED_MAX);
	assert_string_equal(cleaned.css, "");
}

/* As long as the field allows, of what opens and never closes, or closes and never opened. */
static void
deep_and_long_sheets_end(void **state)
{
	(void)state;
	static const char *const PARTS[] = { "(", "{", "[", ")", "}", "]", "@a ", "a(", ".gh-a{", "\"", "'", "\\", ".gh-a{color:", "@media ", ",", ":" };

	for (size_t i = 0; i < ARRAY_LEN(PARTS); i++) {
		struct buffer css = buffer_new(arena);
		while (css.len < 10000)
			buffer_text(&css, PARTS[i]);
		assert_sound(css_clean(arena, buffer_string(&css)).css);
		assert_false(arena_is_exhausted(arena));
	}
}

/* Every sheet cut off at every octet, and every octet of it replaced by what means something. */
static void
no_change_of_one_octet_makes_a_sheet_unsound(void **state)
{
	(void)state;
	static const char SHEET[] = "@media (max-width:1px){.gh-a{color:red}}.gh-b::placeholder , .gh-c>.gh-d{"
				    "width:calc(1px + 2px)!important;background:url(x);font:'a' /*b*/}";
	static const char OTHERS[] = "\\/*<>(){}[];:,@#!\"'\n. -1eu";

	for (size_t len = 0; len < sizeof(SHEET); len++) {
		struct arena_mark mark = arena_mark(arena);
		char *changed = arena_strdup(arena, SHEET);
		assert_sound(css_clean(arena, arena_strndup(arena, SHEET, len)).css);
		for (const char *other = OTHERS; len < sizeof(SHEET) - 1 && *other != '\0'; other++) {
			changed[len] = *other;
			assert_sound(css_clean(arena, changed).css);
		}
		arena_rewind(arena, mark);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rule_37_allowed_rules_are_written_anew),
		TEST(functions_of_the_list_may_nest),
		TEST(media_asks_for_width_motion_and_contrast),
		TEST(rule_37_what_it_names_is_dropped_and_listed),
		TEST(what_isnt_closed_ends_the_sheet),
		TEST(rule_37_only_our_own_classes_can_be_styled),
		TEST(a_bad_part_leaves_its_neighbours),
		TEST(what_is_listed_is_short_and_on_one_line),
		TEST(deep_and_long_sheets_end),
		TEST(no_change_of_one_octet_makes_a_sheet_unsound),
	};

	return cmocka_run_group_tests_name("css_clean", tests, NULL, NULL);
}
