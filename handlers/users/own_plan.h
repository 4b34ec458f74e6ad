/*
 * What people do with their own plan: choose one, on the page of a sign-in or in their account, and end it.
 */
#ifndef GATEHOUSE_HANDLERS_USERS_OWN_PLAN_H
#define GATEHOUSE_HANDLERS_USERS_OWN_PLAN_H

#include "domain/plan_choice.h"
#include "fcgi/request.h"
#include "lib/uris.h"

/* Members of an input. */
#define OWN_PLAN_WORDS(T)                                                                                                    \
	IN_STRING(T, buyer_email, .min = 3, .max = 254,                                                                      \
		  .description = "Of a plan that costs something, when it isn't the account's own address; required of an account without one"), \
	    IN_STRING(T, return_url, .min = 1, .max = 2048, .check = web_redirect_uri_check,                                 \
		      .description = "Where the payment leads back to: on the origin of a redirect URI of one of the project's clients")

/* A hosted page of the project's, at the host that was asked: another one has none of the browser's cookies. */
const char *own_page_url(const struct request *, const char *client_id, const char *page) RETURNS_NONNULL;

/* Whose plan it is. */
struct plan_holder {
	const char *org_id, *project_id, *user_id, *label;
};

/* 204, or with is_later (when what is paid for is over) 200 with what is left. */
enum verdict plan_end(const struct request *, struct tx *, const struct plan_holder *, bool is_later);

struct own_plan_choice {
	const struct plan_holder *holder;
	const char *own_email, *own_name;	/* the first may be NULL */
	const char *buyer_email, *return_url;	/* as said; NULL: not */
	const char *back_url;			/* where its payment leads back to when nothing is said */
};

/*
 * VERDICT_GO_ON with what has come of it. e and the plan are what looking for the plan gave, field what names it: one that isn't offered is
 * unknown. The holder's row is written before.
 */
enum verdict own_plan_choose(const struct request *, struct tx *, const struct own_plan_choice *, enum err e, const struct plan_row *,
			     const char *field, struct plan_chosen *ret);

#endif
