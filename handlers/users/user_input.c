/*
 * Judging what a field table can't.
 */
#include "handlers/users/user_input.h"

#include <string.h>

#include "lib/text.h"

const struct field user_path[] = {
	IN_ID(struct user_path, id, ID_USER, .in = IN_PATH),
	FIELDS_END,
};

enum verdict
user_input_email(const struct request *rq, const char *email, const char **ret_key)
{
	*ret_key = NULL;
	if (email != NULL && !email_key(rq->arena, email, ret_key))
		return fail_field(rq, "email", "email", "This isn't an e-mail address.");
	return go_on(rq);
}

enum verdict
user_input_metadata(const struct request *rq, const char *stored, const char *patch, const char **ret_text)
{
	const char *rule = metadata_merge(rq->arena, stored, patch, ret_text);

	return rule == NULL ? go_on(rq) : fail_field(rq, "metadata", rule, "%s", metadata_rule_message(rule));
}

bool
user_is_caller(const struct request *rq, const char *user_id)
{
	return rq->project.is_console && rq->user.id != NULL && strcmp(rq->user.id, user_id) == 0;
}
