/*
 * Amounts of money: whole numbers of a currency's smallest part, beside the currency's name (licensing.md section 2).
 */
#ifndef GATEHOUSE_LIB_MONEY_H
#define GATEHOUSE_LIB_MONEY_H

#include "lib/arena.h"

/* A year of a large company's turnover in the smallest part of any currency; sums of a thousand of them stay exact in JavaScript. */
#define MONEY_MAX INT64_C(999999999999)

/* Sums and products stay whole numbers in JavaScript: what would be more is this. */
#define MONEY_SUM_MAX INT64_C(9007199254740991)
int64_t money_times(int64_t quantity, int64_t price);
int64_t money_plus(int64_t a, int64_t b);

/* Three capital letters (ISO 4217). As a field's check. */
const char *currency_check(const char *currency);
/* How many digits stand behind the point: 0, 2 or 3. */
unsigned currency_decimals(const char *currency);
/* "49000.00": with `decimals` digits behind the point, whatever the currency's own number is. */
const char *money_format(struct arena *, int64_t amount, const char *currency, unsigned decimals) RETURNS_NONNULL;
/* The way back from at most three digits behind a point. False when the text isn't an amount, or a finer one than the currency has. */
bool money_parse(const char *text, const char *currency, int64_t *ret);

#endif
