/*
 * What people of a project are found by, and what they are called in records.
 */
#ifndef GATEHOUSE_DOMAIN_USER_WORDS_H
#define GATEHOUSE_DOMAIN_USER_WORDS_H

#include "sql/tx.h"

/* NULL: none. */
struct user_names {
	const char *email;
	const char *phone;
	const char *username;
	const char *external_id;
	const char *name;
};

/* The first that there is of e-mail, username, phone, name and external id, cut to a record's label. */
const char *user_label(struct arena *, const struct user_names *) RETURNS_NONNULL;

/* Of a person just made. One statement, whatever their names. */
enum err user_words_add(struct tx *, const char *project_id, const char *user_id, const struct user_names *) MUST_CHECK;
/* Of a person whose names have changed; the person's row is written first. */
enum err user_words_replace(struct tx *, const char *project_id, const char *user_id, const struct user_names *) MUST_CHECK;

#endif
