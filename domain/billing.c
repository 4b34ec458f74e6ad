/*
 * A bill is made of the plan's price and of each meter's started units beyond what is included; an invoice is a bill that doesn't change any more.
 */
#include "domain/billing.h"

#include <string.h>

#include "domain/held_plans.h"
#include "lib/encode.h"
#include "lib/json_take.h"
#include "lib/meters.h"
#include "lib/money.h"
#include "lib/plans.h"

#define DUE_MS (14 * DAY_MS)

const char *const invoice_statuses[] = { "draft", "open", "paid", "void", NULL };

const struct field meter_bill_fields[] = {
	OUT_STRING(struct meter_bill, meter_key),
	OUT_INT(struct meter_bill, used),
	OUT_INT(struct meter_bill, included, .flags = FIELD_NULLABLE, .description = "null: without limit"),
	OUT_INT(struct meter_bill, overage, .description = "Used beyond what is included"),
	OUT_INT(struct meter_bill, unit, .flags = FIELD_NULLABLE, .description = "Of the overage; null: what is included can't be exceeded"),
	OUT_INT(struct meter_bill, unit_price, .flags = FIELD_NULLABLE, .description = "For each unit that is begun"),
	OUT_INT(struct meter_bill, amount),
	FIELDS_END,
};

const struct field invoice_line_fields[] = {
	OUT_STRING(struct invoice_line, description),
	OUT_INT(struct invoice_line, quantity),
	OUT_INT(struct invoice_line, unit_price, .description = "In the currency's least unit"),
	OUT_INT(struct invoice_line, amount),
	OUT_STRING(struct invoice_line, meter_key, .flags = FIELD_NULLABLE, .description = "null: the plan itself"),
	FIELDS_END,
};

const struct field invoice_fields[] = {
	OUT_ID(struct invoice, id, ID_INVOICE),
	OUT_INT(struct invoice, number),
	OUT_STRING(struct invoice, period, .description = "The month of UTC"),
	OUT_STRING(struct invoice, currency),
	OUT_JSON(struct invoice, lines, .description = "description, quantity, unit_price, amount and meter_key of each"),
	OUT_INT(struct invoice, total, .description = "In the currency's least unit"),
	OUT_ENUM(struct invoice, status, invoice_statuses),
	OUT_TIME(struct invoice, due_at, .flags = FIELD_NULLABLE),
	OUT_TIME(struct invoice, paid_at, .flags = FIELD_NULLABLE),
	OUT_ID(struct invoice, payment_id, ID_PAYMENT, .flags = FIELD_NULLABLE),
	OUT_TIME(struct invoice, created_at),
	OUT_TIME(struct invoice, updated_at),
	FIELDS_END,
};

const char *
period_name(struct arena *arena, int64_t period_at)
{
	char text[TIME_TEXT_SIZE];

	time_format(period_at, text);
	return arena_strndup(arena, text, strlen("2026-11"));
}

struct invoice
invoice_of_row(struct arena *arena, const struct invoice_row *row)
{
	return (struct invoice){
		.id = row->id,
		.number = row->number,
		.period = period_name(arena, row->period_at),
		.currency = row->currency,
		.lines = row->line_items,
		.total = row->total,
		.status = row->status,
		.due_at = row->due_at,
		.paid_at = row->paid_at,
		.payment_id = row->payment_id,
		.created_at = row->created_at,
		.updated_at = row->updated_at,
	};
}

const char *
invoice_lines_render(struct arena *arena, struct field_list lines)
{
	const struct invoice_line *items = lines.items;
	struct buffer text = buffer_new(arena);

	buffer_char(&text, '[');
	for (size_t i = 0; i < lines.count; i++) {
		if (i > 0)
			buffer_char(&text, ',');
		fields_render(&text, invoice_line_fields, &items[i], false);
	}
	buffer_char(&text, ']');
	return buffer_string(&text);
}

/* ---- bills ---- */

static int64_t
used_of(const struct org_usage_row *rows, size_t count, const char *meter_key)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].meter_key, meter_key) == 0)
			return rows[i].used;
	return 0;
}

static struct meter_bill
meter_bill_of(struct arena *arena, const char *meters, const char *meter_key, int64_t used)
{
	struct meter_terms terms = { .included = NONE };
	struct meter_bill bill = { .meter_key = meter_key, .used = used, .included = NONE, .unit = NONE, .unit_price = NONE };

	if (!meter_terms_find(arena, meters, meter_key, &terms))
		return bill;
	bill.included = terms.included;
	bill.overage = usage_started_units(used, terms.included, 1);
	if (terms.unit > 0) {
		bill.unit = terms.unit;
		bill.unit_price = terms.price;
		bill.amount = money_times(usage_started_units(used, terms.included, terms.unit), terms.price);
	}
	return bill;
}

/* What the plan names, in its order, then what else was used. */
static struct field_list
bill_meters(struct tx *tx, const char *meters, const struct org_usage_row *rows, size_t count)
{
	struct json all = { .type = JSON_NULL };
	struct meter_bill *bills;
	size_t made = 0;

	if (meters == NULL || json_parse(tx->arena, meters, strlen(meters), &all, NULL) != OK)
		all.count = 0;
	bills = ARENA_ARRAY(tx->arena, all.count + count, struct meter_bill);
	for (size_t i = 0; i < all.count; i++) {
		const char *key = "";
		json_take_text(&all.items[i], "meter_key", &key);
		bills[made++] = meter_bill_of(tx->arena, meters, key, used_of(rows, count, key));
	}
	for (size_t i = 0; i < count; i++) {
		struct meter_terms terms;
		if (!meter_terms_find(tx->arena, meters, rows[i].meter_key, &terms))
			bills[made++] = meter_bill_of(tx->arena, meters, rows[i].meter_key, rows[i].used);
	}
	return (struct field_list){ .items = bills, .count = made };
}

static struct invoice_line
line_of_meter(struct arena *arena, const struct meter_bill *meter)
{
	return (struct invoice_line){
		.description = arena_printf(arena, "%s beyond %lld, for each %lld begun", meter->meter_key, (long long)meter->included,
					    (long long)meter->unit),
		.quantity = usage_started_units(meter->used, meter->included, meter->unit),
		.unit_price = meter->unit_price,
		.amount = meter->amount,
		.meter_key = meter->meter_key,
	};
}

static void
add_lines(struct tx *tx, const struct org_usage_row *rows, size_t count, struct bill *bill)
{
	struct field_list all = bill_meters(tx, bill->held->meters, rows, count);
	struct invoice_line *lines = ARENA_ARRAY(tx->arena, all.count + 1, struct invoice_line);
	const struct meter_bill *meters = all.items;
	size_t made = 0;

	if (held_plan_is_due(bill->held, bill->period_at))
		lines[made++] = (struct invoice_line){
			.description = bill->held->display_name,
			.quantity = 1,
			.unit_price = bill->held->price,
			.amount = bill->held->price,
		};
	for (size_t i = 0; i < all.count; i++)
		if (meters[i].amount > 0)
			lines[made++] = line_of_meter(tx->arena, &meters[i]);
	for (size_t i = 0; i < made; i++)
		bill->total = money_plus(bill->total, lines[i].amount);
	bill->lines = (struct field_list){ .items = lines, .count = made };
}

enum err
bill_make(struct tx *tx, const char *console_id, const char *org_id, int64_t period_at, struct bill *ret)
{
	struct org_plan_row *plan = ARENA_ARRAY(tx->arena, 1, struct org_plan_row);
	struct bill bill = { .period_at = period_at };
	struct org_usage_row *rows;
	size_t count;

	enum err e = q_org_plan_get(tx->db, &(struct q_org_plan_get){ .console_id = console_id, .org_id = org_id }, plan);
	if (e != OK && e != ERR_NO_ROW)
		return e;
	bill.plan = e == OK ? plan : NULL;
	TRY(q_org_usage_list(tx->db, &(struct q_org_usage_list){ .org_id = org_id, .period_at = period_at }, &rows, &count));
	TRY(held_plan_find(tx, console_id, org_id, period_at, &bill.held));
	bill.meters = bill_meters(tx, bill.plan != NULL ? plan->meters : NULL, rows, count);
	if (bill.held != NULL)
		add_lines(tx, rows, count, &bill);
	*ret = bill;
	return OK;
}

/* ---- invoices ---- */

static enum err
record_invoice(struct tx *tx, enum event event, const char *org_id, const char *event_project_id, const char *id)
{
	struct invoice_row row;

	TRY(q_invoice_get(tx->db, &(struct q_invoice_get){ .org_id = org_id, .id = id }, &row));
	struct invoice invoice = invoice_of_row(tx->arena, &row);
	return record(tx, &(struct record){
			      .event = event,
			      .org_id = org_id,
			      .event_project_id = event_project_id,
			      .target_id = id,
			      .target_label = arena_printf(tx->arena, "%lld", (long long)row.number),
			      .fields = invoice_fields,
			      .after = &invoice,
		      });
}

enum err
invoice_open(struct tx *tx, const char *console_id, const char *org_id, const char *event_project_id, int64_t period_at)
{
	struct q_invoice_last_number_row last;
	struct bill bill;
	const char *id;

	TRY(bill_make(tx, console_id, org_id, period_at, &bill));
	TRY(q_invoice_last_number(tx->db, &last));
	TRY(tx_make_id(tx, ID_INVOICE, &id));
	bool is_owed = bill.total > 0;
	TRY(q_invoice_insert(tx->db,
			     &(struct q_invoice_insert){
				 .org_id = org_id,
				 .id = id,
				 .number = !is_owed ? NONE : last.last == NONE ? 1 : last.last + 1,
				 .period_at = period_at,
				 .currency = bill.held != NULL ? bill.held->currency : "",
				 .total = bill.total,
				 .status = is_owed ? "open" : "void",
				 .line_items = invoice_lines_render(tx->arena, bill.lines),
				 .due_at = is_owed ? tx->now_ms + DUE_MS : NONE,
			     },
			     NULL));
	return is_owed ? record_invoice(tx, EV_INVOICE_OPENED, org_id, event_project_id, id) : OK;
}

enum err
invoice_settle(struct tx *tx, const char *org_id, const char *id, const char *payment_id, int64_t paid_at)
{
	struct q_org_event_project_row org;
	uint64_t matched = 0;
	enum err e = q_org_event_project(tx->db, &(struct q_org_event_project){ .org_id = org_id }, &org);

	if (e == ERR_NO_ROW)
		return OK;
	TRY(e);
	TRY(q_invoice_set_paid(tx->db,
			       &(struct q_invoice_set_paid){ .org_id = org_id, .id = id, .payment_id = payment_id, .paid_at = paid_at }, &matched));
	return matched == 0 ? OK : record_invoice(tx, EV_INVOICE_PAID, org_id, org.default_project_id, id);
}
