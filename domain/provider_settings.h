/*
 * Through whom a project's mails and texts go: area_settings, areas mail and sms. The credential is sealed and never shown
 * (users.md rule 36).
 */
#ifndef GATEHOUSE_DOMAIN_PROVIDER_SETTINGS_H
#define GATEHOUSE_DOMAIN_PROVIDER_SETTINGS_H

#include "domain/settings.h"
#include "lib/providers.h"
#include "sql/tx.h"

#define AREA_MAIL "mail"
#define AREA_SMS  "sms"

struct provider_settings {
	int provider; /* enum mail_provider or enum sms_provider; the first of them where nothing was set */
	struct provider_account account;
	const char *locale;	     /* of the project's mails and texts; NULL: en */
	const char *default_channel; /* of texts */
	const struct json *body;     /* as stored */
	int64_t version;	     /* 0: never set */
	int64_t updated_at;	     /* NONE: never set */
};

/* names: mail_provider_names for AREA_MAIL, sms_provider_names for AREA_SMS. Texts are the arena's, the secret is wiped with it. */
enum err provider_settings_read(struct tx *, const char *project_id, const char *area, const char *const *names,
				struct provider_settings *ret) MUST_CHECK;
/* body: JSON text; secret NULL: none. The caller holds the organization's guard. */
enum err provider_settings_write(struct tx *, const char *project_id, const char *area, const char *body,
				 const char *secret) MUST_CHECK;
/* The same from stored parts; for tests and for drafts. */
struct provider_settings provider_settings_parse(struct arena *, const char *const *names, const char *body, const char *secret);

/* The four last characters of a secret that is long enough not to be told by them; else "". */
const char *secret_last4(struct arena *, const char *secret);

/* Did the project switch this mail off? */
bool mail_is_switched_off(const struct provider_settings *, const char *slug);
/* Does a sign-in method that is on need it? Then it can't be off (users.md rule 40). */
bool mail_is_needed(const struct sign_in_settings *, const char *slug);

#endif
