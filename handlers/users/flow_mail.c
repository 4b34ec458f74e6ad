/*
 * What a flow mails: a code with a link, a reset link, or word that an account exists. The same
 * work for known and unknown people.
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "domain/mail.h"
#include "lib/codes.h"
#include "lib/encode.h"
#include "lib/secrets.h"

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

static struct mail
mail_of(const struct request *rq, const struct flow *flow, const char *page)
{
	return (struct mail){
		.project_id = flow->row.project_id,
		/* The stored address where there is one, never the typed one (rule 1). */
		.recipient = flow->row.user_email != NULL ? flow->row.user_email : flow->data.email,
		.url = flow_page_url(rq, flow->row.project_id, flow->row.default_client_id, page),
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
	if (flow->kind != FLOW_SIGN_UP || flow->data.identity_subject != NULL)
		return OK;
	enum err e = flow_find_user(tx, flow, &user);
	if (e == OK)
		*ret_mail = taken_mail(rq, flow, &user);
	return e == ERR_NO_ROW ? OK : e;
}

/* ---- writing it ---- */

/*
 * The row of a link that nobody will get is written too: it opens nothing, and takes the same time.
 */
static enum err
add_link(struct tx *tx, const struct flow *flow, const struct proof_made *made, bool is_sent)
{
	const char *purpose = flow->kind == FLOW_RECOVER ? "reset" : "verification";

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
		.target = { .data = (const uint8_t *)flow->data.email_key,
			    .len = strlen(flow->data.email_key) },
		.expires_at = tx->now_ms + link_life_ms(flow),
	    },
	    NULL);
}

enum err
flow_send_proof(const struct request *rq, struct tx *tx, struct flow *flow)
{
	struct proof_made made;
	struct mail mail;
	enum err e;

	TRY(make_proof(rq, &made));
	TRY(choose_mail(rq, tx, flow, &made, &mail));
	e = mail_queue(tx, &mail);
	/*
	 * A recipient who has had enough isn't told apart from one who gets it (rule 14); what they
	 * have stays good.
	 */
	bool is_sent = e != ERR_RATE_LIMITED;
	if (is_sent)
		TRY(e);
	TRY(add_link(tx, flow, &made, is_sent));
	if (is_sent || flow->data.link == NULL) {
		flow->data.link = hex_encode(tx->arena, made.link_digest);
		TRY(flow_code_digest(rq, flow, made.code, &flow->row.code_digest));
		flow->row.code_expires_at = tx->now_ms + flow->settings.link_minutes * MINUTE_MS;
	}
	flow->data.resend_at = tx->now_ms + FLOW_RESEND_MS;
	if (flow->row.expires_at < tx->now_ms + link_life_ms(flow))
		flow->row.expires_at = tx->now_ms + link_life_ms(flow);
	return OK;
}
