/*
 * Small files of a project, stored beside it and served under a public address that changes with their content: the logo, the style
 * sheet, a user's picture.
 */
#ifndef GATEHOUSE_DOMAIN_ASSETS_H
#define GATEHOUSE_DOMAIN_ASSETS_H

#include "sql/tx.h"

enum asset_kind { ASSET_LOGO, ASSET_CSS, ASSET_PICTURE };

struct asset {
	const char *project_id;
	const char *owner_id;	/* the project's own id, or the user's */
	enum asset_kind kind;
	const char *media_type;	/* "image/png"; of style sheets "text/css; charset=utf-8" */
	struct bytes body;
};

/* Makes or replaces what the owner has of this kind. The digest is what asset_url() takes. */
enum err asset_put(struct tx *, const struct asset *, struct bytes *ret_digest) MUST_CHECK;
/* Gone, or never there: both OK. */
enum err asset_remove(struct tx *, const char *project_id, const char *owner_id, enum asset_kind) MUST_CHECK;
/* All that an owner has, when the owner goes. */
enum err asset_remove_all(struct tx *, const char *project_id, const char *owner_id) MUST_CHECK;
/* ERR_NO_ROW when the owner has none. project_id, owner_id and kind are the ones asked for. */
enum err asset_get(struct tx *, const char *project_id, const char *owner_id, enum asset_kind,
		   struct asset *ret) MUST_CHECK;

/*
 * The public address of a file of the project with this client id, on the host that serves its pages. NULL without a digest.
 */
const char *asset_url(struct arena *, const struct config *, const char *client_id, bool is_console,
		      struct bytes digest);

/* What is wrong with an upload, as fail_field() says it. */
struct upload_fault {
	const char *field, *rule, *message;
};

/*
 * The octets of an uploaded picture: base64 of at most bytes_max octets of the type it is called (rule 37). False with the fault.
 */
bool upload_read_picture(struct arena *, const char *media_type, const char *data_base64, size_t bytes_max,
			 struct bytes *ret_body, struct upload_fault *ret_fault);

#endif
