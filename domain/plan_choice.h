/*
 * Plans that people choose by themselves, on the page that a sign-in passes and in their account (licensing.md rule 24).
 */
#ifndef GATEHOUSE_DOMAIN_PLAN_CHOICE_H
#define GATEHOUSE_DOMAIN_PLAN_CHOICE_H

#include "domain/payments.h"
#include "domain/plans.h"

/* At most so many are shown to choose from. */
#define PLAN_OFFER_MAX 100

/* May anybody choose it? */
bool plan_is_offered(const struct plan_row *);
/* Those that anybody may choose, in their order. */
enum err plans_offered(struct tx *, const char *project_id, struct plan **ret, size_t *ret_count) MUST_CHECK;

struct plan_choice {
	const char *org_id, *project_id;
	const char *user_id, *user_label;
	const struct plan_row *plan;		/* one that is offered */
	const char *buyer_email, *buyer_name;	/* of one that costs something; the name may be NULL */
	const char *return_url;			/* where its payment leads back to */
};

struct plan_chosen {
	bool is_to_be_paid;			/* then .payment says what and where; else .assignment what they are on now */
	struct plan_assignment assignment;
	struct payment payment;
};

/*
 * A free plan is theirs at once; who is on it already stays on it. Of another one a payment begins, or the one that they have begun goes on. The
 * user's row is written before, so that two choices come one after the other. NO_PAYMENT_PROVIDER, CURRENCY_NOT_SUPPORTED, PLAN_ARCHIVED.
 */
enum err plan_choose(struct tx *, const struct plan_choice *, struct plan_chosen *ret) MUST_CHECK;

#endif
