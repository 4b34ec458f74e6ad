/*
 * A new password, judged and hashed between two transactions (users.md rules 10 and 11).
 */
#include "handlers/users/flow.h"

#include <string.h>

static const char *
why_weak(const char *rule)
{
	static const struct {
		const char *rule, *message;
	} reasons[] = {
		{ "length", "The password is too short or too long." },
		{ "score", "The password is too easy to guess." },
		{ "breached", "The password is in a list of stolen passwords." },
		{ "context",
		  "The password holds the e-mail address or the name of the application." },
	};

	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (strcmp(reasons[i].rule, rule) == 0)
			return reasons[i].message;
	return "The password isn't good enough.";
}

enum verdict
password_judge(const struct request *rq, const struct sign_in_settings *settings, const char *field,
	       const char *password, const char *email, const char *app_name)
{
	const char *words[] = { app_name, "gatehouse" };
	struct password_rules rules = sign_in_settings_password_rules(settings, rq->config);
	const char *rule =
	    password_problem(&rules, password, email, (struct strings){ words, ARRAY_LEN(words) });
	struct field_errors errors = { .count = 0 };

	if (rule == NULL)
		return go_on(rq);
	field_errors_add(&errors, rq->arena, field, rule, "%s", why_weak(rule));
	return fail_details(rq, ERR_WEAK_PASSWORD, field_errors_details(rq->arena, &errors), "%s",
			    why_weak(rule));
}

enum verdict
password_make(const struct request *rq, const struct sign_in_settings *settings, const char *field,
	      const char *password, const char *email, const char *app_name, const char **ret_phc)
{
	enum verdict verdict = password_judge(rq, settings, field, password, email, app_name);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	enum err e = password_hash(rq->arena, config_password_cost(rq->config), password, ret_phc);
	return e == OK ? go_on(rq) : fail_err(rq, e);
}
