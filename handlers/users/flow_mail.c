/*
 * What a flow mails: a code with a link, a reset link, or word that an account exists. The same
 * work for known and unknown people.
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "domain/mail.h"
#include "domain/redirects.h"
#include "lib/codes.h"
#include "lib/encode.h"
#include "lib/secrets.h"
#include "lib/text.h"

/* What becomes of a flow's proof once its mail is written. */
struct proof_made {
	const char *code;
	struct secret link;
	struct bytes link_digest;
};

const char *
flow_page_url(const struct request *rq, const char *project_id, const char *default_client_id,
	      const char *page)
{
	if (strcmp(project_id, rq->console_id) == 0)
		return arena_printf(rq->arena, "%s/%s", rq->config->public_url, page);
	return arena_printf(rq->arena, "%s/p/%s/%s", rq->config->auth_url, default_client_id, page);
}

const char *
flow_issuer(const struct request *rq, const char *project_id, const char *default_client_id)
{
	return strcmp(project_id, rq->console_id) == 0 ? rq->config->public_url : request_issuer(rq, default_client_id);
}

/*
 * Six digits are guessed through at once where only their hash is kept: so a key goes in, and the
 * flow they belong to.
 */
enum err
flow_code_digest(const struct request *rq, const struct flow *flow, const char *code,
		 struct bytes *ret)
{
	const char *said =
	    arena_printf(rq->arena, "%s %s %s", flow->row.project_id, flow->row.id, code);
	uint8_t mac[32];

	TRY(keyring_mac(rq->keyring, "code",
			(struct bytes){ .data = (const uint8_t *)said, .len = strlen(said) }, mac));
	*ret =
	    (struct bytes){ .data = arena_copy(rq->arena, mac, sizeof(mac)), .len = sizeof(mac) };
	return OK;
}

static enum err
make_proof(const struct request *rq, struct proof_made *ret)
{
	struct proof_made made;

	TRY(code_make(rq->arena, &made.code));
	TRY(secret_make(rq->arena, SECRET_MAIL_LINK, &made.link));
	made.link_digest = sha256_bytes(rq->arena, made.link.text, strlen(made.link.text));
	*ret = made;
	return OK;
}

/* ---- which mail ---- */

static int64_t
link_life_ms(const struct flow *flow)
{
	return flow->kind == FLOW_RECOVER ? flow->settings.reset_minutes * MINUTE_MS
					  : FLOW_MAIL_LIFE_MS;
}

/* The app's own page where it has one, else the hosted one. */
static const char *
mailed_page_url(const struct request *rq, const struct flow *flow, const char *page)
{
	struct redirect_settings redirects = redirect_settings_parse(rq->arena, flow->row.redirect_body);
	const char *own = redirect_own_page(&redirects, page);

	return own != NULL ? own
			   : flow_page_url(rq, flow->row.project_id, flow->row.default_client_id, page);
}

static struct mail
mail_of(const struct request *rq, const struct flow *flow, const char *page)
{
	return (struct mail){
		.project_id = flow->row.project_id,
		/* The stored address where there is one, never the typed one (rule 1). */
		.recipient = flow->row.user_email != NULL ? flow->row.user_email : flow->data.email,
		.url = mailed_page_url(rq, flow, page),
		.locale = flow->data.locale,
		.expires_at = NONE,
	};
}

static const char *
link_url(const struct request *rq, const struct mail *mail, const struct proof_made *made)
{
	char *url = arena_printf(rq->arena, "%s#%s", mail->url, made->link.text);

	arena_wipe_later(rq->arena, url, strlen(url));
	return url;
}

/*
 * A stranger's name is not put into a mail to an address that nobody has proven: it could be a
 * message of its own.
 */
static struct mail
verification_mail(const struct request *rq, const struct flow *flow, const struct proof_made *made)
{
	struct mail mail = mail_of(rq, flow, "verify");

	mail.template = MAIL_VERIFICATION;
	mail.user_id = flow->row.user_id;
	mail.url = link_url(rq, &mail, made);
	mail.code = made->code;
	mail.expires_at = rq->now_ms + link_life_ms(flow);
	return mail;
}

static struct mail
taken_mail(const struct request *rq, const struct flow *flow, const struct user_row *user)
{
	struct mail mail = mail_of(rq, flow, "sign-in");

	mail.template = MAIL_ACCOUNT_EXISTS;
	mail.user_id = user->id;
	mail.user_name = user->name;
	mail.recipient = user->email;
	return mail;
}

static struct mail
reset_mail(const struct request *rq, const struct flow *flow, const struct proof_made *made)
{
	struct mail mail = mail_of(rq, flow, "reset");

	mail.template = MAIL_PASSWORD_RESET;
	mail.user_id = flow->row.user_id;
	mail.user_name = flow->row.user_name;
	mail.url = link_url(rq, &mail, made);
	mail.expires_at = rq->now_ms + link_life_ms(flow);
	mail.is_pretence = flow->row.user_id == NULL;
	return mail;
}

/* A sign-up looks again whether the address is taken: that may have changed since the last mail. */
static enum err
choose_mail(const struct request *rq, struct tx *tx, const struct flow *flow,
	    const struct proof_made *made, struct mail *ret_mail)
{
	struct user_row user;

	if (flow->kind == FLOW_RECOVER) {
		*ret_mail = reset_mail(rq, flow, made);
		return OK;
	}
	*ret_mail = verification_mail(rq, flow, made);
	/* With an account at a provider behind it, the code links that one to the account that exists. */
	bool is_new = flow->kind == FLOW_SIGN_UP || flow->kind == FLOW_UPGRADE;

	if (!is_new || flow->data.identity_subject != NULL)
		return OK;
	enum err e = flow_find_user(tx, flow, &user);
	if (e == OK)
		*ret_mail = taken_mail(rq, flow, &user);
	return e == ERR_NO_ROW ? OK : e;
}

/* As the first factor: no name of a stranger's, and nothing that tells whether the person exists. */
static struct mail
first_factor_mail(const struct request *rq, const struct flow *flow, const char *page)
{
	struct mail mail = mail_of(rq, flow, page);

	mail.user_id = flow->row.user_id;
	mail.user_name = flow->row.user_name;
	mail.expires_at = rq->now_ms + flow->settings.link_minutes * MINUTE_MS;
	/* A username that nobody has, or whose owner has no address, leads nowhere. */
	if (mail.recipient == NULL) {
		mail.recipient = flow->data.username;
		mail.is_pretence = true;
	}
	return mail;
}

/* ---- writing it ---- */

/*
 * The row of a link that nobody will get is written too: it opens nothing, and takes the same time.
 */
static enum err
add_link(struct tx *tx, const struct flow *flow, const struct proof_made *made, const char *purpose,
	 int64_t life_ms, bool is_sent)
{
	/*
	 * A newer link of its kind voids the older (rule 16), unless the newer one was never
	 * mailed.
	 */
	TRY(q_one_time_token_void(tx->db,
				  &(struct q_one_time_token_void){
				      .project_id = flow->row.project_id,
				      .user_id = is_sent ? flow->row.user_id : NULL,
				      .purpose = purpose,
				  },
				  NULL));
	return q_one_time_token_insert(
	    tx->db,
	    &(struct q_one_time_token_insert){
		.project_id = flow->row.project_id,
		.token_digest = made->link_digest,
		.purpose = purpose,
		.user_id = flow->row.user_id,
		.flow_id = flow->row.id,
		.target = { .data = (const uint8_t *)flow->data.sent_to,
			    .len = strlen(flow->data.sent_to) },
		.expires_at = tx->now_ms + life_ms,
	    },
	    NULL);
}

/* Queued, or not because the recipient has had enough, which isn't told apart (rule 14). */
static enum err
queue(struct tx *tx, struct flow *flow, const struct mail *mail, bool *ret_is_sent)
{
	enum err e = mail_queue(tx, mail);

	if (e != OK && e != ERR_RATE_LIMITED)
		return e;
	if (!email_key(tx->arena, mail->recipient, &flow->data.sent_to))
		flow->data.sent_to = mail->recipient;
	flow->data.resend_at = tx->now_ms + FLOW_RESEND_MS;
	*ret_is_sent = e == OK;
	return OK;
}

enum err
flow_note_code(const struct request *rq, struct flow *flow, const char *code)
{
	TRY(flow_code_digest(rq, flow, code, &flow->row.code_digest));
	flow->row.code_expires_at = rq->now_ms + flow->settings.link_minutes * MINUTE_MS;
	return OK;
}

void
flow_forget_code(struct flow *flow)
{
	flow->row.code_digest = (struct bytes){ .data = NULL };
	flow->row.code_expires_at = NONE;
	flow->data.sent_to = NULL;
	flow->data.resend_at = NONE;
}

enum err
flow_send_proof(const struct request *rq, struct tx *tx, struct flow *flow)
{
	const char *purpose = flow->kind == FLOW_RECOVER ? "reset" : "verification";
	struct proof_made made;
	struct mail mail;
	bool is_sent = false;

	TRY(make_proof(rq, &made));
	TRY(choose_mail(rq, tx, flow, &made, &mail));
	TRY(queue(tx, flow, &mail, &is_sent));
	TRY(add_link(tx, flow, &made, purpose, link_life_ms(flow), is_sent));
	/* What a recipient has stays good while they get nothing new. */
	if (is_sent || flow->data.link == NULL) {
		flow->data.link = hex_encode(tx->arena, made.link_digest);
		TRY(flow_note_code(rq, flow, made.code));
	}
	if (flow->row.expires_at < tx->now_ms + link_life_ms(flow))
		flow->row.expires_at = tx->now_ms + link_life_ms(flow);
	return OK;
}

/* ---- as the first factor ---- */

enum err
flow_mail_code(const struct request *rq, struct tx *tx, struct flow *flow)
{
	struct mail mail = first_factor_mail(rq, flow, "sign-in");
	bool is_sent = false;

	mail.template = MAIL_EMAIL_OTP;
	TRY(code_make(rq->arena, &mail.code));
	TRY(queue(tx, flow, &mail, &is_sent));
	return is_sent || flow->row.code_digest.data == NULL ? flow_note_code(rq, flow, mail.code) : OK;
}

enum err
flow_mail_link(const struct request *rq, struct tx *tx, struct flow *flow)
{
	struct mail mail = first_factor_mail(rq, flow, FLOW_MAGIC_LINK);
	int64_t life_ms = flow->settings.link_minutes * MINUTE_MS;
	struct proof_made made;
	bool is_sent = false;

	TRY(make_proof(rq, &made));
	mail.template = MAIL_MAGIC_LINK;
	mail.url = link_url(rq, &mail, &made);
	TRY(queue(tx, flow, &mail, &is_sent));
	TRY(add_link(tx, flow, &made, FLOW_MAGIC_LINK, life_ms, is_sent));
	if (is_sent || flow->data.link == NULL)
		flow->data.link = hex_encode(tx->arena, made.link_digest);
	if (flow->row.expires_at < tx->now_ms + life_ms)
		flow->row.expires_at = tx->now_ms + life_ms;
	return OK;
}
