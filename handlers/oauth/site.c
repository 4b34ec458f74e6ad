/*
 * /api/v1/auth_request/sign_in, callback and sign_out: how a browser gets a session at a site on another host that nginx protects
 * (tenancy.md rule 43). Gatehouse plays the site's OAuth client, with code and PKCE, and gives the site a cookie of its own.
 *
 * Nothing is stored between the two steps: a random cookie of the browser is what state and verifier are made from.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/users.h"
#include "handlers/oauth/ask.h"
#include "handlers/oauth/token.h"
#include "lib/encode.h"
#include "lib/lifetimes.h"
#include "lib/oauth.h"
#include "lib/secrets.h"

#define SITE_SESSION_MS	  (12 * HOUR_MS)
#define SITE_FLOW_S	  600
#define BINDING_LEN	  43
#define RETURN_TO_LEN_MAX 600

struct site_input {
	struct {
		bool client_id, return_to, code, state, iss, error;
	} has;
	const char *client_id, *return_to, *code, *state, *iss, *error;
};

static const struct field site_fields[] = {
	IN_ID(struct site_input, client_id, ID_PUBLIC_PROJECT, .in = IN_QUERY, .flags = FIELD_REQUIRED),
	IN_STRING(struct site_input, return_to, .in = IN_QUERY, .max = 2000, .description = "A path of the site; / when absent"),
	IN_STRING(struct site_input, code, .in = IN_QUERY, .max = 128),
	IN_STRING(struct site_input, state, .in = IN_QUERY, .max = 1024),
	IN_STRING(struct site_input, iss, .in = IN_QUERY, .max = 2000),
	IN_STRING(struct site_input, error, .in = IN_QUERY, .max = 64),
	FIELDS_END,
};

/* Leads nowhere but to the same host: one slash first, and nothing that a browser takes for a second one. What is too long is left out. */
static const char *
safe_path(const char *path)
{
	bool is_safe = path != NULL && path[0] == '/' && path[1] != '/' && path[1] != '\\' && strlen(path) <= RETURN_TO_LEN_MAX;

	for (const char *at = path; is_safe && *at != '\0'; at++)
		is_safe = (unsigned char)*at > 0x20 && (unsigned char)*at < 0x7f && *at != '\\';
	return is_safe ? path : "/";
}

/* ---- what the browser's cookie proves ---- */

static enum err
derive(const struct request *rq, const char *purpose, const char *text, const char **ret)
{
	uint8_t mac[32];

	TRY(keyring_mac(rq->keyring, purpose, (struct bytes){ (const uint8_t *)text, strlen(text) }, mac));
	*ret = base64url_encode(rq->arena, (struct bytes){ mac, sizeof(mac) });
	return OK;
}

/* RFC 7636 section 4.1: 43 characters that nobody can guess who hasn't both cookie and key. */
static enum err
make_verifier(const struct request *rq, const char *binding, const char **ret)
{
	return derive(rq, "site-verifier", binding, ret);
}

/* Where to go on, and a proof that this browser was sent away from there. */
static enum err
make_state(const struct request *rq, const char *binding, const char *client_id, const char *path, const char **ret)
{
	const char *proof;

	TRY(derive(rq, "site-state", arena_printf(rq->arena, "%s %s %s", binding, client_id, path), &proof));
	*ret = arena_printf(rq->arena, "%s.%s", base64url_encode(rq->arena, (struct bytes){ (const uint8_t *)path, strlen(path) }),
			    proof);
	return OK;
}

/* ERR_REQUEST_EXPIRED for a state of another browser, or none. */
static enum err
read_state(const struct request *rq, const char *binding, const struct site_input *in, const char **ret_path)
{
	const char *dot = in->state != NULL ? strchr(in->state, '.') : NULL;
	struct bytes path;
	const char *text, *right;

	if (binding == NULL || dot == NULL || !base64url_decode(rq->arena, in->state, (size_t)(dot - in->state), &path))
		return ERR_REQUEST_EXPIRED;
	text = arena_strndup(rq->arena, (const char *)path.data, path.len);
	TRY(make_state(rq, binding, in->client_id, text, &right));
	if (strlen(right) != strlen(in->state) || !secret_equal(right, in->state, strlen(right)))
		return ERR_REQUEST_EXPIRED;
	*ret_path = safe_path(text);
	return OK;
}

static const char *
binding_of(const struct request *rq)
{
	const char *value = request_cookie(rq, SITE_FLOW_COOKIE);

	return value != NULL && strlen(value) == BINDING_LEN ? value : NULL;
}

/* ---- the site ---- */

static const char *
callback_of(const struct request *rq)
{
	return arena_printf(rq->arena, "https://%s/_gatehouse/callback", rq->visited_host);
}

/* The project that the site belongs to, which has named the site's address. */
static enum err
find_site(const struct request *rq, struct tx *tx, struct oauth_app_row *ret)
{
	const struct site_input *in = rq->input;
	struct ask_input asks = { .redirect_uri = callback_of(rq) };
	struct ask ask;

	TRY(ask_find_app(rq, tx, in->client_id, in->client_id, ret));
	if (strcmp(ret->project_id, rq->console_id) == 0)
		return ERR_INVALID_CLIENT;	/* its sessions are for the dashboard alone */
	enum err e = ask_find_way_back(rq, tx, ret, &asks, &ask);
	return e == ERR_INVALID_REQUEST ? ERR_REDIRECT_URI_NOT_REGISTERED : e;
}

static enum verdict
sign_in(const struct request *rq, struct tx *tx)
{
	const struct site_input *in = rq->input;
	const char *binding = binding_of(rq), *verifier, *state;
	struct oauth_app_row app;
	enum err e = rq->visited_host == NULL ? ERR_NOT_FOUND : find_site(rq, tx, &app);

	if (e == OK && binding == NULL)
		e = secret_make_cookie(rq->arena, &binding);
	if (e == OK)
		e = make_verifier(rq, binding, &verifier);
	if (e == OK)
		e = make_state(rq, binding, in->client_id, safe_path(in->return_to), &state);
	if (e != OK)
		return fail_err(rq, e);
	struct bytes challenge = sha256_bytes(rq->arena, verifier, strlen(verifier));
	reply_cookie(rq, SITE_FLOW_COOKIE, binding, SITE_FLOW_S);
	return reply_see_other(
	    rq, arena_printf(rq->arena,
			     "%s/oauth/authorize?response_type=code&client_id=%s&redirect_uri=%s&scope=openid&state=%s&code_challenge=%s&"
			     "code_challenge_method=S256",
			     oauth_issuer(rq, in->client_id), in->client_id, percent_encode(rq->arena, callback_of(rq)), state,
			     base64url_encode(rq->arena, challenge)));
}

/* ---- the way back ---- */

static enum err
find_client(struct tx *tx, const char *client_id, struct oauth_client_row *ret)
{
	enum err e = q_oauth_client(tx->db, &(struct q_oauth_client){ .client_id = client_id }, ret);

	return e == ERR_NO_ROW ? ERR_INVALID_CLIENT : e;
}

static enum err
redeem_code(const struct request *rq, struct tx *tx, const struct oauth_client_row *client, const char *verifier, struct token_person *ret)
{
	const struct site_input *in = rq->input;
	struct token_input redeems = {
		.issuer_id = in->client_id,
		.code = in->code,
		.redirect_uri = callback_of(rq),
		.code_verifier = verifier,
		.is_without_refresh = true,
	};
	const char *refresh, *nonce;

	return token_redeem(rq, tx, &redeems, client, NULL, ret, &refresh, &nonce);
}

struct beginning {
	struct tx *tx;
	const struct oauth_client_row *client;
	const struct token_person *person;
	struct session_made made;
};

/* The site's session is a child of the sign-in: it says the same of the person, and lives no longer. */
static enum err
begin_session(void *context)
{
	struct beginning *b = context;
	struct session_row parent;
	enum err e = q_session_get(b->tx->db,
				   &(struct q_session_get){ .project_id = b->client->project_id,
							    .user_id = b->person->user_id,
							    .id = b->person->session_id },
				   &parent);

	if (e == ERR_NO_ROW)
		return ERR_INVALID_GRANT;
	TRY(e);
	int64_t left_ms = parent.expires_at - b->tx->now_ms;
	b->tx->actor = (struct actor){
		.kind = "user",
		.id = b->person->user_id,
		.label = b->person->email != NULL ? b->person->email : b->person->user_id,
	};
	return session_make(b->tx,
			    &(struct session_make){
				.project_id = b->client->project_id,
				.project_org_id = b->client->org_id,
				.user_id = b->person->user_id,
				.parent_id = b->person->session_id,
				.client_id = b->client->client_id,
				.auth_strength = parent.auth_strength,
				.amr = parent.amr,
				.level = parent.level,
				.impersonator_id = parent.impersonator_id,
				.max_ms = left_ms < SITE_SESSION_MS ? left_ms : SITE_SESSION_MS,
			    },
			    &b->made);
}

/* iss is there since our own server always says it (RFC 9207). */
static enum err
take_answer(const struct request *rq, const char **ret_path, const char **ret_verifier)
{
	const struct site_input *in = rq->input;
	const char *binding = binding_of(rq);

	TRY(read_state(rq, binding, in, ret_path));
	if (in->iss == NULL || strcmp(in->iss, oauth_issuer(rq, in->client_id)) != 0)
		return ERR_INVALID_REQUEST;
	if (in->error != NULL || in->code == NULL)
		return ERR_FORBIDDEN;
	return make_verifier(rq, binding, ret_verifier);
}

static enum verdict
callback(const struct request *rq, struct tx *tx)
{
	const struct site_input *in = rq->input;
	const char *path, *verifier;
	struct oauth_client_row client;
	struct token_person person;
	struct beginning b = { .tx = tx, .client = &client, .person = &person };
	enum err e = rq->visited_host == NULL ? ERR_NOT_FOUND : take_answer(rq, &path, &verifier);

	if (e == OK)
		e = find_client(tx, in->client_id, &client);
	if (e == OK)
		e = redeem_code(rq, tx, &client, verifier, &person);
	if (e == OK)
		e = db_transact(tx->db, TX_WRITE, begin_session, &b);
	if (e == ERR_FORBIDDEN)
		return refuse(rq, e, "The sign-in was refused or given up.");
	if (e != OK)
		return oauth_fail(rq, e);
	reply_cookie(rq, SITE_COOKIE, b.made.token, (b.made.expires_at - tx->now_ms) / SECOND_MS);
	reply_cookie(rq, SITE_FLOW_COOKIE, "", 0);
	return reply_see_other(rq, path);
}

/* ---- signing out ---- */

struct ending {
	struct tx *tx;
	const struct project_session_row *row;
};

static enum err
end_session(void *context)
{
	struct ending *ending = context;
	enum err e = session_end(ending->tx, ending->row->project_id, ending->row->user_id, ending->row->id);

	return e == ERR_NO_ROW ? OK : e;
}

/* The session that the site's cookie is, ended. Without one there is nothing to do. */
static enum err
end_site_session(const struct request *rq, struct tx *tx, const char *client_id)
{
	const char *token = request_cookie(rq, SITE_COOKIE);
	struct project_session_row row;
	struct ending ending = { .tx = tx, .row = &row };
	uint8_t digest[SECRET_DIGEST_LEN];

	if (token == NULL)
		return OK;
	secret_digest(token, digest);
	enum err e = q_credential_by_site_session(
	    tx->db, &(struct q_credential_by_site_session){ .digest = { digest, sizeof(digest) }, .client_id = client_id }, &row);
	if (e == ERR_NO_ROW)
		return OK;
	TRY(e);
	tx->actor = (struct actor){ .kind = "user", .id = row.user_id, .label = row.email != NULL ? row.email : row.user_id };
	return db_transact(tx->db, TX_WRITE, end_session, &ending);
}

/* The site's session ends here; the page that the browser is led to asks about the sign-in itself. */
static enum verdict
sign_out(const struct request *rq, struct tx *tx)
{
	const struct site_input *in = rq->input;
	enum err e = rq->visited_host == NULL ? ERR_NOT_FOUND : OK;

	/* Somebody else's page may not sign people out. */
	if (e == OK && rq->is_from_elsewhere)
		e = ERR_CSRF_FAILED;
	if (e == OK)
		e = end_site_session(rq, tx, in->client_id);
	if (e != OK)
		return oauth_fail(rq, e);
	reply_cookie(rq, SITE_COOKIE, "", 0);
	return reply_see_other(rq, oauth_page(rq, in->client_id, "sign-out"));
}

#define AT_A_SITE                                                                                                      \
	.method = GET, .auth = AUTH_PUBLIC, .tx = TX_SPLIT, .status = 303, .rate = RATE_OAUTH_AUTHORIZE,               \
	.flags = ROUTE_OAUTH | ROUTE_FOREIGN | ROUTE_PAGE | ROUTE_NO_IDEMPOTENCY | ROUTE_SHOWS_SECRET,                 \
	INPUT(struct site_input, site_fields)

const struct route oauth_site_routes[] = {
	{
	    AT_A_SITE,
	    .id = "auth_request_sign_in",
	    .path = "/api/v1/auth_request/sign_in",
	    .summary = "Sign a visitor in at a protected site",
	    .description = "Only through nginx, for a site on another host: /_gatehouse/sign_in.",
	    .errors = { ERR_INVALID_CLIENT, ERR_REDIRECT_URI_NOT_REGISTERED },
	    .handler = sign_in,
	},
	{
	    AT_A_SITE,
	    .id = "auth_request_callback",
	    .path = "/api/v1/auth_request/callback",
	    .summary = "Come back to a protected site",
	    .description = "Only through nginx: /_gatehouse/callback, where the code becomes the site's own cookie.",
	    .errors = { ERR_INVALID_CLIENT, ERR_INVALID_GRANT, ERR_INVALID_REQUEST, ERR_REQUEST_EXPIRED },
	    .handler = callback,
	},
	{
	    AT_A_SITE,
	    .id = "auth_request_sign_out",
	    .path = "/api/v1/auth_request/sign_out",
	    .summary = "Sign a visitor out of a protected site",
	    .description = "Only through nginx: /_gatehouse/sign_out.",
	    .handler = sign_out,
	},
	ROUTES_END,
};
