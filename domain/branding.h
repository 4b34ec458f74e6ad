/*
 * How a project's own pages look: area_settings, area branding, with the defaults of what was never set; its logo and style sheet are
 * assets of the project.
 */
#ifndef GATEHOUSE_DOMAIN_BRANDING_H
#define GATEHOUSE_DOMAIN_BRANDING_H

#include "lib/css_clean.h"
#include "sql/tx.h"

#define BRANDING_CSS_MAX  10000		    /* code points, as it comes and as it is kept */
#define BRANDING_LOGO_MAX ((size_t)196608) /* octets: 256 KB of base64 */

/* NULL: follows from the light ones. */
struct branding_dark {
	struct {
		bool primary_color, background_color;
	} has;
	const char *primary_color, *background_color;
};

/* What a request or a stored body names. */
struct branding_input {
	struct {
		bool app_name, primary_color, background_color, dark, theme, radius, card_width, font,
		    custom_css, terms_url, privacy_url, support_email;
	} has;
	const char *app_name, *primary_color, *background_color;
	const struct branding_dark *dark;
	const char *theme;
	int64_t radius, card_width;
	const char *font, *custom_css, *terms_url, *privacy_url, *support_email;
};

extern const struct field branding_input_fields[];

/* What is shown. Texts may be NULL where the tables below say so. */
struct branding_view {
	const char *app_name, *primary_color, *background_color;
	const struct branding_dark *dark;
	const char *theme;
	int64_t radius, card_width;
	const char *font, *logo_url, *css_url, *terms_url, *privacy_url, *support_email;
	/* To those who set it alone. */
	const char *custom_css;
	struct field_list css_removed;
};

/* To everybody; to those who set it. */
extern const struct field branding_public_fields[];
extern const struct field branding_fields[];

/* Where the parts of a view come from. */
struct branding_source {
	const char *body; /* NULL: nothing was ever set */
	const char *client_id;
	bool is_console;
	struct bytes logo_digest, css_digest;
};

/* Without custom_css and css_removed. app_name is NULL where none was set. Never fails. */
struct branding_view branding_view_of(struct arena *, const struct config *, const struct branding_source *);

/* A project's branding as it stands. */
struct branding {
	struct branding_source source;
	struct branding_view view;
	int64_t version; /* 0: nothing was ever set */
};

enum err branding_read(struct tx *, const char *project_id, struct branding *ret) MUST_CHECK;
/*
 * As it would be with what the input names. css: the cleaned style sheet, when it names one. css_url is that of what is stored.
 */
struct branding branding_with(struct tx *, const struct branding *, const struct branding_input *,
			      const struct css_cleaned *css);
/* Writes what differs from the stored: the settings' row, and the style sheet when the input names one. */
enum err branding_write(struct tx *, const char *project_id, const struct branding *,
			const struct branding_input *) MUST_CHECK;
/* Raises the version: the logo was changed. */
enum err branding_touch(struct tx *, const char *project_id, const struct branding *) MUST_CHECK;

#endif
