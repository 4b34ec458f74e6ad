/*
 * Tests of lib/money.c and lib/payment_moves.c.
 */
#include "lib/money.h"

#include <string.h>

#include "lib/payment_moves.h"
#include "lib/payment_notices.h"
#include "tests/unit/unit.h"

static void
a_currency_is_three_capitals(void **state)
{
	(void)state;
	assert_null(currency_check("USD"));
	assert_null(currency_check("XYZ"));
	for (const char *const *bad = (const char *const[]){ "", "US", "USDD", "usd", "U D", "U1D", NULL }; *bad != NULL; bad++)
		assert_non_null(currency_check(*bad));
	assert_int_equal(currency_decimals("USD"), 2);
	assert_int_equal(currency_decimals("IDR"), 0);
	assert_int_equal(currency_decimals("KWD"), 3);
	assert_int_equal(currency_decimals("JP"), 2);
}

static void
amounts_are_written_with_the_digits_that_are_asked_for(void **state)
{
	(void)state;

	assert_string_equal(money_format(arena, 49000, "IDR", 2), "49000.00");
	assert_string_equal(money_format(arena, 2900, "USD", 2), "29.00");
	assert_string_equal(money_format(arena, 5, "USD", 2), "0.05");
	assert_string_equal(money_format(arena, 49000, "IDR", 0), "49000");
	assert_string_equal(money_format(arena, 1234, "KWD", 3), "1.234");
}

static void
sums_that_are_too_large_stay_at_the_largest(void **state)
{
	(void)state;

	assert_int_equal(money_times(250, 4), 1000);
	assert_int_equal(money_times(MONEY_SUM_MAX, 1), MONEY_SUM_MAX);
	assert_int_equal(money_times(INT64_C(1000000000000), INT64_C(10000000)), MONEY_SUM_MAX);
	assert_int_equal(money_times(INT64_C(5000000000000), 2000), MONEY_SUM_MAX);
	assert_int_equal(money_plus(1, 2), 3);
	assert_int_equal(money_plus(MONEY_SUM_MAX, 1), MONEY_SUM_MAX);
	assert_int_equal(money_plus(INT64_MAX, INT64_MAX), MONEY_SUM_MAX);
}

static void
amounts_are_read_back_and_nothing_finer_than_the_currency(void **state)
{
	static const struct {
		const char *text, *currency;
		int64_t amount;	/* -1: it is none */
	} CASES[] = {
		{ "49000.00", "IDR", 49000 }, { "49000", "IDR", 49000 },  { "49000.50", "IDR", -1 }, { "29.00", "USD", 2900 },
		{ "29.05", "USD", 2905 },     { "29.5", "USD", 2950 },	  { "29.005", "USD", -1 },   { "0.00", "USD", 0 },
		{ "1.234", "KWD", 1234 },     { "", "USD", -1 },	  { ".5", "USD", -1 },	     { "5.", "USD", -1 },
		{ "-5", "USD", -1 },	      { "1.0000", "USD", -1 },	  { "1e3", "USD", -1 },	     { "1,00", "USD", -1 },
		{ "00012.00", "USD", 1200 },  { "99999999999999999999999999999999", "USD", -1 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
		int64_t amount = -2;
		bool is_read = money_parse(CASES[i].text, CASES[i].currency, &amount);
		assert_int_equal(is_read, CASES[i].amount >= 0);
		assert_int_equal(amount, is_read ? CASES[i].amount : -2);
	}
}

/* Rule 26, typed anew. */
static void
the_moves_are_those_of_the_contract(void **state)
{
	static const char *const WANTED =
	    " pending>settlement pending>capture pending>deny pending>cancel pending>expire capture>settlement capture>cancel capture>refund"
	    " deny>settlement cancel>settlement expire>settlement settlement>refund refund>refund ";
	(void)state;
	size_t count = 0;

	for (size_t i = 0; payment_statuses[i] != NULL; i++) {
		for (size_t k = 0; payment_statuses[k] != NULL; k++) {
			const char *move = arena_printf(arena, " %s>%s ", payment_statuses[i], payment_statuses[k]);
			assert_int_equal(payment_may_move(payment_statuses[i], payment_statuses[k]), strstr(WANTED, move) != NULL);
			count++;
		}
	}
	assert_int_equal(count, 49);
	assert_false(payment_may_move("nothing", "settlement"));
	assert_false(payment_may_move("pending", "settlement capture"));
	assert_false(payment_may_move("pending", ""));
	assert_true(payment_status_is_paid("capture"));
	assert_true(payment_status_is_paid("settlement"));
	assert_false(payment_status_is_paid("refund"));
}

#define STRIPE_BODY "{\"id\":\"evt_1\",\"type\":\"checkout.session.completed\"}"
#define STRIPE_V1   "v1=76978d2fa68b34fe0d78a025790e6a6dbe9141d62fa4a7ddf50683bf78ae43b0"

static bool
is_stripes(const char *header, int64_t now_s)
{
	return stripe_signature_is_good(arena, header, BYTES(STRIPE_BODY), "whsec_test_secret", now_s * SECOND_MS);
}

/* The contract's vector, and what is next to it. */
static void
stripes_signature_is_the_published_one(void **state)
{
	(void)state;
	assert_true(is_stripes("t=1768473000," STRIPE_V1, 1768473000));
	assert_true(is_stripes("t=1768473000," STRIPE_V1, 1768473300));
	assert_true(is_stripes("t=1768473000," STRIPE_V1, 1768472700));
	assert_true(is_stripes("t=1768473000,v1=00,v0=11," STRIPE_V1, 1768473000));
	assert_false(is_stripes("t=1768473000," STRIPE_V1, 1768473301));
	assert_false(is_stripes("t=1768473000," STRIPE_V1, 1768472699));
	assert_false(is_stripes("t=1768473001," STRIPE_V1, 1768473000));
	assert_false(is_stripes("t=1768473000", 1768473000));
	assert_false(is_stripes(STRIPE_V1, 1768473000));
	assert_false(is_stripes("", 1768473000));
	assert_false(is_stripes("t=1768473000,v1=76978d2f", 1768473000));
	assert_false(stripe_signature_is_good(arena, "t=1768473000," STRIPE_V1, BYTES(STRIPE_BODY " "), "whsec_test_secret", INT64_C(1768473000) * SECOND_MS));
	assert_false(stripe_signature_is_good(arena, "t=1768473000," STRIPE_V1, BYTES(STRIPE_BODY), "whsec_test_secreu", INT64_C(1768473000) * SECOND_MS));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_currency_is_three_capitals),
		TEST(amounts_are_written_with_the_digits_that_are_asked_for),
		TEST(sums_that_are_too_large_stay_at_the_largest),
		TEST(amounts_are_read_back_and_nothing_finer_than_the_currency),
		TEST(the_moves_are_those_of_the_contract),
		TEST(stripes_signature_is_the_published_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
