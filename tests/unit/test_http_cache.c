/*
 * How long an answer is kept (RFC 9111; security.md CR-04).
 */
#include "unit.h"

#include "lib/http_cache.h"

static void
cr_04_freshness_stays_within_its_bounds(void **state)
{
	(void)state;
	static const struct {
		const char *cache_control, *age, *vary;
		int64_t fresh_ms;
	} cases[] = {
		{ "max-age=3600", "", "", HOUR_MS },
		{ "public, Max-Age=\"3600\"", "", "Accept", HOUR_MS },
		{ "public,max-age=3600 , must-revalidate", "600", "", 50 * MINUTE_MS },
		{ "max-age=1", "", "", CACHED_MIN_MS },
		{ "max-age=3600", "3600", "", CACHED_MIN_MS },
		{ "max-age=31536000", "", "", CACHED_MAX_MS },
		{ "", "", "", CACHED_MIN_MS },
		{ "max-age=3600, no-store", "", "", CACHED_MIN_MS },
		{ "private, max-age=3600", "", "", CACHED_MIN_MS },
		{ "no-cache=\"a\", max-age=3600", "", "", CACHED_MIN_MS },
		{ "max-age=3600", "", "*", CACHED_MIN_MS },
		{ "max-age=-1", "", "", CACHED_MIN_MS },
		{ "max-age=", "", "", CACHED_MIN_MS },
		{ "max-age=99999999999", "", "", CACHED_MIN_MS },
		{ "max-age=3600", "soon", "", CACHED_MIN_MS },
		{ "s-max-age=3600", "", "", CACHED_MIN_MS },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (http_fresh_ms(cases[i].cache_control, cases[i].age, cases[i].vary) != cases[i].fresh_ms)
			fail_msg("%s, %s, %s", cases[i].cache_control, cases[i].age, cases[i].vary);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cr_04_freshness_stays_within_its_bounds),
	};

	return cmocka_run_group_tests_name("http_cache", tests, NULL, NULL);
}
