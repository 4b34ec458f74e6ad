/*
 * What the files of the sign-in flow share: the flow as it is worked on, its gate, its next step,
 * its view.
 */
#ifndef GATEHOUSE_HANDLERS_USERS_FLOW_H
#define GATEHOUSE_HANDLERS_USERS_FLOW_H

#include "domain/factors.h"
#include "domain/mailed_link.h"
#include "domain/plan_choice.h"
#include "domain/settings.h"
#include "fcgi/request.h"
#include "lib/flow_states.h"
#include "sql/gen/queries.h"

#define FLOW_LIFE_MS (60 * MINUTE_MS)
/* A flow that waits for its mail lives as long as the link in it. */
#define FLOW_MAIL_LIFE_MS DAY_MS
#define FLOW_CODE_TRIES   5
#define FLOW_RESEND_MS    (60 * SECOND_MS)
/* The purpose of a link that signs in, and the page that it opens. */
#define FLOW_MAGIC_LINK "magic-link"

/* What a flow remembers, sealed. Texts may be NULL, numbers NONE. */
struct flow_data {
	const char *email; /* as typed */
	const char *email_key;
	const char *phone, *username; /* in their compared form; who is called by one has no e-mail here */
	const char *sent_to; /* the compared form of where the code or link went */
	const char *name; /* of a sign-up */
	const char *locale;
	const char *password_phc; /* of a sign-up that waits for its proof */
	const char *invitation;   /* its secret */
	const char *redirect_to;  /* where it ends, absolute */
	const char *app_state, *app_challenge, *app_scope; /* of an app with screens of its own; the first may be NULL */
	const char *link;         /* hex digest of the only mailed link that counts */
	const char *session_id;   /* of the browser that opened it */
	const char *session_user_id;
	const char *auth_strength, *amr; /* what was proven */
	const char *way_in;		 /* what was proven first, as auth_strength says it; NULL: an address */
	const char *error_code;
	const char *social; /* the provider that the browser was sent to, or the one it came back from */
	const char *social_state, *social_nonce, *social_verifier; /* NULL once they are used */
	const char *wait_job;   /* whose answer is waited for */
	const char *wait_known; /* "1": somebody had been identified before */
	const char *identity_provider, *identity_subject; /* proven; NULL: none */
	const char *identity_email, *identity_verified;   /* "1": by the provider's word */
	const char *payment_id; /* of the plan that was chosen; NULL: of none */
	const char *bot_check;  /* flow_bot_check.c's word for how it stands; NULL: no token came */
	int64_t wait_since;
	int64_t resend_at;
	int64_t token_version; /* of the user when it was proven: what has ended their sessions
				  since ends this too */
	int64_t level;	       /* 2 with a second factor, else NONE */
	int64_t password_due;  /* 1: what was proven asks for a new password, else NONE */
	int64_t factors;       /* the second factors of which one is due (domain/factors.h), else NONE */
};

/* What one reply shows besides and nothing keeps. */
struct flow_shown {
	const struct totp_begun *totp;
	const char *passkey_options; /* JSON text */
	struct strings backup_codes;
};

struct flow {
	struct flow_row row;
	enum flow_kind kind;
	enum flow_state state;
	struct flow_data data;
	const char *oauth_request_id; /* of an app that waits for it; set only while it is made */
	struct sign_in_settings settings;
	struct strings providers; /* keys of those that people may be sent to */
	struct flow_shown shown;
	const struct flow_offer *offer; /* of the state plan alone */
};

/* ---- flow_store.c ---- */

/* ERR_NO_ROW when there is none, its project or client is gone, or their organization suspended. */
enum err flow_load(const struct request *, struct tx *, const char *project_id, const char *flow_id,
		   struct flow *ret) MUST_CHECK;
/*
 * The client that people sign in to: the named one, else the console's own. ERR_NOT_FOUND, also for
 * what this host doesn't serve.
 */
enum err flow_find_client(const struct request *, struct tx *, const char *client_id,
			  struct flow_client_row *ret) MUST_CHECK;
/* The person who is called as was typed (data's email_key, phone or username). ERR_NO_ROW for nobody. */
enum err flow_find_user(struct tx *, const struct flow *, struct user_row *ret) MUST_CHECK;
/* A new row from id, kind, state, client, user, binding, data and expiry. */
enum err flow_add(struct tx *, const struct flow *) MUST_CHECK;
/*
 * Writes the flow's row before a step changes anything else; ERR_FLOW_STATE_CONFLICT when another step
 * was faster. flow_advance() goes on from there.
 */
enum err flow_guard(struct tx *, struct flow *) MUST_CHECK;

/*
 * Takes the step: the one conditional UPDATE of an action. kind, data and the row's user, binding,
 * code and expiry are written as they stand. ERR_FLOW_STATE_CONFLICT when the flow has moved on, or
 * the event can't happen here.
 */
enum err flow_advance(struct tx *, struct flow *, enum flow_event) MUST_CHECK;

/* ---- flow_create.c ---- */

/* Where people end whom no app has told where to go: its first page, else the error page. */
const char *flow_homepage(const struct request *, const struct flow_client_row *);

/* ---- flow_identify.c ---- */

/*
 * Reads what was typed into data, in place of what was there before. VERDICT_GO_ON, or why not: 422,
 * or METHOD_DISABLED for a form that is off here.
 */
enum verdict flow_take_identifier(const struct request *, struct flow *, const char *field,
				  const char *typed);
/* Whom failures are counted for: the account or, when there is none, what was typed. NULL: nobody was named. */
const char *flow_subject(const struct flow *);
/* What was typed, as it may be shown. NULL: nothing yet. */
const char *flow_identifier_hint(struct arena *, const struct flow *);

/* ---- flow_gate.c ---- */

bool flow_is_bound_to(const struct flow *, struct bytes binding_digest);
/* GET: the flow of this browser. VERDICT_GO_ON, or why not. */
enum verdict flow_look(const struct request *, struct tx *, const char *flow_id, struct flow *ret);
/* POST: also its token, its life and its state (users.md rules 3, 4, 9). */
enum verdict flow_gate(const struct request *, struct tx *, const char *flow_id, enum flow_action,
		       struct flow *ret);
/*
 * Is this project's sign-in served under the address the request came to? (conventions.md section
 * 3)
 */
bool flow_is_served_here(const struct request *, const char *project_id);
/* METHOD_BIT of what is on. A client without methods of its own inherits the project's. */
unsigned flow_methods(const struct sign_in_settings *, const char *auth_methods);
/* Is a method on that this action needs, where the flow stands? (users.md rule 9) */
bool flow_has_method_for(const struct flow *, enum flow_action);
/* METHOD_BIT of the methods that the action may rest on with whoever was named. */
unsigned flow_methods_reaching(const struct flow *, enum flow_action);
enum err flow_token(const struct request *, const struct flow *, const char **ret_token) MUST_CHECK;

/* ---- flow_view.c ---- */

extern const struct field flow_fields[];
enum verdict flow_reply(const struct request *, unsigned status, const struct flow *);
/* What an app's own screens get at the end. */
struct flow_code {
	const char *redirect_to, *code, *state; /* the last may be NULL */
};
enum verdict flow_reply_result(const struct request *, const struct flow *,
			       const char *redirect_to);
enum verdict flow_reply_code(const struct request *, const struct flow *, const struct flow_code *);
/* The flow, and a provider's address to go to first. */
enum verdict flow_reply_away(const struct request *, const struct flow *, const char *provider_url);
/* 200 with the flow as somebody else has left it meanwhile. */
enum verdict flow_show_current(const struct request *, struct tx *, const struct flow *ours);
/* Ends an action: the flow as it is now, or the error; a conflict shows the current flow. */
enum verdict flow_end(const struct request *, struct tx *, const struct flow *, enum err);

/* ---- flow_mail.c ---- */

/* A page of the people's own: "https://HOST/verify", "https://AUTH_HOST/p/proj_…/verify". */
const char *flow_page_url(const struct request *, const char *project_id,
			  const char *default_client_id, const char *page);
/* What issues the tokens of these people, at the host that was asked. */
const char *flow_issuer(const struct request *, const char *project_id, const char *default_client_id);
/*
 * Makes and mails what proves the address: a code and a link, a reset link, or word that an account
 * exists. Steps nowhere.
 */
enum err flow_send_proof(const struct request *, struct tx *, struct flow *) MUST_CHECK;
/*
 * A code or a link as the first factor, to the stored address or, of somebody unknown, the typed one:
 * whoever proves it may get an account by it (rule 8). Steps nowhere.
 */
enum err flow_mail_code(const struct request *, struct tx *, struct flow *) MUST_CHECK;
enum err flow_mail_link(const struct request *, struct tx *, struct flow *) MUST_CHECK;
/* From now on this is the code that counts. */
enum err flow_note_code(const struct request *, struct flow *, const char *code) MUST_CHECK;
/* No code counts, and another may be asked for at once. */
void flow_forget_code(struct flow *);
enum err flow_code_digest(const struct request *, const struct flow *, const char *code,
			  struct bytes *ret) MUST_CHECK;

/* ---- flow_phone.c ---- */

/* Is a second factor asked for, or set up? */
bool flow_is_at_factor(const struct flow *);
/* Where the code went that is answered now. NULL: to no phone. */
const char *flow_phone(const struct flow *);
/*
 * The action send_code where it goes to a phone. A number or project that has had enough (rules 14 and 28) is told, which tells
 * nothing about who has it.
 */
enum verdict flow_send_to_phone(const struct request *, struct tx *, struct flow *);
/* What comes of a counted try at a second factor's code. */
enum verdict flow_judge_factor_code(const struct request *, struct tx *, struct flow *, bool is_right);

/* ---- flow_mailed_link.c ---- */

/*
 * What a link that no flow made begins, in no browser yet; of a verification link the address is proven by it, and the flow is this
 * browser's. ERR_NO_ROW when project, user or address is gone.
 */
enum err flow_begin_mailed(const struct request *, struct tx *, const char *project_id,
			   const struct q_one_time_token_get_row *link, enum mailed_link, const char *token,
			   struct flow *ret) MUST_CHECK;

/* ---- flow_next.c ---- */

/*
 * Notes a factor that was just proven: strength is a session's auth_strength, amr RFC 8176 names with
 * spaces between. The strength of the first one stays; amr grows.
 */
void flow_note_factor(const struct request *, struct flow *, const char *strength, const char *amr);
/* The same for a second factor: the session will be of level 2 and of this strength. */
void flow_note_second(const struct request *, struct flow *, const char *strength, const char *amr);
/* The flow is about this person from now on: reads what later steps look at. ERR_NO_ROW. */
enum err flow_take_user(struct tx *, struct flow *, const char *user_id) MUST_CHECK;
/*
 * The one door behind every proof: takes the step to what is still due of this person (second
 * factor, address, password, enrolment), or to done. What was proven has been noted before.
 */
enum err flow_pass(const struct request *, struct tx *, struct flow *) MUST_CHECK;

/* ---- flow_plan.c ---- */

/* What there is to choose from. */
struct flow_offer {
	struct field_list plans;
	bool needs_email;	/* of a plan that costs something: the account has no address */
	const struct flow_payment *payment;	/* that was begun here; NULL: none */
};

extern const struct field flow_offer_fields[];

/* Is the person shown the plans? (licensing.md rule 24) */
enum err flow_is_plan_due(const struct request *, struct tx *, const struct flow *, bool *ret) MUST_CHECK;
/* Fills offer, in the state plan; no statement in another one. */
enum err flow_read_offer(struct tx *, struct flow *) MUST_CHECK;

/* ---- flow_sign_in.c ---- */

/* A failed proof, recorded at most once a minute (users.md section 7). method: password, totp … */
enum err flow_record_failure(struct tx *, const struct flow *, const char *method) MUST_CHECK;

/* ---- flow_factors.c ---- */

/* Whose factors the flow asks for or sets up. */
struct factor_owner flow_owner(const struct flow *);
/* What comes of a counted try: e OK takes the step; what is wrong is refused with its count and `reason` for the log. */
enum verdict flow_judge_try(const struct request *, struct tx *, struct flow *, enum err, const char *method, const char *reason);

/* ---- flow_proof.c ---- */

enum proof { PROOF_CODE, PROOF_LINK_HERE, PROOF_LINK_ELSEWHERE, PROOF_PHONE };
/*
 * The address is proven: makes or finds the person and takes the step. A refusal is committed with
 * it.
 */
enum verdict flow_prove(const struct request *, struct tx *, struct flow *, enum proof);

/* ---- flow_sign_up.c ---- */

/*
 * Makes the person with what the project gives them, or gives a guest what they lacked (kind upgrade).
 * password_phc NULL: none. ERR_EMAIL_TAKEN, ERR_USERNAME_TAKEN, ERR_PHONE_TAKEN. Sets the flow's user.
 */
enum err flow_make_user(struct tx *, struct flow *, const char *password_phc,
			bool email_verified) MUST_CHECK;

/* By the invitation that the flow was begun with: judged first, then used. */
enum err flow_sign_up_invited(struct tx *, struct flow *) MUST_CHECK;

/* ---- flow_social.c ---- */

/* Fills providers, where the method is on; no statement where it isn't. */
enum err flow_read_providers(struct tx *, struct flow *) MUST_CHECK;

/* ---- flow_bot_check.c ---- */

/* flow_data.bot_check of who needn't be asked any more. */
#define FLOW_BOT_CHECK_PASSED "passed"

/* Has the token, if the check is on here, shown to the verifier: the flow waits. One that was shown before has failed. */
enum err flow_begin_bot_check(const struct request *, struct tx *, struct flow *, const char *token) MUST_CHECK;
bool flow_waits_for_bot_check(const struct flow *);
/* A look at a flow that waits for the verifier. */
enum verdict flow_look_for_bot_check(const struct request *, struct tx *, struct flow *);
/* May the action go on? ERR_BOT_CHECK_FAILED, ERR_BOT_CHECK_UNAVAILABLE (users.md rule 41). */
enum err flow_ask_bot_check(const struct request *, const struct flow *, enum flow_action) MUST_CHECK;

/* ---- flow_wait.c ---- */

/* After so long a flow stops waiting for a job (users.md section 4). */
#define FLOW_WAIT_MAX_MS (20 * SECOND_MS)

/*
 * Links what a provider has proven to the flow's user, if it has proven anything. ERR_IDENTITY_TAKEN when it is somebody
 * else's; ERR_DB_CONFLICT, so that the request runs again, when another was just faster.
 */
enum err flow_attach_identity(struct tx *, struct flow *) MUST_CHECK;
/* What a provider has proven counts no more. */
void flow_drop_identity(struct flow *);
/* A look at a flow that waits: picks the answer up if there is one, or gives up. */
enum verdict flow_look_for_answer(const struct request *, struct tx *, struct flow *);

/* ---- flow_direct.c: transport code, for the screens that an app draws itself (users.md rule 4) ---- */

bool flow_is_direct(const struct flow *);
/* The project that the sent flow token names, if it is one of an app's own screens. */
bool flow_direct_project(const struct request *, const char **ret_project_id);
/*
 * May screens of this client call? Its origins alone, our own pages, and programs that name none; who may gets the header that lets
 * the browser hand the answer over. ERR_CSRF_FAILED.
 */
enum err flow_direct_let_in(const struct request *, struct tx *, const char *project_id, const char *client_id) MUST_CHECK;
/* Makes a new flow one of transport code. ERR_DIRECT_FLOW_NOT_ALLOWED, also without a registered address and S256. */
enum err flow_direct_begin(const struct request *, struct tx *, struct flow *) MUST_CHECK;
/* The code for what was proven in this session. */
enum err flow_direct_code(const struct request *, struct tx *, const struct flow *, const char *session_id, struct flow_code *ret) MUST_CHECK;

/* ---- the actions ---- */

enum verdict flow_create(const struct request *, struct tx *);
enum verdict flow_get(const struct request *, struct tx *);
enum verdict flow_identify(const struct request *, struct tx *);
enum verdict flow_back(const struct request *, struct tx *);
enum verdict flow_password_before(const struct request *, struct tx *);
enum verdict flow_password_work(const struct request *);
enum verdict flow_password(const struct request *, struct tx *);
enum verdict flow_sign_up_before(const struct request *, struct tx *);
enum verdict flow_sign_up_work(const struct request *);
enum verdict flow_sign_up(const struct request *, struct tx *);
enum verdict flow_recover(const struct request *, struct tx *);
enum verdict flow_set_password_before(const struct request *, struct tx *);
enum verdict flow_set_password_work(const struct request *);
enum verdict flow_set_password(const struct request *, struct tx *);
enum verdict flow_send_code(const struct request *, struct tx *);
enum verdict flow_verify_code(const struct request *, struct tx *);
enum verdict flow_social(const struct request *, struct tx *);
enum verdict flow_send_link(const struct request *, struct tx *);
enum verdict flow_anonymous(const struct request *, struct tx *);
enum verdict flow_redeem(const struct request *, struct tx *);
enum verdict flow_complete(const struct request *, struct tx *);
enum verdict flow_totp(const struct request *, struct tx *);
enum verdict flow_backup_code(const struct request *, struct tx *);
enum verdict flow_totp_start(const struct request *, struct tx *);
enum verdict flow_totp_verify(const struct request *, struct tx *);
enum verdict flow_passkey_options(const struct request *, struct tx *);
enum verdict flow_passkey(const struct request *, struct tx *);
enum verdict flow_passkey_register_options(const struct request *, struct tx *);
enum verdict flow_passkey_register(const struct request *, struct tx *);
enum verdict flow_choose(const struct request *, struct tx *);
enum verdict flow_skip(const struct request *, struct tx *);

/* ---- their inputs ---- */

struct flow_path {
	struct {
		bool flow_id;
	} has;
	const char *flow_id;
};

struct flow_create_input {
	struct {
		bool client_id, oauth_request_id, kind, transport, redirect_uri, state, scope, code_challenge,
		    login_hint, invitation_secret, locale, bot_token;
	} has;
	const char *client_id, *oauth_request_id, *kind, *transport, *redirect_uri, *state, *scope, *code_challenge,
	    *login_hint, *invitation_secret, *locale, *bot_token;
};

struct flow_identifier_input {
	struct {
		bool flow_id, identifier;
	} has;
	const char *flow_id, *identifier;
};

struct flow_password_input {
	struct {
		bool flow_id, password;
	} has;
	const char *flow_id, *password;
};

struct flow_sign_up_input {
	struct {
		bool flow_id, email, username, password, name;
	} has;
	const char *flow_id, *email, *username, *password, *name;
};

struct flow_send_code_input {
	struct {
		bool flow_id, channel, email, phone;
	} has;
	const char *flow_id, *channel, *email, *phone;
};

struct flow_verify_code_input {
	struct {
		bool flow_id, code;
	} has;
	const char *flow_id, *code;
};

struct flow_passkey_input {
	struct {
		bool flow_id, credential, name;
	} has;
	const char *flow_id, *credential, *name; /* credential: JSON text */
};

struct flow_social_input {
	struct {
		bool flow_id, provider;
	} has;
	const char *flow_id, *provider;
};

struct flow_choose_input {
	struct {
		bool flow_id, id, buyer_email, return_url;
	} has;
	const char *flow_id, *id, *buyer_email, *return_url;
};

struct flow_redeem_input {
	struct {
		bool token, client_id;
	} has;
	const char *token, *client_id;
};

/* What before and work hand on to the handler. */
struct flow_password_try {
	struct flow flow;
	bool matches;
	const char *rehashed_phc; /* at today's cost; NULL: as it is */
};

struct flow_new_password {
	struct flow flow;
	const char *phc;
};

/* VERDICT_GO_ON, or 422 weak_password naming the rule. */
enum verdict password_judge(const struct request *, const struct sign_in_settings *,
			    const char *field, const char *password, const char *email,
			    const char *app_name);
/* The same, and then the hash. */
enum verdict password_make(const struct request *, const struct sign_in_settings *,
			   const char *field, const char *password, const char *email,
			   const char *app_name, const char **ret_phc);

#endif
