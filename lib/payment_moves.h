/*
 * The states of a payment, and which follows which (licensing.md rule 26).
 */
#ifndef GATEHOUSE_LIB_PAYMENT_MOVES_H
#define GATEHOUSE_LIB_PAYMENT_MOVES_H

#include "lib/base.h"

#define PAYMENT_PENDING	   "pending"
#define PAYMENT_SETTLEMENT "settlement"
#define PAYMENT_CAPTURE	   "capture"
#define PAYMENT_DENY	   "deny"
#define PAYMENT_CANCEL	   "cancel"
#define PAYMENT_EXPIRE	   "expire"
#define PAYMENT_REFUND	   "refund"

/* All of them; ended by NULL. */
extern const char *const payment_statuses[];

/* From refund to refund only while more is given back: the caller looks at the sums. */
bool payment_may_move(const char *from, const char *to);
/* Is the money there? Settlement and capture both say so. */
bool payment_status_is_paid(const char *status);

#endif
