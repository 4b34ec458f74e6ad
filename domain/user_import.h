/*
 * Bringing people along from another system, with the hashes of their passwords (users.md rule 33).
 */
#ifndef GATEHOUSE_DOMAIN_USER_IMPORT_H
#define GATEHOUSE_DOMAIN_USER_IMPORT_H

#include "lib/fields.h"
#include "sql/tx.h"

#define USER_IMPORT_MAX 500

enum user_conflict { CONFLICT_SKIP, CONFLICT_UPDATE, CONFLICT_FAIL };
/* "skip", "update", "fail"; NULL-terminated, in the order of the enum. */
extern const char *const user_conflict_names[];

/* What became of one of them. */
struct user_import_result {
	int64_t index;
	const char *status;	/* created, updated, skipped, failed */
	const char *user_id;	/* NULL: nobody's */
	const char *code;	/* of a failure: hash_unsupported, email_taken, validation_failed … */
	const char *field;	/* which one isn't valid */
	const char *rule;	/* and what it breaks: type, pattern, length … */
	char id_room[ID_SIZE];
};

struct user_import {
	const char *org_id;	/* the project's */
	const char *project_id;
	enum user_conflict conflict;
	bool is_rehearsal;	/* nothing is written; the results say what would become of each */
	int64_t created, updated, skipped, failed;
	struct user_import_result results[USER_IMPORT_MAX];
	size_t count;
};

/* What a person may say, for OpenAPI. */
extern const struct field user_import_fields[];

/*
 * Imports an array of at most USER_IMPORT_MAX objects in the caller's transaction. A bad row fails alone, but with CONFLICT_FAIL nothing is
 * written once one has failed: the results then say so, and the others are "skipped". With CONFLICT_UPDATE a user who is as the row says is
 * "skipped" too, so that a repeat changes nothing. Records user.imported when somebody was. No mail. ERR_EMAIL_TAKEN: with CONFLICT_FAIL two
 * rows were in each other's way; the caller rolls back.
 */
enum err user_import(struct tx *, struct user_import *, const struct json *users) MUST_CHECK;

#endif
