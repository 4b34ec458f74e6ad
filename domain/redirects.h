/*
 * Where a project's people are led (users.md rule 38): area_settings, area redirect. What is here is registered by being here; an
 * address that a query names is never followed.
 */
#ifndef GATEHOUSE_DOMAIN_REDIRECTS_H
#define GATEHOUSE_DOMAIN_REDIRECTS_H

#include "lib/fields.h"
#include "sql/tx.h"

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
enum err redirect_settings_read(struct tx *, const char *project_id, struct redirect_settings *ret) MUST_CHECK;

/* The app's own page in the place of the hosted page of this name ("sign-in", "reset" …); NULL: it has none. */
const char *redirect_own_page(const struct redirect_settings *, const char *page);
/* Byte by byte one of sign_out_redirects. */
bool redirect_is_for_sign_out(const struct redirect_settings *, const char *uri);

#endif
