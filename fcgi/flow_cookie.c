/*
 * The cookie that binds sign-ins and authorizations to the browser that began them: "prj_….{256 random bits}". The id finds the rows, the
 * bits are what counts; it is never promoted to a session.
 */
#include "fcgi/request.h"

#include <string.h>

#include "lib/encode.h"
#include "lib/secrets.h"

#define COOKIE_LIFE_S	  (DAY_MS / SECOND_MS)
#define COOKIE_RANDOM_LEN 43

/* NULL unless there is exactly one, well-formed; two of one name are somebody's trick. */
static const char *
cookie_of(const struct request *rq, const char **ret_project_id)
{
	const char *value = rq->flow_cookies.count == 1 ? rq->flow_cookies.items[0] : NULL;
	const char *dot = value != NULL ? strchr(value, '.') : NULL;
	const char *project_id;

	if (dot == NULL || strlen(dot + 1) != COOKIE_RANDOM_LEN)
		return NULL;
	project_id = arena_strndup(rq->arena, value, (size_t)(dot - value));
	if (!id_is_valid(ID_PROJECT, project_id))
		return NULL;
	*ret_project_id = project_id;
	return value;
}

enum err
flow_take_cookie(const struct request *rq, const char *project_id, struct bytes *ret_binding_digest)
{
	const char *cookie_project_id = "";
	const char *cookie = cookie_of(rq, &cookie_project_id);
	const char *random;

	/* One cookie for all tabs of a browser: a second flow must not shut the first one out. */
	if (cookie == NULL || strcmp(cookie_project_id, project_id) != 0) {
		TRY(secret_make_cookie(rq->arena, &random));
		cookie = arena_printf(rq->arena, "%s.%s", project_id, random);
	}
	reply_cookie(rq, FLOW_COOKIE, cookie, COOKIE_LIFE_S);
	*ret_binding_digest = sha256_bytes(rq->arena, cookie, strlen(cookie));
	return OK;
}

bool
flow_cookie(const struct request *rq, const char **ret_project_id, struct bytes *ret_binding_digest)
{
	const char *cookie = cookie_of(rq, ret_project_id);

	if (cookie == NULL)
		return false;
	*ret_binding_digest = sha256_bytes(rq->arena, cookie, strlen(cookie));
	return true;
}
