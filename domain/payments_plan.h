/*
 * What a payment for a plan brings about, for domain/payments.c.
 */
#ifndef GATEHOUSE_DOMAIN_PAYMENTS_PLAN_H
#define GATEHOUSE_DOMAIN_PAYMENTS_PLAN_H

#include "domain/payments.h"

/* Who is on a plan once it is paid: the organization, else the user; NULL: they are gone. */
const char *payment_subject(const char *org_id, const char *user_id);
/*
 * The buyer is on the plan for one period more, and payment.settled's data say so. Whoever is gone meanwhile gets nothing. period_end: of a
 * subscription's period, as the provider counts it; 0: it is counted here.
 */
enum err payment_give_plan(struct tx *, const char *org_id, const char *project_id, const struct payment *, int64_t period_end,
			   const char **ret_data) MUST_CHECK;
/* All is given back: the plan that this payment brought ends. */
enum err payment_end_plan(struct tx *, const char *org_id, const char *project_id, const struct payment *) MUST_CHECK;

#endif
