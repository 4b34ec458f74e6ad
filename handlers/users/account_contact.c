/*
 * A new e-mail address or phone number of one's own: asked for, proven, and only then one's own
 * (users.md rules 15, 18, 24 and 28). Whether somebody else has it already shows only once it is proven.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/contact_changes.h"
#include "domain/factors.h"
#include "domain/mail.h"
#include "domain/redirects.h"
#include "domain/settings.h"
#include "domain/sms.h"
#include "handlers/users/account.h"
#include "handlers/users/flow.h"
#include "handlers/users/user_input.h"
#include "lib/codes.h"
#include "lib/identifiers.h"
#include "lib/lifetimes.h"
#include "lib/text.h"

static struct contact_owner
owner_of(const struct request *rq, enum contact kind)
{
	return (struct contact_owner){
		.project_id = rq->user.project_id, .user_id = rq->user.id, .kind = kind
	};
}

struct pending_view {
	int64_t expires_at;
};

static const struct field pending_fields[] = {
	OUT_TIME(struct pending_view, expires_at, .description = "It must be proven before"),
	FIELDS_END,
};

static enum verdict
reply_pending(const struct request *rq)
{
	return reply(rq, 202, pending_fields,
		     &(struct pending_view){ .expires_at = rq->now_ms + CONTACT_CHANGE_MS });
}

/* The console's own page stands in the dashboard. */
static const char *
account_page(const struct request *rq, const char *client_id, const char *token)
{
	bool is_console = strcmp(rq->user.project_id, rq->console_id) == 0;
	char *url = arena_printf(rq->arena, "%s#%s",
				 flow_page_url(rq, rq->user.project_id, client_id,
					       is_console ? "dashboard/account" : "account"),
				 token);

	arena_wipe_later(rq->arena, url, strlen(url));
	return url;
}

/* ---- POST /account/email ---- */

struct email_input {
	struct {
		bool email;
	} has;
	const char *email;
};

static const struct field email_input[] = {
	IN_STRING(struct email_input, email, USER_EMAIL, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

/* Where somebody signs in who has an account already: at the app's own page where it has one. */
static enum err
sign_in_page(const struct request *rq, struct tx *tx, const char *client_id, const char **ret_url)
{
	struct redirect_settings redirects;

	TRY(redirect_settings_read(tx, rq->user.project_id, &redirects));
	const char *own = redirect_own_page(&redirects, "sign-in");
	*ret_url = own != NULL ? own : flow_page_url(rq, rq->user.project_id, client_id, "sign-in");
	return OK;
}

/* Whoever has the address already is told, and the person who asks sees no difference. */
static enum err
mail_proof(const struct request *rq, struct tx *tx, const char *key, const struct contact_proof *proof,
	   const char *client_id)
{
	const struct email_input *in = rq->input;
	const char *sign_in_url;
	struct user_row holder;
	struct mail mail = {
		.template = MAIL_VERIFICATION,
		.project_id = rq->user.project_id,
		.user_id = rq->user.id,
		.recipient = in->email,
		.url = account_page(rq, client_id, proof->token),
		.code = proof->code,
		.expires_at = rq->now_ms + CONTACT_CHANGE_MS,
	};

	/* Read for either, so that both cost the same. */
	TRY(sign_in_page(rq, tx, client_id, &sign_in_url));
	enum err e = q_user_by_email(tx->db,
				     &(struct q_user_by_email){
					 .project_id = rq->user.project_id,
					 .email_key = { (const uint8_t *)key, strlen(key) },
				     },
				     &holder);

	if (e != OK && e != ERR_NO_ROW)
		return e;
	if (e == OK && strcmp(holder.id, rq->user.id) != 0) {
		mail.template = MAIL_ACCOUNT_EXISTS;
		mail.user_id = holder.id;
		mail.recipient = holder.email;
		mail.url = sign_in_url;
		mail.code = NULL;
	}
	return mail_queue(tx, &mail);
}

static enum err
ask_email(const struct request *rq, struct tx *tx, const char *key)
{
	const struct email_input *in = rq->input;
	const struct contact_owner owner = owner_of(rq, CONTACT_EMAIL);
	struct sign_in_settings settings;
	struct q_account_get_row account;
	struct contact_proof proof;

	TRY(account_guard(rq, tx));
	TRY(account_read(rq, tx, &account));
	settings = sign_in_settings_parse(rq->arena, rq->config, account.settings_body);
	TRY(contact_change_make(tx, &owner, in->email, settings.link_minutes * MINUTE_MS, &proof));
	return mail_proof(rq, tx, key, &proof, account.client_id);
}

static enum verdict
account_email(const struct request *rq, struct tx *tx)
{
	const struct email_input *in = rq->input;
	const char *key, *own = NULL;
	enum verdict verdict = user_input_email(rq, in->email, &key);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	if (rq->user.email_verified && email_key(rq->arena, rq->user.email, &own) && strcmp(own, key) == 0)
		return fail_field(rq, "email", "same", "That is your address already.");
	enum err e = ask_email(rq, tx, key);
	return e == OK ? reply_pending(rq) : fail_err(rq, e);
}

/* ---- POST /account/email/verify ---- */

struct email_verify_input {
	struct {
		bool code, token;
	} has;
	const char *code, *token;
};

static const struct field email_verify_input[] = {
	IN_STRING(struct email_verify_input, code, .min = 1, .max = 32, .flags = FIELD_SECRET,
		  .description = "Of the mail; or token"),
	IN_STRING(struct email_verify_input, token, .min = 1, .max = 64, .flags = FIELD_SECRET,
		  .description = "Of the link in the mail"),
	FIELDS_END,
};

static enum err
record_contact(const struct request *rq, struct tx *tx, enum event event)
{
	return record(tx, &(struct record){
			      .event = event,
			      .org_id = rq->user.project_org_id,
			      .project_id = rq->user.project_id,
			      .target_id = rq->user.id,
			      .target_label = tx->actor.label,
			      .changes = "{}",
		      });
}

/* The old address learns of it (rule 18). */
static enum err
tell_old_address(const struct request *rq, struct tx *tx, const char *target)
{
	enum err e;

	if (rq->user.email == NULL)
		return OK;
	e = mail_queue(tx, &(struct mail){
			       .template = MAIL_EMAIL_CHANGED,
			       .project_id = rq->user.project_id,
			       .user_id = rq->user.id,
			       .recipient = rq->user.email,
			       .user_name = rq->user.name,
			       .new_email = target,
			       .expires_at = NONE,
			   });
	return e == ERR_RATE_LIMITED ? OK : e;
}

static enum err
change_email(const struct request *rq, struct tx *tx, const char *target)
{
	struct user_change change = {
		.has = { .email = true, .email_verified = true },
		.email = target,
		.email_verified = true,
	};

	if (!email_key(rq->arena, target, &change.email_key))
		return ERR_INTERNAL;
	TRY(account_change(rq, tx, &change));
	TRY(record_contact(rq, tx, EV_EMAIL_CHANGED));
	return tell_old_address(rq, tx, target);
}

static enum verdict
account_email_verify(const struct request *rq, struct tx *tx)
{
	const struct email_verify_input *in = rq->input;
	const struct contact_owner owner = owner_of(rq, CONTACT_EMAIL);
	const char *code = in->has.code ? code_clean(rq->arena, in->code) : NULL, *target = NULL;
	enum err e;

	if (in->has.code == in->has.token)
		return fail_field(rq, "code", "required", "Send the code or the link's token.");
	if (in->has.code && code == NULL)
		return fail_field(rq, "code", "pattern", "A code has six digits.");
	e = in->has.code ? contact_change_prove_code(tx, &owner, code, &target)
			 : contact_change_prove_link(tx, &owner, in->token, &target);
	if (e == ERR_INVALID_CODE)
		return refuse(rq, e, "The code is wrong or too old.");
	if (e == OK)
		e = change_email(rq, tx, target);
	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

/* ---- POST /account/phone ---- */

struct phone_input {
	struct {
		bool phone;
	} has;
	const char *phone;
};

static const struct field phone_input[] = {
	IN_STRING(struct phone_input, phone, USER_PHONE, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

/* A number that is somebody else's gets no text from here; the person who asks sees no difference. */
static enum err
text_proof(const struct request *rq, struct tx *tx, const struct sign_in_settings *settings)
{
	const struct phone_input *in = rq->input;
	const struct contact_owner owner = owner_of(rq, CONTACT_PHONE);
	struct q_account_phone_holder_row holder;
	struct contact_proof proof;
	int64_t life_ms = settings->link_minutes * MINUTE_MS;
	enum err e;

	TRY(account_guard(rq, tx));
	TRY(contact_change_make(tx, &owner, in->phone, life_ms, &proof));
	e = q_account_phone_holder(
	    tx->db,
	    &(struct q_account_phone_holder){ .project_id = rq->user.project_id, .phone = in->phone },
	    &holder);
	if (e != OK && e != ERR_NO_ROW)
		return e;
	return sms_queue(tx, &(struct sms){
				 .project_id = rq->user.project_id,
				 .user_id = rq->user.id,
				 .recipient = in->phone,
				 .code = proof.code,
				 .expires_at = rq->now_ms + life_ms,
				 .daily_limit = settings->phone.daily_limit,
				 .is_pretence = e == OK && strcmp(holder.id, rq->user.id) != 0,
			 });
}

static enum verdict
account_phone(const struct request *rq, struct tx *tx)
{
	const struct phone_input *in = rq->input;
	struct sign_in_settings settings;
	enum err e = sign_in_settings_read(tx, rq->user.project_id, &settings);

	if (e == OK && !phone_is_of(in->phone, settings.phone.calling_codes))
		e = ERR_PHONE_NOT_SUPPORTED;
	if (e == OK)
		e = text_proof(rq, tx, &settings);
	return e == OK ? reply_pending(rq) : fail_err(rq, e);
}

/* ---- POST /account/phone/verify ---- */

struct phone_verify_input {
	struct {
		bool code, second_factor;
	} has;
	const char *code;
	bool second_factor;
};

static const struct field phone_verify_input[] = {
	IN_STRING(struct phone_verify_input, code, .min = 1, .max = 32,
		  .flags = FIELD_REQUIRED | FIELD_SECRET),
	IN_BOOL(struct phone_verify_input, second_factor,
		.description = "Ask for a code to this number at sign-in from now on; false when absent"),
	FIELDS_END,
};

/* A factor needs what other factors need: the project's leave, and a proof no older than theirs (rule 24). */
static enum verdict
check_second_factor(const struct request *rq, struct tx *tx)
{
	struct sign_in_settings settings;
	enum err e = sign_in_settings_read(tx, rq->user.project_id, &settings);

	if (e != OK)
		return fail_err(rq, e);
	if ((settings.mfa_methods & 1u << MFA_PHONE) == 0)
		return fail_field(rq, "second_factor", "off", "Phones are no second factor here.");
	if (rq->credential.authenticated_at < rq->now_ms - RECENT_SIGN_IN_MS)
		return fail_err(rq, ERR_REAUTHENTICATION_REQUIRED);
	return go_on(rq);
}

static enum err
set_phone(const struct request *rq, struct tx *tx, const char *number, bool is_factor)
{
	const struct factor_owner factor = {
		.project_id = rq->user.project_id,
		.org_id = rq->user.project_org_id,
		.user_id = rq->user.id,
		.email = rq->user.email,
		.name = rq->user.name,
	};
	const struct user_change change = {
		.has = { .phone = true, .phone_verified = true },
		.phone = number,
		.phone_verified = true,
	};

	TRY(account_change(rq, tx, &change));
	TRY(record_contact(rq, tx, EV_PHONE_VERIFIED));
	return is_factor ? phone_factor_set(tx, &factor, number) : OK;
}

static enum verdict
account_phone_verify(const struct request *rq, struct tx *tx)
{
	const struct phone_verify_input *in = rq->input;
	const struct contact_owner owner = owner_of(rq, CONTACT_PHONE);
	const char *code = code_clean(rq->arena, in->code), *target = NULL;
	bool is_factor = in->has.second_factor && in->second_factor;
	enum verdict verdict = is_factor ? check_second_factor(rq, tx) : go_on(rq);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	if (code == NULL)
		return fail_field(rq, "code", "pattern", "A code has six digits.");
	enum err e = contact_change_prove_code(tx, &owner, code, &target);
	if (e == ERR_INVALID_CODE)
		return refuse(rq, e, "The code is wrong or too old.");
	if (e == OK)
		e = set_phone(rq, tx, target, is_factor);
	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

/* ---- the table ---- */

#define OF_AN_ACCOUNT                                                                              \
	.auth = AUTH_ACCOUNT, .site = SITE_BOTH, .method = POST, .tx = TX_WRITE, .rate = RATE_FLOW_ACTION
#define FLAGS (ROUTE_SUSPENDED_OK | ROUTE_NO_IDEMPOTENCY)

const struct route account_contact_routes[] = {
	{
	    OF_AN_ACCOUNT,
	    .id = "account_email",
	    .path = "/api/v1/account/email",
	    .summary = "Ask for a new e-mail address",
	    .description = "A code and a link are mailed to it; it counts once proven.",
	    .flags = FLAGS | ROUTE_RECENT_SIGN_IN,
	    .status = 202,
	    .output = pending_fields,
	    INPUT(struct email_input, email_input),
	    .handler = account_email,
	},
	{
	    OF_AN_ACCOUNT,
	    .id = "account_email_verify",
	    .path = "/api/v1/account/email/verify",
	    .summary = "Prove the new e-mail address",
	    .flags = FLAGS,
	    INPUT(struct email_verify_input, email_verify_input),
	    .errors = { ERR_INVALID_CODE, ERR_LINK_INVALID, ERR_EMAIL_TAKEN },
	    .handler = account_email_verify,
	},
	{
	    OF_AN_ACCOUNT,
	    .id = "account_phone",
	    .path = "/api/v1/account/phone",
	    .summary = "Ask for a new phone number",
	    .description = "A code is sent to it; it counts once proven.",
	    .flags = FLAGS | ROUTE_RECENT_SIGN_IN,
	    .status = 202,
	    .output = pending_fields,
	    INPUT(struct phone_input, phone_input),
	    .errors = { ERR_PHONE_NOT_SUPPORTED, ERR_TOO_MANY_ATTEMPTS },
	    .handler = account_phone,
	},
	{
	    OF_AN_ACCOUNT,
	    .id = "account_phone_verify",
	    .path = "/api/v1/account/phone/verify",
	    .summary = "Prove the new phone number",
	    .flags = FLAGS,
	    INPUT(struct phone_verify_input, phone_verify_input),
	    .errors = { ERR_INVALID_CODE, ERR_PHONE_TAKEN },
	    .handler = account_phone_verify,
	},
	ROUTES_END,
};
