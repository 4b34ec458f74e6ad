/*
 * Asks the database about itself for gatehousectl doctor.
 */
#include "sql/db_inspect.h"

#include <mysql.h>
#include <string.h>

#include "lib/encode.h"
#include "sql/db_connect.h"
#include "sys/log.h"

/* What our trigger signals: SQLSTATE 45000 without a number of its own (ER_SIGNAL_EXCEPTION). */
#define ERROR_SIGNAL 1644
/* ER_TABLEACCESS_DENIED_ERROR */
#define ERROR_DENIED 1142

#define MARIADB_MIN 100600
#define MYSQL_MIN 80000

static bool
is_supported(MYSQL *handle, const char *version)
{
	bool is_mariadb = strstr(version, "MariaDB") != NULL;

	return mysql_get_server_version(handle) >= (is_mariadb ? MARIADB_MIN : MYSQL_MIN);
}

static enum err
fail(MYSQL *handle)
{
	log_error(ERR_DB, "the database can't be asked about itself", mysql_error(handle));
	return ERR_DB;
}

static enum err
read_clock(MYSQL *handle, int64_t *ret_now_ms)
{
	if (mysql_query(handle, "SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)") != 0)
		return fail(handle);
	MYSQL_RES *result = mysql_store_result(handle);
	MYSQL_ROW row = result == NULL ? NULL : mysql_fetch_row(result);
	bool is_read = row != NULL && row[0] != NULL && int_parse(row[0], 0, INT64_MAX, ret_now_ms);

	mysql_free_result(result);
	return is_read ? OK : fail(handle);
}

/* The console's own row: it is there from setup on, and nobody waits for it. */
static enum db_fact
try_environment(MYSQL *handle)
{
	if (mysql_query(handle, "UPDATE projects SET environment = IF(environment = 'live', 'test', 'live')"
				" WHERE id = (SELECT console_id FROM installation WHERE id = 1)") != 0)
		return mysql_errno(handle) == ERROR_SIGNAL ? FACT_YES : FACT_UNKNOWN;
	return mysql_affected_rows(handle) == 0 ? FACT_UNKNOWN : FACT_NO;
}

/* A condition that no row meets: rights are looked at first. */
static enum db_fact
try_audit_delete(MYSQL *handle)
{
	if (mysql_query(handle, "DELETE FROM audit_events WHERE chain_id = '' AND id = ''") != 0)
		return mysql_errno(handle) == ERROR_DENIED ? FACT_NO : FACT_UNKNOWN;
	return FACT_YES;
}

static enum err
try_out(MYSQL *handle, struct db_facts *facts)
{
	if (mysql_query(handle, "START TRANSACTION") != 0)
		return fail(handle);
	facts->has_environment_trigger = try_environment(handle);
	facts->may_delete_audit = try_audit_delete(handle);
	return mysql_query(handle, "ROLLBACK") != 0 ? fail(handle) : OK;
}

enum err
db_inspect(const struct config *config, struct arena *arena, struct db_facts *ret)
{
	MYSQL *handle;
	struct db_facts facts = { 0 };

	TRY(db_connect(config, &handle));
	facts.version = arena_printf(arena, "%s", mysql_get_server_info(handle));
	facts.is_supported = is_supported(handle, facts.version);
	enum err e = read_clock(handle, &facts.now_ms);
	if (e == OK)
		e = try_out(handle, &facts);
	mysql_close(handle);
	if (e == OK)
		*ret = facts;
	return e;
}
