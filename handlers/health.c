/*
 * Is the process alive, and can it serve? For load balancers and service managers, who carry no credential.
 */
#include <string.h>

#include "fcgi/request.h"
#include "sql/gen/queries.h"
#include "sql/gen/migrations.h"
#include "sys/log.h"

/* What waited longer than this says that no job worker runs. */
#define JOBS_LATE_MS (5 * MINUTE_MS)
#define RETRY_MS (5 * SECOND_MS)

struct health {
	const char *status;
};

static const struct field health_fields[] = {
	OUT_STRING(struct health, status, .description = "ok"),
	FIELDS_END,
};

static enum verdict
health_show(const struct request *rq, struct tx *tx)
{
	(void)tx;
	return reply(rq, 200, health_fields, &(struct health){ .status = "ok" });
}

struct readiness_checks {
	const char *database;
	const char *schema;
	const char *master_key;
	const char *jobs;
};

struct readiness {
	const char *status;
	const struct readiness_checks *checks;
};

static const char *const check_values[] = { "ok", "failed", "unknown", NULL };
static const char *const readiness_values[] = { "ok", "unavailable", NULL };

static const struct field check_fields[] = {
	OUT_ENUM(struct readiness_checks, database, check_values, .description = "The database answers"),
	OUT_ENUM(struct readiness_checks, schema, check_values,
		 .description = "Its schema is the one this program knows"),
	OUT_ENUM(struct readiness_checks, master_key, check_values,
		 .description = "Secrets can be sealed and opened"),
	OUT_ENUM(struct readiness_checks, jobs, check_values,
		 .description = "No mail, event or unsealed audit row has waited for 5 minutes; shown, but no reason for a 503"),
	FIELDS_END,
};

static const struct field readiness_fields[] = {
	OUT_ENUM(struct readiness, status, readiness_values),
	OUT_OBJECT(struct readiness, checks, check_fields),
	FIELDS_END,
};

static const char *
word(bool is_good)
{
	return is_good ? "ok" : "failed";
}

/*
 * Over the worker's own connection, for anybody may ask. That the checksums are ours was seen when the server started (it refuses a
 * database it doesn't know); what can change since is how many steps were taken.
 */
static bool
schema_is_current(struct tx *tx)
{
	struct q_installation_migrations_row row;

	return q_installation_migrations(tx->db, &row) == OK && row.applied == MIGRATION_COUNT;
}

static bool
key_works(const struct request *rq)
{
	const struct seal_place place = { .table = "", .column = "", .row_id = "readyz", .project_id = "" };
	struct bytes sealed, plain;

	return keyring_seal(rq->keyring, rq->arena, &place, BYTES("ready"), &sealed) == OK &&
	       keyring_open(rq->keyring, rq->arena, &place, sealed, &plain) == OK &&
	       plain.len == strlen("ready");
}

/* OK: something was found that waits too long; ERR_NO_ROW: nothing is late. */
static enum err
find_late(const struct request *rq, struct tx *tx)
{
	int64_t late_at = rq->now_ms - JOBS_LATE_MS;
	struct q_message_job_oldest_due_row mail;
	struct q_audit_chain_late_row audit;
	struct q_fan_out_late_row event;
	enum err e;

	TRY(q_message_job_oldest_due(tx->db, &mail));
	if (mail.due_at != NONE && mail.due_at <= late_at)
		return OK;
	e = q_audit_chain_late(
	    tx->db, &(struct q_audit_chain_late){ .before_id = id_floor(rq->arena, ID_AUDIT_EVENT, late_at) }, &audit);
	if (e != ERR_NO_ROW)
		return e;
	return q_fan_out_late(tx->db, &(struct q_fan_out_late){ .before_id = id_floor(rq->arena, ID_EVENT, late_at) },
			      &event);
}

static const char *
jobs_check(const struct request *rq, struct tx *tx)
{
	enum err e = find_late(rq, tx);

	if (e != OK && e != ERR_NO_ROW)
		return "unknown";
	return word(e == ERR_NO_ROW);
}

static enum verdict
readiness_show(const struct request *rq, struct tx *tx)
{
	bool has_database = db_ping(tx->db) == OK;
	bool has_schema = has_database && schema_is_current(tx);
	bool has_key = key_works(rq);
	bool is_ready = has_database && has_schema && has_key;
	struct readiness_checks checks = {
		.database = word(has_database),
		.schema = has_database ? word(has_schema) : "unknown",
		.master_key = word(has_key),
		.jobs = has_schema ? jobs_check(rq, tx) : "unknown",
	};

	if (!is_ready)
		reply_retry_after(rq, RETRY_MS);
	return reply(rq, is_ready ? 200 : 503, readiness_fields,
		     &(struct readiness){ .status = is_ready ? "ok" : "unavailable", .checks = &checks });
}

const struct route health_routes[] = {
	{
		.id = "health_show",
		.method = GET,
		.path = "/healthz",
		.summary = "Is the process alive?",
		.description = "Asks nothing of the database.",
		.auth = AUTH_PUBLIC,
		.site = SITE_BOTH,
		.tx = TX_NONE,
		.flags = ROUTE_BARE,
		.output = health_fields,
		.handler = health_show,
	},
	{
		.id = "readiness_show",
		.method = GET,
		.path = "/readyz",
		.summary = "Can it serve?",
		.description = "200 when database, schema and master key are well, else 503.",
		.auth = AUTH_PUBLIC,
		.site = SITE_BOTH,
		.tx = TX_SPLIT,
		.flags = ROUTE_BARE,
		.output = readiness_fields,
		.handler = readiness_show,
	},
	ROUTES_END,
};
