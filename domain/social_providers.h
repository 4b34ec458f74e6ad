/*
 * A project's sign-in providers as they are stored: settings, and a secret that only opens here.
 */
#ifndef GATEHOUSE_DOMAIN_SOCIAL_PROVIDERS_H
#define GATEHOUSE_DOMAIN_SOCIAL_PROVIDERS_H

#include "lib/social_providers.h"
#include "sql/tx.h"

struct social_provider {
	struct social_settings settings;
	bool is_enabled;
	struct bytes secret_sealed;	/* data NULL: none */
	int64_t version;
};

/* ERR_NO_ROW when the project has never set it up, or there is no such provider. */
enum err social_provider_read(struct tx *, const char *project_id, const char *key, struct social_provider *ret) MUST_CHECK;
/* Enabled, with everything set and no problem: people may be sent there. */
bool social_provider_is_ready(struct arena *, const struct social_provider *);
/* The words that stand in the way: what is missing, and what the last check found. */
struct strings social_provider_problems(struct arena *, const struct social_provider *);

/* The client secret, or Apple's private key as PEM; registered to be wiped. */
enum err social_secret_open(struct tx *, const char *project_id, const char *key, struct bytes sealed,
			    const char **ret_secret) MUST_CHECK;
enum err social_secret_seal(struct tx *, const char *project_id, const char *key, const char *secret,
			    struct bytes *ret_sealed) MUST_CHECK;

/* Where providers send people back to: one address for all of this host's projects. */
const char *social_callback_url(struct tx *, const char *project_id);

/* Has a job worker look at the provider; what it finds is written into its problems. */
enum err social_provider_check_later(struct tx *, const char *project_id, const char *key) MUST_CHECK;

#endif
