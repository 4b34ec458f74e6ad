/*
 * Refusals of second factors, wherever they are given.
 */
#include "handlers/users/factors.h"

#include "domain/throttle.h"

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
