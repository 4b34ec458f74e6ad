/*
 * Plans that a provider charges for by itself, period by period (licensing.md rule 28). A subscription begins with the payment that was made for
 * it; each further period is a payment of its own with the same subscription_ref. Whoever takes the plan away ends it at the provider, by a job.
 */
#ifndef GATEHOUSE_DOMAIN_SUBSCRIPTIONS_H
#define GATEHOUSE_DOMAIN_SUBSCRIPTIONS_H

#include "domain/payments.h"
#include "lib/payment_notices.h"

/*
 * What one payment brought is over, and the other's takes its place (either may be NULL): the subscription of the first is ended at once, unless
 * the second is a period of it too.
 */
enum err subscription_replace(struct tx *, const char *project_id, const char *payment_id, const char *successor_id) MUST_CHECK;
/* No period after this one is charged. payment_id may be NULL, or of no subscription. */
enum err subscription_stop(struct tx *, const char *project_id, const char *payment_id) MUST_CHECK;

/*
 * What the provider says of a subscription; `first` is locked. *ret_moved: something changed. Of a renewal *ret_payment_id is the period's own
 * payment.
 */
enum err subscription_take_notice(struct tx *, const char *org_id, const char *project_id, const struct payment_row *first,
				  const struct payment_notice *, bool *ret_moved, const char **ret_payment_id) MUST_CHECK;

#endif
