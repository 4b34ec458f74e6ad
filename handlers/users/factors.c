/*
 * Lists and refusals of second factors, wherever they are given.
 */
#include "handlers/users/factors.h"

#include "domain/throttle.h"
#include "sql/gen/queries.h"

static enum err
count_factors(struct tx *tx, const struct factor_owner *owner, int64_t *ret_total)
{
	struct q_user_factor_count_row row;

	TRY(q_user_factor_count(tx->db,
				&(struct q_user_factor_count){.project_id = owner->project_id,
							      .user_id = owner->user_id},
				&row));
	*ret_total = row.total;
	return OK;
}

enum verdict
factor_list_reply(const struct request *rq, struct tx *tx, const struct factor_owner *owner)
{
	struct user_factor_row *rows = NULL;
	size_t count = 0;
	int64_t total = NONE;
	enum err e = q_user_factor_list(tx->db,
					&(struct q_user_factor_list){
					    .project_id = owner->project_id,
					    .user_id = owner->user_id,
					    .after_id = rq->page.after_id,
					    .limit = rq->page.limit + 1,
					},
					&rows, &count);

	if (e == OK && rq->page.include_total)
		e = count_factors(tx, owner, &total);
	if (e != OK)
		return fail_err(rq, e);
	struct factor_view *views = ARENA_ARRAY(rq->arena, count, struct factor_view);
	for (size_t i = 0; i < count; i++)
		views[i] = factor_view_of(&rows[i]);
	return reply_list(rq, &(struct list_reply){
				  .fields = factor_fields,
				  .items = views,
				  .count = count,
				  .item_size = sizeof(*views),
				  .id_offset = offsetof(struct factor_view, id),
				  .total = total,
			      });
}

enum verdict
factor_count_try(const struct request *rq, struct tx *tx, const char *project_id,
		 const char *user_id)
{
	struct throttle_answer answer;
	enum err e = throttle_count_factor(tx, project_id, user_id, &answer);

	if (e != OK)
		return fail_err(rq, e);
	if (!answer.is_blocked)
		return go_on(rq);
	reply_retry_after(rq, answer.wait_ms);
	return refuse(rq, ERR_TOO_MANY_ATTEMPTS, "Too many wrong codes. Wait before trying again.");
}

enum verdict
factor_check_passkey(const struct request *rq, enum err e, const char *reason)
{
	struct field_errors errors = {.count = 0};

	if (e == ERR_PASSKEY_EXISTS || e == ERR_PLAN_LIMIT_REACHED)
		return refuse(rq, e, "%s", error_info(e)->title);
	if (e != ERR_VALIDATION_FAILED)
		return go_on(rq);
	request_reason(rq, reason);
	field_errors_add(&errors, rq->arena, "credential", "passkey",
			 "The browser's answer doesn't fit what was asked: %s.", reason);
	return refuse_details(rq, e, field_errors_details(rq->arena, &errors), "%s",
			      error_info(e)->title);
}
