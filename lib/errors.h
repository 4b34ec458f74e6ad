/*
 * What a function can answer besides OK. Errors are returned, never thrown; a function either logs an error or returns it.
 */
#ifndef GATEHOUSE_LIB_ERRORS_H
#define GATEHOUSE_LIB_ERRORS_H

#include "lib/base.h"

enum err {
	OK = 0,
#define ERROR(name, status, code, title) ERR_##name,
#include "lib/errors.def"
#undef ERROR
	/*
	 * The database's own answers. None of them may reach a client as such: domain/ turns a duplicate into an error with a name,
	 * the transaction's owner repeats conflicts; what is left is a 500 or 503 and a line in the log.
	 */
	ERR_NO_ROW,		/* a :one query found nothing */
	ERR_DUPLICATE,		/* a unique key; db_duplicate_key() says which */
	ERR_REFERENCED,		/* a row that others point to can't be deleted */
	ERR_DB_CONFLICT,	/* deadlock or lock wait timeout: roll back, run again */
	ERR_DB_LOST,		/* the connection is gone before COMMIT was sent: nothing was changed */
	ERR_DB_OUTCOME_UNKNOWN,	/* the connection is gone after COMMIT was sent: never run again */
	ERR_DB,			/* anything else; logged where it happened */
	ERR_CRYPTO,		/* OpenSSL or libargon2 refused, or a sealed value doesn't open; logged where it happened */
	ERR_COUNT
};

/* The only macro that changes the way of control: hands an error on to the caller. */
#define TRY(expression)                                                                            \
	do {                                                                                       \
		enum err try_error_ = (expression);                                                \
		if (try_error_ != OK)                                                              \
			return try_error_;                                                         \
	} while (0)

struct error_info {
	const char *name;	/* SLUG_CONFLICT */
	unsigned status;	/* HTTP */
	const char *code;	/* slug_conflict */
	const char *title;	/* one English sentence */
};

/* Never NULL; what isn't in errors.def is shown as INTERNAL, and conflicts and lost connections as BUSY or OUTCOME_UNKNOWN. */
const struct error_info *error_info(enum err) RETURNS_NONNULL;
/*
 * The code that an OAuth endpoint answers instead: its own stay; what any endpoint can meet becomes invalid_request,
 * temporarily_unavailable or server_error (RFC 6749 sections 4.1.2.1 and 5.2).
 */
const char *error_oauth_code(enum err) RETURNS_NONNULL;
/* For logs: also names the database's own answers. */
const char *error_name(enum err) RETURNS_NONNULL;

#endif
