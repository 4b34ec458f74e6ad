/*
 * Limits on what Gatehouse counts itself (licensing.md rules 32 and 33). Those meters are written in batches, so a limit is met within seconds, not
 * to the call. Who writes a batch notes in the project's row, which every request reads anyway, until when a meter of it is used up: as long as
 * none is, nobody asks a statement more. A note that has become wrong, because a limit was raised, costs that statement and refuses nobody.
 */
#ifndef GATEHOUSE_DOMAIN_QUOTAS_H
#define GATEHOUSE_DOMAIN_QUOTAS_H

#include "sql/tx.h"

/*
 * Is a built-in meter of the project used up? ERR_QUOTA_EXCEEDED: the project's own limit is reached, or what the organization's plan includes
 * where nothing beyond that is sold; *ret_details is {meter_key, limit, used, resets_at}. The first refusal of a month is told (quota.exceeded),
 * in a transaction of its own. Declared for the request pipeline in fcgi/route.h too, which doesn't look into this room.
 */
enum err gatehouse_quota_check(struct tx *, const char *project_id, const char *meter_key, const char **ret_details) MUST_CHECK;

/* After a built-in meter was counted, or a limit of it was set: notes it in the project, or in all of its organization, if it is used up. */
enum err gatehouse_quota_note(struct tx *, const char *project_id, const char *meter_key) MUST_CHECK;

#endif
