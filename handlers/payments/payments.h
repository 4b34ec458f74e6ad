/*
 * What the routes of items and payments share.
 */
#ifndef GATEHOUSE_HANDLERS_PAYMENTS_H
#define GATEHOUSE_HANDLERS_PAYMENTS_H

#include "domain/payments.h"
#include "fcgi/request.h"

struct item {
	const char *id, *name, *description;
	int64_t price;
	const char *currency;
	bool custom_amount, active;
	int64_t version, created_at, updated_at;
};

/* ERR_NO_ROW. */
enum err item_read(struct tx *, const char *project_id, const char *id, struct item *ret) MUST_CHECK;

/* Where a request is: in the project of whoever asks, or, of somebody who isn't signed in, in the one that they name. */
struct place {
	const char *project_id, *org_id;
	bool is_anybody;	/* no member, key or application of the project */
};

/* client_id NULL: not named. Who may be here is judged. */
enum verdict place_find(const struct request *, struct tx *, const char *client_id, struct place *ret);

#endif
