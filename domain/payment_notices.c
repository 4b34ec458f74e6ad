/*
 * Notices of payment providers, taken in one transaction with all that they bring about.
 */
#include "domain/payment_notices.h"

#include <string.h>

#include "domain/subscriptions.h"

/* By the first that the notice says: our id, the order's, the subscription's, the invoice's. */
static enum err
find_id(struct tx *tx, const char *project_id, const char *provider, const struct payment_notice *notice, const char **ret)
{
	struct q_payment_of_subscription_row of_subscription;
	struct q_payment_by_order_row by_order;
	struct q_payment_by_ref_row by_ref;

	if (notice->payment_id != NULL) {
		*ret = notice->payment_id;
	} else if (notice->order_id != NULL) {
		TRY(q_payment_by_order(
		    tx->db, &(struct q_payment_by_order){ .project_id = project_id, .order_id = notice->order_id, .provider = provider }, &by_order));
		*ret = by_order.id;
	} else if (notice->subscription_ref != NULL) {
		TRY(q_payment_of_subscription(tx->db,
					      &(struct q_payment_of_subscription){
						  .project_id = project_id, .subscription_ref = notice->subscription_ref, .provider = provider },
					      &of_subscription));
		*ret = of_subscription.id;
	} else if (notice->invoice_ref != NULL) {
		TRY(q_payment_by_ref(
		    tx->db, &(struct q_payment_by_ref){ .project_id = project_id, .provider = provider, .provider_ref = notice->invoice_ref }, &by_ref));
		*ret = by_ref.id;
	} else {
		return ERR_NO_ROW;
	}
	return OK;
}

static enum err
find_payment(struct tx *tx, const char *project_id, const char *provider, const struct payment_notice *notice, struct payment_row *ret)
{
	const char *id;

	TRY(find_id(tx, project_id, provider, notice, &id));
	TRY(payment_lock(tx, project_id, id, ret));
	return strcmp(ret->provider, provider) == 0 ? OK : ERR_NO_ROW;
}

static bool
fits(const struct payment_row *row, const struct payment_notice *notice)
{
	return notice->amount == row->amount && strcmp(notice->currency, row->currency) == 0 &&
	       (strcmp(notice->status, PAYMENT_REFUND) != 0 || (notice->refunded_amount > 0 && notice->refunded_amount <= row->amount));
}

static bool
is_of_money(const struct payment_notice *notice)
{
	return notice->about == NOTICE_OF_PAYMENT || notice->about == NOTICE_OF_RENEWAL;
}

static enum err
record_mismatch(struct tx *tx, const char *org_id, const char *project_id, const struct payment_row *row, const struct payment_notice *notice)
{
	struct buffer changes = buffer_new(tx->arena);

	buffer_printf(&changes, "{\"amount\":[%lld,", (long long)row->amount);
	buffer_json_int(&changes, notice->amount);
	buffer_text(&changes, "],\"currency\":[");
	buffer_json_string(&changes, row->currency);
	buffer_char(&changes, ',');
	buffer_json_string(&changes, notice->currency);
	buffer_text(&changes, "],\"status\":[");
	buffer_json_string(&changes, row->status);
	buffer_char(&changes, ',');
	buffer_json_string(&changes, notice->status);
	buffer_text(&changes, "]}");
	return record(tx, &(struct record){
			      .event = EV_PAYMENT_MISMATCH,
			      .org_id = org_id,
			      .project_id = project_id,
			      .target_id = row->id,
			      .target_label = row->order_id,
			      .changes = buffer_string(&changes),
		      });
}

enum err
payment_take_notice(struct tx *tx, const char *org_id, const char *project_id, const char *provider, const struct payment_notice *notice,
		    const char **ret_outcome, const char **ret_payment_id)
{
	const struct payment_news news = {
		.status = notice->status,
		.provider_ref = notice->invoice_ref,
		.subscription_ref = notice->subscription_ref,
		.paid_at = NONE,
		.refunded_amount = notice->refunded_amount,
	};
	struct payment_row row;
	bool is_moved = false;
	enum err e = find_payment(tx, project_id, provider, notice, &row);

	*ret_outcome = NOTICE_IGNORED;
	*ret_payment_id = e == OK ? row.id : NULL;
	if (e == ERR_NO_ROW || (e == OK && notice->about == NOTICE_OF_PAYMENT && notice->status == NULL))
		return OK;
	TRY(e);
	if (is_of_money(notice) && !fits(&row, notice)) {
		*ret_outcome = NOTICE_MISMATCH;
		return record_mismatch(tx, org_id, project_id, &row, notice);
	}
	if (notice->about == NOTICE_OF_PAYMENT)
		TRY(payment_move(tx, org_id, project_id, &row, &news, &is_moved));
	else
		TRY(subscription_take_notice(tx, org_id, project_id, &row, notice, &is_moved, ret_payment_id));
	if (is_moved)
		*ret_outcome = NOTICE_MOVED;
	return OK;
}
