/*
 * Branding as JSON text that names only what was set, its defaults, and its two assets.
 */
#include "domain/branding.h"

#include <string.h>

#include "domain/area_settings.h"
#include "domain/assets.h"
#include "lib/json.h"
#include "lib/uris.h"
#include "sql/gen/queries.h"

#define CSS_MEDIA_TYPE "text/css; charset=utf-8"

static const char *const themes[] = { "light", "dark", "auto", NULL };
static const char *const fonts[] = { "inter", "system", "roboto", "serif", "mono", NULL };

/* ---- the tables ---- */

/* #0f766e: nothing that is put into a style could be more than a colour. */
static const char *
color_check(const char *value)
{
	bool is_color = value[0] == '#' && strlen(value) == 7 &&
			strspn(value + 1, "0123456789abcdefABCDEF") == 6;

	return is_color ? NULL : "pattern";
}

#define COLOR .max = 7, .check = color_check, .flags = FIELD_NULLABLE, .description = "#rrggbb"
#define PAGE  .max = 2048, .check = https_url_check, .flags = FIELD_NULLABLE
#define RESET .flags = FIELD_NULLABLE

static const struct field dark_input_fields[] = {
	IN_STRING(struct branding_dark, primary_color, COLOR),
	IN_STRING(struct branding_dark, background_color, COLOR),
	FIELDS_END,
};

const struct field branding_input_fields[] = {
	IN_STRING(struct branding_input, app_name, .min = 1, .max = 100, RESET,
		  .description = "The project's name when null"),
	IN_STRING(struct branding_input, primary_color, COLOR),
	IN_STRING(struct branding_input, background_color, COLOR),
	IN_OBJECT(struct branding_input, dark, dark_input_fields, struct branding_dark, RESET,
		  .description = "The same in the dark; what is null follows from the light ones"),
	IN_ENUM(struct branding_input, theme, themes, RESET),
	IN_INT(struct branding_input, radius, 0, 32, RESET),
	IN_INT(struct branding_input, card_width, 320, 560, RESET),
	IN_ENUM(struct branding_input, font, fonts, RESET),
	IN_STRING(struct branding_input, custom_css, .max = BRANDING_CSS_MAX,
		  .flags = FIELD_NULLABLE | FIELD_RAW,
		  .description = "Rules for classes `.gh-…`; what isn't allowed is dropped and listed"),
	IN_STRING(struct branding_input, terms_url, PAGE),
	IN_STRING(struct branding_input, privacy_url, PAGE),
	IN_STRING(struct branding_input, support_email, .max = 254, RESET),
	FIELDS_END,
};

static const struct field dark_fields[] = {
	OUT_STRING(struct branding_dark, primary_color, .flags = FIELD_NULLABLE),
	OUT_STRING(struct branding_dark, background_color, .flags = FIELD_NULLABLE),
	FIELDS_END,
};

static const struct field removed_fields[] = {
	OUT_INT(struct css_removed, line),
	OUT_STRING(struct css_removed, text),
	OUT_STRING(struct css_removed, rule),
	FIELDS_END,
};

#define BRANDING_SHOWN                                                                             \
	OUT_STRING(struct branding_view, app_name, .flags = FIELD_NULLABLE),                       \
	    OUT_STRING(struct branding_view, primary_color),                                       \
	    OUT_STRING(struct branding_view, background_color),                                    \
	    OUT_OBJECT(struct branding_view, dark, dark_fields),                                   \
	    OUT_ENUM(struct branding_view, theme, themes), OUT_INT(struct branding_view, radius),  \
	    OUT_INT(struct branding_view, card_width), OUT_ENUM(struct branding_view, font, fonts), \
	    OUT_STRING(struct branding_view, logo_url, .flags = FIELD_NULLABLE),                   \
	    OUT_STRING(struct branding_view, css_url, .flags = FIELD_NULLABLE),                    \
	    OUT_STRING(struct branding_view, terms_url, .flags = FIELD_NULLABLE),                  \
	    OUT_STRING(struct branding_view, privacy_url, .flags = FIELD_NULLABLE),                \
	    OUT_STRING(struct branding_view, support_email, .flags = FIELD_NULLABLE)

const struct field branding_public_fields[] = { BRANDING_SHOWN, FIELDS_END };

const struct field branding_fields[] = {
	BRANDING_SHOWN,
	OUT_STRING(struct branding_view, custom_css),
	OUT_LIST(struct branding_view, css_removed, removed_fields, struct css_removed,
		 .description = "What this request's style sheet lost: line, text, and the rule it breaks"),
	FIELDS_END,
};

/* ---- reading ---- */

/* What can't be read was never set; it came through the same table. */
static struct branding_input
parse_body(struct arena *arena, const char *body)
{
	struct branding_input input = { .app_name = NULL };
	struct field_errors errors = { .count = 0 };
	struct name_values none = { .count = 0 };
	struct json object;

	if (body == NULL || json_parse(arena, body, strlen(body), &object, NULL) != OK ||
	    object.type != JSON_OBJECT)
		return input;
	fields_parse(arena, branding_input_fields, &object, none, none, &input, &errors);
	return errors.count == 0 ? input : (struct branding_input){ .app_name = NULL };
}

static const char *
text_or(const char *text, const char *fallback)
{
	return text != NULL ? text : fallback;
}

struct branding_view
branding_view_of(struct arena *arena, const struct config *config, const struct branding_source *source)
{
	static const struct branding_dark no_dark;
	struct branding_input set = parse_body(arena, source->body);

	return (struct branding_view){
		.app_name = set.app_name,
		.primary_color = text_or(set.primary_color, "#0f766e"),
		.background_color = text_or(set.background_color, "#f5f5f4"),
		.dark = set.dark != NULL ? set.dark : &no_dark,
		.theme = text_or(set.theme, "auto"),
		.radius = set.has.radius ? set.radius : 14,
		.card_width = set.has.card_width ? set.card_width : 420,
		.font = text_or(set.font, "inter"),
		.logo_url = asset_url(arena, config, source->client_id, source->is_console,
				      source->logo_digest),
		.css_url = asset_url(arena, config, source->client_id, source->is_console,
				     source->css_digest),
		.terms_url = set.terms_url,
		.privacy_url = set.privacy_url,
		.support_email = set.support_email,
	};
}

enum err
branding_read(struct tx *tx, const char *project_id, struct branding *ret)
{
	struct q_branding_get_row row;

	TRY(q_branding_get(tx->db, &(struct q_branding_get){ .project_id = project_id }, &row));
	struct branding branding = {
		.source =
		    {
			.body = row.body,
			.client_id = row.client_id,
			.is_console = strcmp(project_id, tx->console_id) == 0,
			.logo_digest = row.logo_digest,
			.css_digest = row.css_digest,
		    },
		.version = row.version == NONE ? 0 : row.version,
	};
	branding.view = branding_view_of(tx->arena, tx->config, &branding.source);
	branding.view.custom_css =
	    arena_strndup(tx->arena, row.css.data != NULL ? (const char *)row.css.data : "", row.css.len);
	*ret = branding;
	return OK;
}

/* ---- changing ---- */

/* The style sheet is no part of the settings' row. */
static const char *
merged_body(struct arena *arena, const char *body, const struct branding_input *in)
{
	struct branding_input rest = *in;
	struct json stored;

	rest.has.custom_css = false;
	bool is_set = body != NULL && json_parse(arena, body, strlen(body), &stored, NULL) == OK &&
		      stored.type == JSON_OBJECT;
	return fields_merge(arena, branding_input_fields, &rest, is_set ? &stored : NULL);
}

struct branding
branding_with(struct tx *tx, const struct branding *branding, const struct branding_input *in,
	      const struct css_cleaned *css)
{
	struct branding changed = *branding;

	changed.source.body = merged_body(tx->arena, branding->source.body, in);
	changed.view = branding_view_of(tx->arena, tx->config, &changed.source);
	changed.view.custom_css = branding->view.custom_css;
	if (in->has.custom_css) {
		changed.view.custom_css = css->css;
		changed.view.css_removed = (struct field_list){ css->removed, css->removed_count };
	}
	return changed;
}

static enum err
write_css(struct tx *tx, const char *project_id, const char *css)
{
	struct bytes digest;

	if (css[0] == '\0')
		return asset_remove(tx, project_id, project_id, ASSET_CSS);
	return asset_put(tx,
			 &(struct asset){
			     .project_id = project_id,
			     .owner_id = project_id,
			     .kind = ASSET_CSS,
			     .media_type = CSS_MEDIA_TYPE,
			     .body = { (const uint8_t *)css, strlen(css) },
			 },
			 &digest);
}

enum err
branding_write(struct tx *tx, const char *project_id, const struct branding *branding,
	       const struct branding_input *in)
{
	TRY(branding_touch(tx, project_id, branding));
	return in->has.custom_css ? write_css(tx, project_id, branding->view.custom_css) : OK;
}

enum err
branding_touch(struct tx *tx, const char *project_id, const struct branding *branding)
{
	struct area_change change = { .body = text_or(branding->source.body, "{}") };

	return area_settings_write(tx, project_id, AREA_BRANDING, &change);
}
