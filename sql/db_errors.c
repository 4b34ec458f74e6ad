/*
 * What the numbers of MySQL's and MariaDB's errors mean for us.
 */
#include "sql/db_errors.h"

#include <string.h>

#include "sql/gen/schema_keys.h"

static bool
is_in(unsigned number, const unsigned *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i] == number)
			return true;
	}
	return false;
}

enum err
db_error_class(unsigned number)
{
	/* deadlock (Galera's, too), lock wait timeout, record changed since last read */
	static const unsigned conflicts[] = { 1213, 1205, 1020 };
	static const unsigned duplicates[] = { 1062, 1586 };
	/*
	 * The handle or the server behind it is of no use any more. From the client: can't connect,
	 * gone, lost, malformed packet, out of sync. From the server: too many connections,
	 * shutdown, killed, network errors, unknown statement handle, read only, idle too long.
	 * From Galera: not ready (1047), error during COMMIT (1180).
	 */
	static const unsigned lost[] = {
		2000, 2002, 2003, 2005, 2006, 2012, 2013, 2014, 2026, 2027, 2048,
		2055, 1040, 1053, 1077, 1079, 1080, 1152, 1153, 1158, 1159, 1160,
		1161, 1184, 1243, 1290, 1836, 1927, 4031, 1047, 1180,
	};

	if (is_in(number, conflicts, ARRAY_LEN(conflicts)))
		return ERR_DB_CONFLICT;
	if (is_in(number, duplicates, ARRAY_LEN(duplicates)))
		return ERR_DUPLICATE;
	if (number == 1451)
		return ERR_REFERENCED;
	if (is_in(number, lost, ARRAY_LEN(lost)))
		return ERR_DB_LOST;
	return ERR_DB;
}

bool
db_error_text_is_harmless(unsigned number)
{
	/*
	 * These name tables, columns, keys, accounts or our own SQL; and the client's (2000 and up)
	 * name hosts.
	 */
	static const unsigned harmless[] = {
		1044, 1045, 1047, 1048, 1049, 1050, 1054, 1055, 1064, 1072, 1142, 1143, 1146, 1205,
		1213, 1227, 1264, 1267, 1305, 1364, 1406, 1451, 1452, 1553, 1644, 1698, 3819, 4025,
	};

	return (number >= 2000 && number < 3000) || is_in(number, harmless, ARRAY_LEN(harmless));
}

int
db_error_duplicate_key(const char *table, const char *text)
{
	const char *end = strrchr(text, '\'');
	const char *start = end;
	const char *dot;

	if (end == NULL || table == NULL)
		return DUP_UNKNOWN;
	while (start > text && start[-1] != '\'')
		start--;
	dot = memchr(start, '.', (size_t)(end - start));
	if (dot != NULL)
		start = dot + 1;
	for (int key = DUP_UNKNOWN + 1; key < DUP_COUNT; key++) {
		const char *name = schema_keys[key].key;

		if (strcmp(schema_keys[key].table, table) == 0 &&
		    strlen(name) == (size_t)(end - start) &&
		    strncmp(name, start, (size_t)(end - start)) == 0)
			return key;
	}
	return DUP_UNKNOWN;
}
