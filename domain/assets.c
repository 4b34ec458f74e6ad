/*
 * Assets in the database, their addresses, and uploads of pictures.
 */
#include "domain/assets.h"

#include <string.h>

#include "lib/encode.h"
#include "lib/images.h"
#include "sql/gen/queries.h"

static const char *const kind_names[] = {
	[ASSET_LOGO] = "logo",
	[ASSET_CSS] = "css",
	[ASSET_PICTURE] = "picture",
};

enum err
asset_put(struct tx *tx, const struct asset *asset, struct bytes *ret_digest)
{
	struct bytes digest = sha256_bytes(tx->arena, asset->body.data, asset->body.len);

	TRY(q_asset_put(tx->db,
			&(struct q_asset_put){
			    .project_id = asset->project_id,
			    .owner_id = asset->owner_id,
			    .kind = kind_names[asset->kind],
			    .body_digest = digest,
			    .media_type = asset->media_type,
			    .body = asset->body,
			},
			NULL));
	*ret_digest = digest;
	return OK;
}

enum err
asset_remove(struct tx *tx, const char *project_id, const char *owner_id, enum asset_kind kind)
{
	return q_asset_delete(tx->db,
			      &(struct q_asset_delete){
				  .project_id = project_id,
				  .owner_id = owner_id,
				  .kind = kind_names[kind],
			      },
			      NULL);
}

enum err
asset_remove_all(struct tx *tx, const char *project_id, const char *owner_id)
{
	return q_asset_delete_all(
	    tx->db,
	    &(struct q_asset_delete_all){ .project_id = project_id, .owner_id = owner_id }, NULL);
}

enum err
asset_get(struct tx *tx, const char *project_id, const char *owner_id, enum asset_kind kind,
	  struct asset *ret)
{
	struct q_asset_get_row row;

	TRY(q_asset_get(tx->db,
			&(struct q_asset_get){
			    .project_id = project_id,
			    .owner_id = owner_id,
			    .kind = kind_names[kind],
			},
			&row));
	*ret = (struct asset){
		.project_id = project_id,
		.owner_id = owner_id,
		.kind = kind,
		.media_type = row.media_type,
		.body = row.body,
	};
	return OK;
}

const char *
asset_url(struct arena *arena, const struct config *config, const char *client_id, bool is_console,
	  struct bytes digest)
{
	if (digest.len == 0)
		return NULL;
	return arena_printf(arena, "%s/api/v1/public/assets/%s/%s",
			    is_console ? config->public_url : config->auth_url, client_id,
			    hex_encode(arena, digest));
}

/* ---- uploads ---- */

static struct upload_fault
fault_of(struct arena *arena, const char *rule, const char *media_type)
{
	if (strcmp(rule, "dimensions") == 0)
		return (struct upload_fault){
			"data_base64", rule,
			arena_printf(arena, "A picture is at most %d by %d pixels.", IMAGE_SIDE_MAX,
				     IMAGE_SIDE_MAX)
		};
	return (struct upload_fault){
		"data_base64", rule, arena_printf(arena, "These octets aren't %s.", media_type)
	};
}

bool
upload_read_picture(struct arena *arena, const char *media_type, const char *data_base64,
		    size_t bytes_max, struct bytes *ret_body, struct upload_fault *ret_fault)
{
	struct bytes body;

	if (!base64_decode(arena, data_base64, strlen(data_base64), &body)) {
		*ret_fault = (struct upload_fault){ "data_base64", "pattern",
						    "data_base64 is base64 with padding." };
		return false;
	}
	if (body.len > bytes_max) {
		*ret_fault = (struct upload_fault){
			"data_base64", "length",
			arena_printf(arena, "A picture has at most %zu octets.", bytes_max)
		};
		return false;
	}
	const char *rule = image_check(body, media_type);
	if (rule != NULL) {
		*ret_fault = fault_of(arena, rule, media_type);
		return false;
	}
	*ret_body = body;
	return true;
}
