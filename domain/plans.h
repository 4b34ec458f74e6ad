/*
 * Plans, and who is on which (licensing.md rules 18 and 19). A subject is a user of the project; of the console also an organization.
 */
#ifndef GATEHOUSE_DOMAIN_PLANS_H
#define GATEHOUSE_DOMAIN_PLANS_H

#include "lib/fields.h"
#include "lib/plans.h"
#include "sql/gen/queries.h"
#include "sql/tx.h"

struct plan {
	const char *id, *plan_key, *display_name;
	int64_t price;
	const char *currency, *period, *description;
	const char *features;	/* JSON object: what it gives, by feature_key */
	const char *meters;	/* JSON array */
	int64_t trial_days;
	bool is_public, is_default;
	int64_t sort;
	bool archived;
	const char *sort_key;	/* sort as text, for cursors */
	int64_t version, created_at, updated_at;
};

extern const struct field plan_fields[];

/* ERR_NO_ROW. */
enum err plan_read(struct tx *, const char *project_id, const char *id, struct plan *ret) MUST_CHECK;
/* Rows as they are shown, in their order. */
enum err plans_of_rows(struct tx *, const char *project_id, const struct plan_row *, size_t count, struct plan **ret) MUST_CHECK;

/* ---- who is on which ---- */

/* What somebody was given. plan_key NULL: nothing. */
struct plan_assignment {
	const char *subject_id, *plan_id, *plan_key, *plan_display_name;
	const char *status;	/* by the clock */
	const char *source;
	int64_t trial_ends_at, current_period_end, expires_at;
	bool cancel_at_period_end;
	const char *payment_id;
	const char *effective_plan_key;	/* that counts now: this one, else the default one; NULL: none */
	int64_t version, created_at, updated_at;
};

extern const struct field plan_assignment_fields[];

struct subject_plan {
	struct plan_assignment assignment;
	struct plan_times times;			/* of the assignment */
	enum plan_stage announced;			/* of the assignment: what was told last */
	const struct q_plan_of_subject_row *effective;	/* the plan that counts: the assigned one while it does, else the default one; NULL: none */
};

/* One statement. Never ERR_NO_ROW: who has nothing has nothing. */
enum err plan_of_subject(struct tx *, const char *project_id, const char *subject_id, struct subject_plan *ret) MUST_CHECK;

struct plan_assign {
	const char *org_id, *project_id;	/* whose plan it is */
	const char *subject_id, *subject_label;
	const struct plan_row *plan;
	const char *source;			/* of plan_sources */
	bool is_trial;				/* of the plan's trial_days */
	int64_t expires_at;			/* NONE: it doesn't by itself */
	int64_t current_period_end;		/* what is paid for; NONE. A trial sets its own */
	const char *payment_id;			/* NULL: none */
};

/*
 * Writes the subject's row: of two who change what somebody is on the second reads what the first wrote. The first statement of whatever reads it
 * to decide what comes of it. ERR_NO_ROW: they are gone.
 */
enum err plan_guard_subject(struct tx *, const char *project_id, const char *subject_id) MUST_CHECK;

/*
 * Puts somebody on a plan, whatever they were on; a subscription that paid for that is ended. Records plan.assigned. ERR_NO_ROW: they are gone;
 * ERR_PLAN_ARCHIVED; ERR_TRIAL_USED: they have had one of that plan. A trial is for a plan whose trial_days isn't 0.
 */
enum err plan_assign(struct tx *, const struct plan_assign *, struct plan_assignment *ret) MUST_CHECK;
/* Takes their plan away at once, and ends the subscription that pays for it; records plan.canceled. ERR_NO_ROW: they had none. */
enum err plan_unassign(struct tx *, const char *org_id, const char *project_id, const char *subject_id, const char *subject_label) MUST_CHECK;
/*
 * It ends with what is paid for; subscription_stop() is for the caller, unless it is the provider who says so. Records plan.assigned. ERR_NO_ROW: they have none. For one that has
 * an end: current_period_end or expires_at.
 */
enum err plan_cancel_later(struct tx *, const char *org_id, const char *project_id, const struct subject_plan *, const char *subject_label,
			   struct plan_assignment *ret) MUST_CHECK;
/* Nothing more is paid, though it should be: past due from now on, which is told. ERR_NO_ROW: they have none. */
enum err plan_fall_due(struct tx *, const char *org_id, const char *project_id, const struct subject_plan *) MUST_CHECK;
/* Tells what has become of an assignment, if another stage was told last. */
enum err plan_announce(struct tx *, const char *org_id, const char *project_id, const char *subject_id) MUST_CHECK;
/* Who is deleted takes plan, trials and overrides along. Nothing is recorded. */
enum err plan_forget_subject(struct tx *, const char *project_id, const char *subject_id) MUST_CHECK;

#endif
