/*
 * What an app asks of a person: read from its request, judged, and kept as the params of an oauth_request.
 */
#ifndef GATEHOUSE_HANDLERS_OAUTH_ASK_H
#define GATEHOUSE_HANDLERS_OAUTH_ASK_H

#include "fcgi/request.h"
#include "lib/oauth.h"
#include "sql/gen/queries.h"

/* As it came in a query or form; NULL: absent. */
struct ask_input {
	struct {
		bool issuer_id, response_type, client_id, redirect_uri, scope, state, code_challenge, code_challenge_method, resource, nonce,
		    prompt, max_age, login_hint, id_token_hint, response_mode, dpop_jkt, ui_locales, request, request_uri;
		bool client_secret, client_assertion, client_assertion_type;
	} has;
	const char *issuer_id, *response_type, *client_id, *redirect_uri, *scope, *state, *code_challenge, *code_challenge_method, *resource,
	    *nonce, *prompt, *max_age, *login_hint, *id_token_hint, *response_mode, *dpop_jkt, *ui_locales, *request, *request_uri;
	const char *client_secret, *client_assertion, *client_assertion_type; /* of a request that is pushed */
};

/* The fields of a request; a form's count like a query's. */
#define ASK_FIELDS(place)                                                                                                            \
	IN_ID(struct ask_input, issuer_id, ID_PUBLIC_PROJECT, .in = IN_PATH),                                                        \
	IN_STRING(struct ask_input, response_type, .in = place, .max = 64, .description = "code"),                                   \
	IN_STRING(struct ask_input, client_id, .in = place, .max = CLIENT_ID_MAX),                                                              \
	IN_STRING(struct ask_input, redirect_uri, .in = place, .max = 2000),                                                         \
	IN_STRING(struct ask_input, scope, .in = place, .max = 2000),                                                                \
	IN_STRING(struct ask_input, state, .in = place, .max = 1024),                                                                \
	IN_STRING(struct ask_input, code_challenge, .in = place, .max = 256),                                                        \
	IN_STRING(struct ask_input, code_challenge_method, .in = place, .max = 16, .description = "S256"),                           \
	IN_STRING(struct ask_input, resource, .in = place, .max = 255, .description = "One of the client's audiences"),              \
	IN_STRING(struct ask_input, nonce, .in = place, .max = 512),                                                                 \
	IN_STRING(struct ask_input, prompt, .in = place, .max = 128),                                                                \
	IN_STRING(struct ask_input, max_age, .in = place, .max = 16),                                                                \
	IN_STRING(struct ask_input, login_hint, .in = place, .max = 254),                                                            \
	IN_STRING(struct ask_input, id_token_hint, .in = place, .max = 8192),                                                        \
	IN_STRING(struct ask_input, response_mode, .in = place, .max = 64, .description = "query or form_post"),                     \
	IN_STRING(struct ask_input, dpop_jkt, .in = place, .max = 64, .description = "The key that the code is bound to (RFC 9449)"), \
	IN_STRING(struct ask_input, ui_locales, .in = place, .max = 255, .description = "Languages of the pages, the best first"),      \
	IN_STRING(struct ask_input, request, .in = place, .max = 8192, .description = "Not supported"),                              \
	IN_STRING(struct ask_input, request_uri, .in = place, .max = 512,                                                                 \
		  .description = "What the app has pushed; what else stands beside it but client_id is ignored")

/* Judged. Texts may be NULL but redirect_uri, scope and resource. */
struct ask {
	const char *redirect_uri;
	const char *is_uri_named;	/* "1": the request named it */
	const char *state, *nonce, *challenge, *dpop_jkt, *scope, *resource, *login_hint, *prompt, *ui_locale;
	const char *hinted_user_id;	/* whom id_token_hint is about; the app's word alone */
	const char *is_form_post;	/* "1" */
	const char *org_id;		/* what the person chose in the console; of the row, not of its params */
	const char *asked_from;		/* of a device: the address that it has */
	int64_t max_age_s;		/* NONE: any */
};

/*
 * Where an answer to this request may go: ERR_INVALID_CLIENT, ERR_INVALID_REQUEST when nowhere, which has to be said on a page (rule 1).
 * Fills redirect_uri, is_uri_named, state and the mode of ret; what is still wrong goes to that address.
 */
enum err ask_find_way_back(const struct request *, struct tx *, const struct oauth_app_row *, const struct ask_input *, struct ask *ret) MUST_CHECK;
/* The rest. NULL when it is all right, else RFC 6749's word for what isn't. */
const char *ask_judge(struct tx *, const struct oauth_app_row *, const struct ask_input *, struct ask *);
/* The same of a request that leads nowhere back: only what is asked for. */
const char *ask_judge_what(struct tx *, const struct oauth_app_row *, const struct ask_input *, struct ask *);
/* ERR_INVALID_CLIENT for what isn't a client of this issuer; by an address, as oauth_client_of_document(). */
enum err ask_find_app(const struct request *, struct tx *, const char *issuer_id, const char *client_id, struct oauth_app_row *ret) MUST_CHECK;

/* As the params of a row, and back. ERR_INTERNAL for a row that can't be read. */
const char *ask_text(struct arena *, const struct ask *) RETURNS_NONNULL;
enum err ask_parse(struct arena *, const char *params, struct ask *ret) MUST_CHECK;

/* ---- pushed before (par.c; RFC 9126, rule 10) ---- */

/* Is it in the form of ours? What else is called request_uri isn't supported, and never fetched (rule 9). */
bool pushed_is_uri(const char *request_uri);
/* Keeps what was judged, for a browser that comes with the address within PUSHED_LIFE_MS. */
#define PUSHED_LIFE_MS (90 * SECOND_MS)
enum err pushed_keep(struct tx *, const struct oauth_app_row *, const struct ask *, const char **ret_request_uri) MUST_CHECK;
/* ERR_REQUEST_EXPIRED: unknown, of another client, or over. */
enum err pushed_find(struct tx *, const struct oauth_app_row *, const char *request_uri, struct oauth_request_row *ret) MUST_CHECK;

/* ---- while it isn't known who asks (fetching.c; rule 37) ---- */

/* The browser waits on a page of ours until the document at the address is there, and then comes again. */
enum verdict fetching_begin(const struct request *, struct tx *, const char *url, const char *address_again);
enum verdict fetching_resume(const struct request *, struct tx *, const char *issuer_id, const struct oauth_request_row *);
/* "fetching", "ready" or "failed". */
enum err fetching_status(struct tx *, const struct oauth_request_row *, const char **ret_status) MUST_CHECK;

/* ---- what comes of it (authorize.c) ---- */

/* What the browser holds of the app's project. */
struct browser oauth_browser(const struct request *, const struct tx *, const struct oauth_app_row *);
/* The browser's active account in this project. ERR_NO_ROW: nobody, or somebody who came by a way that the client doesn't take. */
enum err oauth_session_find(const struct request *, struct tx *, const struct oauth_app_row *, struct oauth_session_row *ret) MUST_CHECK;
/* The same of one of the browser's tokens. */
enum err oauth_session_of(const struct request *, struct tx *, const struct oauth_app_row *, const char *token,
			  struct oauth_session_row *ret) MUST_CHECK;
/* How audit rows name the person; whoever acts in their name is named too (users.md rule 32). */
struct actor oauth_session_actor(struct arena *, const struct oauth_session_row *);
/* Must the person sign in (again) for a request of that time? session NULL: nobody is signed in. */
bool ask_wants_sign_in(const struct ask *, const struct oauth_session_row *session, int64_t asked_at);
/* Does the person have to agree first? (rule 12; in the console they always choose the organization) */
enum err ask_wants_consent(struct tx *, const struct oauth_app_row *, const struct ask *, const struct oauth_session_row *,
			   bool *ret_wants) MUST_CHECK;
/* A grant and its code, and the answer with it. scope: what the person agreed to. */
enum verdict ask_answer_code(const struct request *, struct tx *, const struct oauth_app_row *, const struct ask *,
			     const struct oauth_session_row *, const char *scope);
/* The grant alone, for who gets no code. */
enum err ask_add_grant(const struct request *, struct tx *, const struct oauth_app_row *, const struct ask *, const struct oauth_session_row *,
		       const char *scope, const char **ret_grant_id) MUST_CHECK;
/* The answer that names an error; commits what was done. */
enum verdict ask_answer_error(const struct request *, const struct oauth_app_row *, const struct ask *, const char *error);
/* The request as a hosted page sees it (requests.c). */
extern const struct field oauth_request_fields[];
enum verdict oauth_request_show(const struct request *, struct tx *, const struct oauth_request_row *, const struct oauth_app_row *,
				const struct ask *);
/* "https://AUTH_HOST/p/proj_…/sign-in?request=ort_…" */
enum verdict ask_lead_to_page(const struct request *, const struct oauth_app_row *, const struct ask *, const char *page, const char *request_id,
			      bool is_again);

#endif
