/*
 * What the numbers of MySQL's and MariaDB's errors mean for us.
 */
#ifndef GATEHOUSE_SQL_DB_ERRORS_H
#define GATEHOUSE_SQL_DB_ERRORS_H

#include "lib/arena.h"
#include "lib/errors.h"

/*
 * The error class of a statement that failed with this number: ERR_DUPLICATE, ERR_DB_CONFLICT,
 * ERR_DB_LOST or ERR_DB.
 */
enum err db_error_class(unsigned number);
/* May the server's text be logged? Some texts quote the values that were sent. */
bool db_error_text_is_harmless(unsigned number);
/*
 * "Duplicate entry '…' for key 'uq_slug'" (MySQL 8: 'orgs.uq_slug') to the generated number;
 * DUP_UNKNOWN when it isn't there.
 */
int db_error_duplicate_key(const char *table, const char *text);

#endif
