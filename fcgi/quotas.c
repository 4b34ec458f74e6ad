/*
 * Is a built-in meter of the project used up (licensing.md rules 32 and 33)? While none is, what was read of the project says so.
 */
#include "fcgi/pipeline.h"

enum err
request_quota(const struct request *rq, const char *project_id, int64_t full_until, enum stat_kind stat, const char **ret_details)
{
	if (full_until <= rq->now_ms)
		return OK;
	struct tx tx = exchange_tx(exchange_of(rq));

	return gatehouse_quota_check(&tx, project_id, stat_info(stat)->meter, ret_details);
}

enum err
quota_of_stage(struct exchange *x, enum stat_kind stat)
{
	const struct caller_project *project = &x->rq.project;

	return project->id == NULL ? OK : request_quota(&x->rq, project->id, project->meters_full_until, stat, &x->response.details);
}
