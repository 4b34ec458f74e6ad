/*
 * How amounts of money are written where others read them.
 */
#include "lib/money.h"

#include <string.h>

#include "lib/encode.h"
#include "lib/text.h"

#define CURRENCY_LEN 3
#define DECIMALS_MAX 3

const char *
currency_check(const char *currency)
{
	return strlen(currency) == CURRENCY_LEN && strspn(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == CURRENCY_LEN ? NULL : "pattern";
}

unsigned
currency_decimals(const char *currency)
{
	if (words_have("IDR JPY KRW VND CLP", currency, strlen(currency)))
		return 0;
	return words_have("KWD BHD TND", currency, strlen(currency)) ? 3 : 2;
}

static int64_t
power_of_ten(unsigned exponent)
{
	int64_t power = 1;

	while (exponent-- > 0)
		power *= 10;
	return power;
}

const char *
money_format(struct arena *arena, int64_t amount, const char *currency, unsigned decimals)
{
	unsigned own = currency_decimals(currency);
	int64_t scale = power_of_ten(decimals);

	/* Into the finer of the two, then out of it again. */
	amount = decimals >= own ? amount * power_of_ten(decimals - own) : amount / power_of_ten(own - decimals);
	if (decimals == 0)
		return arena_printf(arena, "%lld", (long long)amount);
	return arena_printf(arena, "%lld.%0*lld", (long long)(amount / scale), (int)decimals, (long long)(amount % scale));
}

bool
money_parse(const char *text, const char *currency, int64_t *ret)
{
	char digits[32];
	size_t whole = strcspn(text, "."), len = strlen(text), fraction = text[whole] == '.' ? len - whole - 1 : 0;
	unsigned own = currency_decimals(currency);
	int64_t amount;

	if (whole == 0 || len + DECIMALS_MAX >= sizeof(digits) || fraction > DECIMALS_MAX || (text[whole] == '.' && fraction == 0))
		return false;
	/* In thousandths, then down to what the currency has. */
	memcpy(digits, text, whole);
	memset(digits + whole, '0', DECIMALS_MAX);
	memcpy(digits + whole, text + len - fraction, fraction);
	digits[whole + DECIMALS_MAX] = '\0';
	const char *first = digits;
	while (*first == '0' && first[1] != '\0')
		first++;
	if (!int_parse(first, 0, MONEY_MAX * power_of_ten(DECIMALS_MAX), &amount) || amount % power_of_ten(DECIMALS_MAX - own) != 0)
		return false;
	*ret = amount / power_of_ten(DECIMALS_MAX - own);
	return true;
}

int64_t
money_times(int64_t quantity, int64_t price)
{
	int64_t amount;

	return __builtin_mul_overflow(quantity, price, &amount) || amount > MONEY_SUM_MAX ? MONEY_SUM_MAX : amount;
}

int64_t
money_plus(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) || sum > MONEY_SUM_MAX ? MONEY_SUM_MAX : sum;
}
