/*
 * What an administrator wants to know of the database, asked over a connection of its own: nothing that
 * requests need.
 */
#ifndef GATEHOUSE_SQL_DB_INSPECT_H
#define GATEHOUSE_SQL_DB_INSPECT_H

#include "lib/arena.h"
#include "lib/config.h"
#include "lib/errors.h"

enum db_fact { FACT_NO, FACT_YES, FACT_UNKNOWN };

struct db_facts {
	const char *version;			/* as the server says it */
	bool is_supported;			/* MariaDB 10.6 or MySQL 8.0 at least */
	int64_t now_ms;				/* the server's clock */
	enum db_fact has_environment_trigger;	/* refuses another environment for a project; unknown before setup */
	enum db_fact may_delete_audit;		/* may our account delete audit rows? unknown without schema */
};

/*
 * Tries the last two out in a transaction that is rolled back: rights on metadata may be lacking. ERR_DB_LOST
 * when no host answers.
 */
enum err db_inspect(const struct config *, struct arena *, struct db_facts *ret) MUST_CHECK;

#endif
