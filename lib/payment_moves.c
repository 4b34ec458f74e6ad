/*
 * The moves of a payment as a table.
 */
#include "lib/payment_moves.h"

#include <string.h>

#include "lib/text.h"

const char *const payment_statuses[] = { PAYMENT_PENDING, PAYMENT_SETTLEMENT, PAYMENT_CAPTURE, PAYMENT_DENY,
					 PAYMENT_CANCEL,  PAYMENT_EXPIRE,     PAYMENT_REFUND,  NULL };

/* A provider may say that money came after all: whoever was told "no" before is told "yes". */
static const struct {
	const char *from, *to;
} MOVES[] = {
	{ PAYMENT_PENDING, "settlement capture deny cancel expire" },
	{ PAYMENT_CAPTURE, "settlement cancel refund" },
	{ PAYMENT_DENY, "settlement" },
	{ PAYMENT_CANCEL, "settlement" },
	{ PAYMENT_EXPIRE, "settlement" },
	{ PAYMENT_SETTLEMENT, "refund" },
	{ PAYMENT_REFUND, "refund" },
};

bool
payment_may_move(const char *from, const char *to)
{
	for (size_t i = 0; i < ARRAY_LEN(MOVES); i++)
		if (strcmp(MOVES[i].from, from) == 0)
			return words_have(MOVES[i].to, to, strlen(to));
	return false;
}

bool
payment_status_is_paid(const char *status)
{
	return strcmp(status, PAYMENT_SETTLEMENT) == 0 || strcmp(status, PAYMENT_CAPTURE) == 0;
}
