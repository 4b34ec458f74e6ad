/*
 * GET /public/assets/{client_id}/{digest}: logos, style sheets and pictures, for pages on any host.
 */
#include "handlers/routes.h"

#include <string.h>

#include "fcgi/request.h"
#include "lib/encode.h"
#include "lib/images.h"
#include "sql/gen/queries.h"

struct asset_path {
	struct {
		bool client_id, digest;
	} has;
	const char *client_id, *digest;
};

static const struct field asset_path[] = {
	IN_ID(struct asset_path, client_id, ID_ANY_CLIENT, .in = IN_PATH),
	IN_STRING(struct asset_path, digest, .min = 1, .max = 64, .in = IN_PATH,
		  .description = "SHA-256 of the content, in hexadecimal"),
	FIELDS_END,
};

static const char *const media_types[] = { "image/png", "image/jpeg", "image/webp", "text/css", NULL };

/* Whatever is found here does nothing by itself, should anybody open it as a page. */
static enum verdict
asset_get_public(const struct request *rq, struct tx *tx)
{
	const struct asset_path *in = rq->input;
	struct q_asset_get_public_row row;
	struct bytes digest;

	if (!hex_decode(rq->arena, in->digest, &digest))
		return fail_err(rq, ERR_NOT_FOUND);
	enum err e = q_asset_get_public(
	    tx->db,
	    &(struct q_asset_get_public){ .client_id = in->client_id, .body_digest = digest }, &row);
	if (e != OK)
		return fail_err(rq, e);
	struct buffer body = buffer_new(rq->arena);
	buffer_add(&body, row.body.data, row.body.len);
	reply_cache_for(rq, CACHE_FOREVER_S);
	reply_header(rq, "Content-Security-Policy", "default-src 'none'; sandbox");
	return reply_text(rq, row.media_type, &body);
}

const struct route asset_routes[] = {
	{
	    .id = "public_asset_get",
	    .method = GET,
	    .path = "/api/v1/public/assets/{client_id}/{digest}",
	    .summary = "Get a logo, a style sheet or a picture",
	    .description = "The addresses are in the objects that show them; what one of them names never changes.",
	    .auth = AUTH_PUBLIC,
	    .site = SITE_BOTH,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_TEXT,
	    INPUT(struct asset_path, asset_path),
	    .media_types = media_types,
	    .handler = asset_get_public,
	},
	ROUTES_END,
};
