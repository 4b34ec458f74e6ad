/*
 * Times as text: RFC 3339, computed without the C library's time zone.
 */
#include <stdio.h>
#include <string.h>

#include "lib/encode.h"

/* 0000-01-01T00:00:00Z and 10000-01-01T00:00:00Z. */
#define FIRST_MS INT64_C(-62167219200000)
#define END_MS   INT64_C(253402300800000)

/*
 * Days between 1970-01-01 and a date of the Gregorian calendar, counted in years that begin in
 * March so that the leap day is the last.
 */
static int64_t
days_of_date(int64_t year, int64_t month, int64_t day)
{
	int64_t march_year = month <= 2 ? year - 1 : year;
	int64_t era = (march_year >= 0 ? march_year : march_year - 399) / 400;
	int64_t year_of_era = march_year - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - 719468;
}

struct date {
	int64_t year, month, day;
};

static struct date
date_of_days(int64_t days)
{
	int64_t shifted = days + 719468;
	int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	int64_t day_of_era = shifted - era * 146097;
	int64_t year_of_era =
	    (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year =
	    day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t march_month = (5 * day_of_year + 2) / 153;
	int64_t month = march_month < 10 ? march_month + 3 : march_month - 9;

	return (struct date){
		.year = year_of_era + era * 400 + (month <= 2 ? 1 : 0),
		.month = month,
		.day = day_of_year - (153 * march_month + 2) / 5 + 1,
	};
}

static int64_t
days_of_month(int64_t year, int64_t month)
{
	static const int64_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && is_leap ? 1 : 0);
}

/* Writes `count` digits of a value that has no more. */
static char *
put_digits(char *to, int64_t value, int count)
{
	for (int i = count - 1; i >= 0; i--) {
		to[i] = (char)('0' + value % 10);
		value /= 10;
	}
	return to + count;
}

void
time_format(int64_t at_ms, char ret_text[TIME_TEXT_SIZE])
{
	memset(ret_text, 0, TIME_TEXT_SIZE);
	if (at_ms < FIRST_MS || at_ms >= END_MS)
		return;

	int64_t days = (at_ms - FIRST_MS) / DAY_MS + FIRST_MS / DAY_MS;
	int64_t rest = at_ms - days * DAY_MS;
	struct date date = date_of_days(days);
	char *to = put_digits(ret_text, date.year, 4);
	*to++ = '-';
	to = put_digits(to, date.month, 2);
	*to++ = '-';
	to = put_digits(to, date.day, 2);
	*to++ = 'T';
	to = put_digits(to, rest / HOUR_MS, 2);
	*to++ = ':';
	to = put_digits(to, rest / MINUTE_MS % 60, 2);
	*to++ = ':';
	to = put_digits(to, rest / SECOND_MS % 60, 2);
	*to++ = '.';
	to = put_digits(to, rest % SECOND_MS, 3);
	*to = 'Z';
}

int64_t
time_add_months(int64_t at_ms, int64_t months)
{
	int64_t days = (at_ms - FIRST_MS) / DAY_MS + FIRST_MS / DAY_MS;
	struct date date = date_of_days(days);
	int64_t count = date.year * 12 + date.month - 1 + months;
	int64_t year = count / 12, month = count % 12 + 1;
	int64_t last = days_of_month(year, month);

	return days_of_date(year, month, date.day < last ? date.day : last) * DAY_MS + (at_ms - days * DAY_MS);
}

/* Exactly `count` digits at *text, which moves behind them. */
static bool
take_digits(const char **text, int count, int64_t *ret)
{
	int64_t value = 0;

	for (int i = 0; i < count; i++) {
		char c = (*text)[i];
		if (c < '0' || c > '9')
			return false;
		value = value * 10 + (c - '0');
	}
	*text += count;
	*ret = value;
	return true;
}

static bool
take_char(const char **text, char upper, char lower)
{
	if (**text != upper && **text != lower)
		return false;
	(*text)++;
	return true;
}

static bool
take_date(const char **text, int64_t *ret_ms)
{
	struct date date;

	if (!take_digits(text, 4, &date.year) || !take_char(text, '-', '-') ||
	    !take_digits(text, 2, &date.month) || !take_char(text, '-', '-') ||
	    !take_digits(text, 2, &date.day))
		return false;
	if (date.month < 1 || date.month > 12)
		return false;
	if (date.day < 1 || date.day > days_of_month(date.year, date.month))
		return false;
	*ret_ms = days_of_date(date.year, date.month, date.day) * DAY_MS;
	return true;
}

/* hh:mm, for the time of day and for offsets. */
static bool
take_hours_minutes(const char **text, int64_t *ret_ms)
{
	int64_t hours = 0;
	int64_t minutes = 0;

	if (!take_digits(text, 2, &hours) || !take_char(text, ':', ':') ||
	    !take_digits(text, 2, &minutes))
		return false;
	if (hours > 23 || minutes > 59)
		return false;
	*ret_ms = hours * HOUR_MS + minutes * MINUTE_MS;
	return true;
}

/*
 * ":ss" and up to nine digits of a fraction. A leap second has no number of its own in milliseconds
 * since 1970.
 */
static bool
take_seconds(const char **text, int64_t *ret_ms)
{
	int64_t seconds = 0;
	int64_t fraction = 0;

	if (!take_char(text, ':', ':') || !take_digits(text, 2, &seconds) || seconds > 59)
		return false;
	if (take_char(text, '.', '.')) {
		size_t count = strspn(*text, "0123456789");
		if (count < 1 || count > 9)
			return false;
		for (size_t i = 0; i < 3; i++)
			fraction = fraction * 10 + (i < count ? (*text)[i] - '0' : 0);
		*text += count;
	}
	*ret_ms = seconds * SECOND_MS + fraction;
	return true;
}

static bool
take_offset(const char **text, int64_t *ret_ms)
{
	int64_t offset = 0;

	if (take_char(text, 'Z', 'z')) {
		*ret_ms = 0;
		return true;
	}
	bool is_west = **text == '-';
	if (!take_char(text, '+', '-') || !take_hours_minutes(text, &offset))
		return false;
	*ret_ms = is_west ? -offset : offset;
	return true;
}

bool
time_parse(const char *text, int64_t *ret_at_ms)
{
	int64_t date_ms = 0;
	int64_t minutes_ms = 0;
	int64_t seconds_ms = 0;
	int64_t offset_ms = 0;

	if (!take_date(&text, &date_ms) || !take_char(&text, 'T', 't') ||
	    !take_hours_minutes(&text, &minutes_ms) || !take_seconds(&text, &seconds_ms) ||
	    !take_offset(&text, &offset_ms) || *text != '\0')
		return false;
	int64_t at_ms = date_ms + minutes_ms + seconds_ms - offset_ms;
	if (at_ms < FIRST_MS || at_ms >= END_MS)
		return false;
	*ret_at_ms = at_ms;
	return true;
}

int64_t
time_month_start(int64_t at_ms)
{
	int64_t days = (at_ms - FIRST_MS) / DAY_MS + FIRST_MS / DAY_MS;

	return (days - date_of_days(days).day + 1) * DAY_MS;
}
