/*
 * What becomes of a payment when its provider has spoken (licensing.md rules 27 and 30).
 */
#ifndef GATEHOUSE_DOMAIN_PAYMENT_NOTICES_H
#define GATEHOUSE_DOMAIN_PAYMENT_NOTICES_H

#include "domain/payments.h"
#include "lib/payment_notices.h"

#define NOTICE_MOVED	"moved"
#define NOTICE_IGNORED	"ignored"
#define NOTICE_MISMATCH "mismatch"

/*
 * The payment that the notice is about becomes what it says. *ret_outcome: moved; ignored: not one of the project's with that provider, or
 * nothing new; mismatch: another amount or currency than was asked for, which is recorded and moves nothing. *ret_payment_id may be NULL.
 */
enum err payment_take_notice(struct tx *, const char *org_id, const char *project_id, const char *provider, const struct payment_notice *,
			     const char **ret_outcome, const char **ret_payment_id) MUST_CHECK;

#endif
