/*
 * Style sheets: what comes out holds nothing that fetches, runs or leaves the sheet, and cleaning it again changes nothing.
 */
#include "lib/css_clean.h"
#include "lib/text.h"
#include "tests/fuzz/fuzz.h"

static bool
contains(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (; *text != '\0'; text++) {
		size_t i = 0;
		while (i < len && (text[i] | 0x20) == (word[i] | 0x20))
			i++;
		if (i == len)
			return true;
	}
	return false;
}

/* Each opening bracket is closed, and a rule stands in at most one other. */
static void
check_brackets(const char *css)
{
	int round = 0, curly = 0;

	for (; *css != '\0'; css++) {
		round += (*css == '(') - (*css == ')');
		curly += (*css == '{') - (*css == '}');
		CHECK(round >= 0 && curly >= 0 && curly <= 2);
		CHECK(round == 0 || (*css != '{' && *css != '}'));
	}
	CHECK(round == 0 && curly == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const FORBIDDEN[] = { "url(", "expression(", "@import", "@font", "@charset", "/*", "\\", "<", "'", "position:f" };
	struct arena *arena = arena_new(FUZZ_ARENA_BYTES);
	const char *css = fuzz_text(arena, data, len > 40000 ? 40000 : len);

	if (utf8_is_valid(css, strlen(css))) {
		struct css_cleaned cleaned = css_clean(arena, css);
		struct css_cleaned again = css_clean(arena, cleaned.css);
		CHECK(cleaned.removed_count <= CSS_REMOVED_MAX);
		for (size_t i = 0; i < cleaned.removed_count; i++) {
			CHECK(utf8_is_valid(cleaned.removed[i].text, strlen(cleaned.removed[i].text)));
			CHECK(cleaned.removed[i].line >= 1 && cleaned.removed[i].rule != NULL);
		}
		for (size_t i = 0; i < sizeof(FORBIDDEN) / sizeof(FORBIDDEN[0]); i++)
			CHECK(!contains(cleaned.css, FORBIDDEN[i]));
		check_brackets(cleaned.css);
		CHECK(strcmp(again.css, cleaned.css) == 0 && again.removed_count == 0);
		CHECK(strlen(cleaned.css) <= 3 * strlen(css) + 3);
	}
	arena_free(arena);
	return 0;
}
