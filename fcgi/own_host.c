/*
 * A host name of a project's own (oauth.md section 2): nginx says which issuer and whose project it serves there, the database has to agree.
 * Nothing of another project is found there.
 */
#include "fcgi/pipeline.h"

#include <string.h>

#include "sql/gen/queries.h"

static const char *
make_config(struct exchange *x)
{
	struct config *own = arena_copy(x->arena, x->rq.config, sizeof(*own));

	/* Pages, cookies, passkeys and links are what they are at AUTH_HOST, at another name. */
	own->auth_url = x->in.own_issuer;
	x->rq.config = own;
	return own->auth_url;
}

void
own_host_take(struct exchange *x)
{
	if (x->in.own_issuer == NULL)
		return;
	x->rq.site = x->in.site = SITE_AUTH;
	x->rq.own_issuer = make_config(x);
	x->rq.own_client_id = x->in.own_client_id != NULL ? x->in.own_client_id : "";
}

/* Of no route: the answer is the same whatever was asked. */
static enum err
refuse_host(struct exchange *x)
{
	x->rq.route = NULL;
	return ERR_MISDIRECTED_REQUEST;
}

enum err
own_host_check(struct exchange *x)
{
	struct q_project_host_check_row row;

	if (x->rq.own_issuer == NULL)
		return OK;
	if (!id_is_valid(ID_PUBLIC_PROJECT, x->rq.own_client_id))
		return refuse_host(x);
	enum err e = q_project_host_check(x->worker->db,
					  &(struct q_project_host_check){ .issuer = x->rq.own_issuer, .client_id = x->rq.own_client_id },
					  &row);
	if (e == ERR_NO_ROW)
		return refuse_host(x);
	TRY(e);
	x->rq.own_project_id = row.project_id;
	return OK;
}
