/*
 * Counting the ways in that a person has.
 */
#include "domain/ways_in.h"

#include "lib/sign_in_methods.h"
#include "sql/gen/queries.h"

static bool
has_way_in(const struct q_user_ways_in_row *ways, unsigned methods)
{
	const unsigned by_mail = METHOD_BIT(METHOD_MAGIC_LINK) | METHOD_BIT(METHOD_EMAIL_OTP);
	bool has_mail = ways->email_verified_at != NONE && (methods & by_mail) != 0;
	bool has_password = ways->password_count > 0 && (methods & METHOD_BIT(METHOD_PASSWORD)) != 0;
	bool has_phone = ways->phone != NULL && (methods & METHOD_BIT(METHOD_PHONE_OTP)) != 0;
	bool has_identity = ways->identity_count > 0 && (methods & METHOD_BIT(METHOD_SOCIAL)) != 0;
	bool has_passkey = ways->passkey_count > 0 && (methods & METHOD_BIT(METHOD_PASSKEY)) != 0;

	return has_mail || has_password || has_phone || has_identity || has_passkey;
}

enum err
user_check_way_in(struct tx *tx, const char *project_id, const char *user_id, unsigned methods)
{
	struct q_user_ways_in_row ways;

	TRY(q_user_ways_in(tx->db, &(struct q_user_ways_in){ .project_id = project_id, .id = user_id },
			   &ways));
	return has_way_in(&ways, methods) ? OK : ERR_LAST_SIGN_IN_METHOD;
}
