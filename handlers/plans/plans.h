/*
 * What a plan gives, as requests say it: values of features and meters.
 */
#ifndef GATEHOUSE_HANDLERS_PLANS_PLANS_H
#define GATEHOUSE_HANDLERS_PLANS_PLANS_H

#include "fcgi/request.h"
#include "lib/features.h"

#define PLAN_PRICE_MAX INT64_C(1000000000000000)

struct plan_overage_input {
	struct {
		bool unit, price;
	} has;
	int64_t unit, price;
};

struct plan_meter_input {
	struct {
		bool meter_key, included, overage;
	} has;
	const char *meter_key;
	int64_t included;
	const struct plan_overage_input *overage;
};

extern const struct field plan_meter_input[];

/* What a plan gives of one feature. */
struct plan_given {
	const char *feature_id;
	int64_t value;
};

struct plan_givens {
	struct plan_given items[FEATURES_MAX];
	size_t count;
};

/* Each value must be of a feature that the project has, and as its type says. said NULL: none. */
enum verdict plan_take_features(const struct request *, struct tx *, const struct json *said, struct plan_givens *ret);
/* Each of them the project's or built in, and once. */
enum verdict plan_check_meters(const struct request *, struct tx *, struct field_list);
/* As they are kept; NULL for none. */
const char *plan_meters_text(struct arena *, struct field_list);

#endif
