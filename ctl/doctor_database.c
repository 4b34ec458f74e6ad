/*
 * Doctor: the database, its schema, what the account may do, and what waits for job workers.
 */
#include <string.h>

#include "ctl/doctor.h"
#include "domain/installation.h"
#include "sql/db_inspect.h"
#include "sql/gen/queries.h"
#include "sql/migrate.h"
#include "sys/system.h"

#define CLOCK_WARN_MS (2 * SECOND_MS)
#define CLOCK_FAIL_MS (30 * SECOND_MS)
/* What waits for longer tells that no job worker runs. */
#define JOBS_LATE_MS (5 * MINUTE_MS)

static void
check_version(struct doctor *doctor, const struct db_facts *facts)
{
	struct ctl *ctl = doctor->ctl;

	if (facts->is_supported)
		doctor_ok(doctor, "database", facts->version);
	else
		doctor_fail(doctor, "database", arena_printf(ctl->arena, "%s is too old", facts->version),
			    "MariaDB 10.6 or MySQL 8.0 at least");
}

static void
check_clock(struct doctor *doctor, const struct db_facts *facts)
{
	struct ctl *ctl = doctor->ctl;
	int64_t difference_ms = facts->now_ms - clock_now_ms(ctl->config);

	if (difference_ms < 0)
		difference_ms = -difference_ms;
	const char *message = arena_printf(ctl->arena, "%lld ms between this machine and the database",
					   (long long)difference_ms);
	if (difference_ms >= CLOCK_FAIL_MS)
		doctor_fail(doctor, "clock", message, "set both by NTP");
	else if (difference_ms >= CLOCK_WARN_MS)
		doctor_warn(doctor, "clock", message, "set both by NTP");
	else
		doctor_ok(doctor, "clock", message);
}

/* Is it the one this program knows? */
static bool
check_schema(struct doctor *doctor)
{
	struct ctl *ctl = doctor->ctl;
	enum schema_state state;
	const char *detail;
	bool has_answer = migrate_state(ctl->config, ctl->arena, &state, &detail) == OK;

	if (!has_answer)
		doctor_fail(doctor, "schema", "it can't be read", "see the lines above");
	else if (state == SCHEMA_CURRENT)
		doctor_ok(doctor, "schema", detail);
	else
		doctor_fail(doctor, "schema", detail,
			    state == SCHEMA_AHEAD     ? "install the newer gatehouse"
			    : state == SCHEMA_FOREIGN ? "give Gatehouse a database of its own"
						      : "gatehousectl migrate");
	return has_answer && state == SCHEMA_CURRENT;
}

static void
check_trigger(struct doctor *doctor, const struct db_facts *facts)
{
	if (facts->has_environment_trigger == FACT_YES)
		doctor_ok(doctor, "trigger", "a project's environment can't be changed in SQL either");
	else if (facts->has_environment_trigger == FACT_NO)
		doctor_fail(doctor, "trigger", "projects_environment_immutable is missing",
			    "restore it: its text is in the migrations");
}

static void
check_grants(struct doctor *doctor, const struct db_facts *facts)
{
	if (facts->may_delete_audit == FACT_NO)
		doctor_ok(doctor, "grants", "the account can't delete audit_events");
	else if (facts->may_delete_audit == FACT_YES)
		doctor_warn(doctor, "grants", "the account may delete audit_events",
			    "let it SELECT, INSERT and UPDATE (seq, hash) there; migrate with another account");
}

static void
check_setup(struct doctor *doctor)
{
	struct installation installation;
	enum err e = installation_load(&doctor->ctl->tx, &installation);

	if (e == ERR_NO_ROW || (e == OK && installation.setup_done_at == NONE))
		doctor_warn(doctor, "setup", "nobody has set this installation up", "gatehousectl setup");
	else if (e != OK)
		doctor_fail(doctor, "setup", "it can't be read", "see the lines above");
	else
		doctor_ok(doctor, "setup", "done");
}

static void
check_outbox(struct doctor *doctor)
{
	struct ctl *ctl = doctor->ctl;
	struct q_message_job_oldest_due_row oldest;

	if (q_message_job_oldest_due(ctl->db, &oldest) != OK)
		doctor_fail(doctor, "outbox", "it can't be read", "see the lines above");
	else if (oldest.due_at != NONE && oldest.due_at < ctl->tx.now_ms - JOBS_LATE_MS)
		doctor_warn(doctor, "outbox",
			    arena_printf(ctl->arena, "a mail has waited for %lld minutes",
					 (long long)((ctl->tx.now_ms - oldest.due_at) / MINUTE_MS)),
			    "start gatehouse-jobs");
	else
		doctor_ok(doctor, "outbox", "no mail waits for long");
}

static void
check_audit(struct doctor *doctor)
{
	struct ctl *ctl = doctor->ctl;
	const char *before_id = id_floor(ctl->arena, ID_AUDIT_EVENT, ctl->tx.now_ms - JOBS_LATE_MS);
	struct q_audit_chain_late_row late;
	enum err e = q_audit_chain_late(ctl->db, &(struct q_audit_chain_late){ .before_id = before_id }, &late);

	if (e == ERR_NO_ROW)
		doctor_ok(doctor, "audit", "no event waits for its seal");
	else if (e == OK)
		doctor_warn(doctor, "audit", "events have waited for their seal for 5 minutes", "start gatehouse-jobs");
	else
		doctor_fail(doctor, "audit", "it can't be read", "see the lines above");
}

static void
check_events(struct doctor *doctor)
{
	struct ctl *ctl = doctor->ctl;
	const char *before_id = id_floor(ctl->arena, ID_EVENT, ctl->tx.now_ms - JOBS_LATE_MS);
	struct q_fan_out_late_row late;
	enum err e = q_fan_out_late(ctl->db, &(struct q_fan_out_late){ .before_id = before_id }, &late);

	if (e == ERR_NO_ROW)
		doctor_ok(doctor, "events", "none waits for its sequence");
	else if (e == OK)
		doctor_warn(doctor, "events", "some have waited for their sequence for 5 minutes", "start gatehouse-jobs");
	else
		doctor_fail(doctor, "events", "they can't be read", "see the lines above");
}

/* Several checks of one connection: what can't be known isn't said. */
void
doctor_check_database(struct doctor *doctor)
{
	struct ctl *ctl = doctor->ctl;
	struct db_facts facts;

	if (db_inspect(ctl->config, ctl->arena, &facts) != OK) {
		doctor_fail(doctor, "database", "no host of database.hosts answers",
			    "start the server; see database.* in the configuration");
		return;
	}
	check_version(doctor, &facts);
	check_clock(doctor, &facts);
	if (!check_schema(doctor))
		return;
	check_trigger(doctor, &facts);
	check_grants(doctor, &facts);
	ctl_open_tx(ctl);
	check_setup(doctor);
	check_outbox(doctor);
	check_audit(doctor);
	check_events(doctor);
}
