/*
 * A user as the API shows them, and what may change of them.
 */
#ifndef GATEHOUSE_DOMAIN_USER_OBJECT_H
#define GATEHOUSE_DOMAIN_USER_OBJECT_H

#include "sql/gen/queries.h"
#include "sql/tx.h"

/* struct user_object_row of queries.h. */
extern const struct field user_object_fields[];

/* What a row needs before it is shown. The queries that make lists give rows that aren't finished. */
void user_object_finish(struct tx *, const char *project_id, struct user_object_row *);
/* ERR_NO_ROW. Finished. */
enum err user_object_get(struct tx *, const char *project_id, const char *user_id, struct user_object_row *ret) MUST_CHECK;
/* What records call them. */
const char *user_object_label(struct arena *, const struct user_object_row *) RETURNS_NONNULL;
/* A record about them with fields, before and after left to the caller. org_id: the project's. */
struct record user_object_record(struct arena *, enum event, const char *org_id, const char *project_id,
				 const struct user_object_row *);

/* has: what is changed; a text NULL then clears it. */
struct user_change {
	struct {
		bool email, email_verified, phone, phone_verified, username, external_id, name, locale, metadata;
	} has;
	const char *email;
	const char *email_key; /* with email: checked and made by email_key() */
	bool email_verified;
	const char *phone;
	bool phone_verified;
	const char *username;
	const char *external_id;
	const char *name;
	const char *locale;
	const char *metadata; /* whole, merged by metadata_merge() */
};

/*
 * Changes a user who is `before` now; an e-mail address that becomes another one isn't verified unless has.email_verified says so, and links
 * mailed to the old one die. The same for phone. Records user.updated. ERR_EMAIL_TAKEN and its like, ERR_NO_ROW.
 */
enum err user_object_change(struct tx *, const char *org_id, const char *project_id, const struct user_object_row *before,
			    const struct user_change *, struct user_object_row *ret_after) MUST_CHECK;

#endif
