/*
 * Rows of area_settings: read, locked, written, their secret sealed.
 */
#include "domain/area_settings.h"

#include <string.h>

#include "sql/gen/queries.h"

static struct seal_place
place_of(const char *project_id, const char *area)
{
	return (struct seal_place){ .table = "area_settings",
				    .column = "secret_sealed",
				    .row_id = area,
				    .project_id = project_id };
}

enum err
area_settings_read(struct tx *tx, const char *project_id, const char *area, struct area_settings *ret)
{
	struct q_area_setting_get_row row;
	enum err e = q_area_setting_get(
	    tx->db, &(struct q_area_setting_get){ .project_id = project_id, .area = area }, &row);

	if (e != OK && e != ERR_NO_ROW)
		return e;
	*ret = (struct area_settings){ .version = 0 };
	if (e == OK)
		*ret = (struct area_settings){
			.body = row.body,
			.sealed = row.secret_sealed,
			.version = row.version,
		};
	return OK;
}

enum err
area_settings_lock(struct tx *tx, const char *project_id, const char *area, struct area_settings *ret)
{
	struct area_settings settings;

	TRY(q_area_setting_touch(
	    tx->db, &(struct q_area_setting_touch){ .project_id = project_id, .area = area }, NULL));
	TRY(area_settings_read(tx, project_id, area, &settings));
	/* The lock raised it, unless it made the row. */
	if (settings.version > 0)
		settings.version--;
	*ret = settings;
	return OK;
}

static enum err
seal(struct tx *tx, const char *project_id, const char *area, const char *secret, struct bytes *ret)
{
	struct seal_place place = place_of(project_id, area);

	if (secret == NULL || secret[0] == '\0') {
		*ret = (struct bytes){ .data = NULL };
		return OK;
	}
	return keyring_seal(tx->keyring, tx->arena, &place,
			    (struct bytes){ (const uint8_t *)secret, strlen(secret) }, ret);
}

enum err
area_settings_write(struct tx *tx, const char *project_id, const char *area,
		    const struct area_change *change)
{
	struct bytes sealed;

	TRY(seal(tx, project_id, area, change->secret, &sealed));
	return q_area_setting_set(tx->db,
				  &(struct q_area_setting_set){
				      .project_id = project_id,
				      .area = area,
				      .body = change->body,
				      .has_secret = change->secret != NULL,
				      .secret_sealed = sealed,
				  },
				  NULL);
}

enum err
area_settings_secret(struct tx *tx, const char *project_id, const char *area, struct bytes sealed,
		     const char **ret_secret)
{
	struct seal_place place = place_of(project_id, area);
	struct bytes plain;

	*ret_secret = NULL;
	if (sealed.data == NULL)
		return OK;
	TRY(keyring_open(tx->keyring, tx->arena, &place, sealed, &plain));
	char *secret = arena_strndup(tx->arena, (const char *)plain.data, plain.len);
	arena_wipe_later(tx->arena, secret, plain.len);
	*ret_secret = secret;
	return OK;
}
