/*
 * What an organization owes: its plan, which is one of the console's, and what it used beyond what that includes (licensing.md rules 32 and 36).
 */
#ifndef GATEHOUSE_DOMAIN_BILLING_H
#define GATEHOUSE_DOMAIN_BILLING_H

#include "lib/fields.h"
#include "sql/gen/queries.h"
#include "sql/tx.h"

/* What an organization used of a meter this month, and what its plan says of it. */
struct meter_bill {
	const char *meter_key;
	int64_t used;
	int64_t included;		/* NONE: without limit */
	int64_t overage;		/* used beyond what is included */
	int64_t unit, unit_price;	/* of the overage; NONE: nothing is charged for it */
	int64_t amount;
};

extern const struct field meter_bill_fields[];

struct invoice_line {
	const char *description;
	int64_t quantity, unit_price, amount;
	const char *meter_key;	/* NULL: the plan itself */
};

extern const struct field invoice_line_fields[];

/* A month of an organization. */
struct bill {
	const struct org_plan_row *plan;	/* it is on now; NULL: the console has none for it */
	const struct held_plan_row *held;	/* the month goes by; NULL: none held */
	int64_t period_at;
	struct field_list meters;		/* of struct meter_bill, by the plan it is on now */
	struct field_list lines;		/* of struct invoice_line */
	int64_t total;
};

/* As it stands now. Four statements. */
enum err bill_make(struct tx *, const char *console_id, const char *org_id, int64_t period_at, struct bill *ret) MUST_CHECK;

/*
 * Opens the invoice of a month that is over, once: ERR_DUPLICATE when there is one, or another has taken its number. Where nothing is owed, only
 * a row is left that says so. event_project_id: where the event goes, NULL for none.
 */
enum err invoice_open(struct tx *, const char *console_id, const char *org_id, const char *event_project_id, int64_t period_at) MUST_CHECK;

/*
 * Its payment is settled: the invoice is paid, which is told. Nothing happens where it is paid already or its organization is gone.
 */
enum err invoice_settle(struct tx *, const char *org_id, const char *id, const char *payment_id, int64_t paid_at) MUST_CHECK;

struct invoice {
	const char *id;
	int64_t number;
	const char *period;		/* 2026-11 */
	const char *currency;
	const char *lines;		/* JSON */
	int64_t total;
	const char *status;
	int64_t due_at, paid_at;
	const char *payment_id;
	int64_t created_at, updated_at;
};

/* draft, open, paid, void; ended by NULL. */
extern const char *const invoice_statuses[];
extern const struct field invoice_fields[];

struct invoice invoice_of_row(struct arena *, const struct invoice_row *);
/* "2026-11" */
const char *period_name(struct arena *, int64_t period_at) RETURNS_NONNULL;
/* The lines as JSON. */
const char *invoice_lines_render(struct arena *, struct field_list lines) RETURNS_NONNULL;

#endif
