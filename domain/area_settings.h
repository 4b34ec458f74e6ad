/*
 * Settings of a project by area: a JSON object that names what was set, and secrets beside it that never leave (area_settings).
 */
#ifndef GATEHOUSE_DOMAIN_AREA_SETTINGS_H
#define GATEHOUSE_DOMAIN_AREA_SETTINGS_H

#include "sql/tx.h"

#define AREA_SIGN_IN "sign_in"
#define AREA_SMS "sms"
#define AREA_BRANDING "branding"
#define AREA_REDIRECT "redirect"

struct area_settings {
	const char *body;    /* JSON object text; NULL: nothing was ever set */
	struct bytes sealed; /* data NULL: no secret */
	int64_t version;     /* 0: nothing was ever set */
};

enum err area_settings_read(struct tx *, const char *project_id, const char *area,
			    struct area_settings *ret) MUST_CHECK;
/*
 * The same for who is about to write: the row is written first, so that of two writers the second
 * reads what the first wrote. The version is the one before.
 */
enum err area_settings_lock(struct tx *, const char *project_id, const char *area,
			    struct area_settings *ret) MUST_CHECK;

/* What becomes of the secret: kept, taken away ("") or another one. */
struct area_change {
	const char *body;
	const char *secret; /* NULL: kept */
};

enum err area_settings_write(struct tx *, const char *project_id, const char *area,
			     const struct area_change *) MUST_CHECK;
/* The secret in clear, registered to be wiped; NULL when there is none. */
enum err area_settings_secret(struct tx *, const char *project_id, const char *area, struct bytes sealed,
			      const char **ret_secret) MUST_CHECK;

#endif
