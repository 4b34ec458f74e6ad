/*
 * Where a project's people are led (users.md rule 38): area_settings, area redirect. What is here is registered by being here; an
 * address that a query names is never followed.
 */
#ifndef GATEHOUSE_DOMAIN_REDIRECTS_H
#define GATEHOUSE_DOMAIN_REDIRECTS_H

#include "lib/fields.h"

#define SIGN_OUT_REDIRECTS_MAX 50

/* What a request names, a body stores and a reply shows; NULL: not set. */
struct redirect_settings {
	struct {
		bool app_homepage_url, sign_in_url, sign_up_url, invitation_url, password_reset_url, sign_out_redirects;
	} has;
	const char *app_homepage_url, *sign_in_url, *sign_up_url, *invitation_url, *password_reset_url;
	struct strings sign_out_redirects;
};

extern const struct field redirect_settings_input[];
extern const struct field redirect_settings_fields[];

/* NULL: nothing was ever set. Never fails. */
struct redirect_settings redirect_settings_parse(struct arena *, const char *body);

#endif
