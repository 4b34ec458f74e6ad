/*
 * Mail providers with an API: one function a request shape, and one table.
 */
#include <string.h>

#include "lib/encode.h"
#include "lib/json.h"
#include "lib/provider_requests.h"

const char *const mail_provider_names[] = {
	[MAIL_PLATFORM] = "platform", [MAIL_SMTP] = "smtp",	    [MAIL_SENDMAIL] = "sendmail",
	[MAIL_HTTP] = "http",	      [MAIL_RESEND] = "resend",	    [MAIL_SENDGRID] = "sendgrid",
	[MAIL_SES] = "ses",	      [MAIL_MAILGUN] = "mailgun",   [MAIL_POSTMARK] = "postmark",
	[MAIL_PROVIDER_COUNT] = NULL,
};
const char *const smtp_security_names[] = { "tls", "starttls", NULL };

/* What a request is made of. */
struct making {
	struct arena *arena;
	const struct provider_account *account;
	const struct mime_mail *mail;
	int64_t now_ms;
};

typedef struct provider_call make_call(const struct making *);

static const char *
angled_id(const struct making *m)
{
	return arena_printf(m->arena, "<%s>", m->mail->message_id);
}

/* "Ada" <ada@example.com>; the quotes keep a comma in a name from making two senders of it. */
static const char *
sender(const struct making *m)
{
	struct buffer out = buffer_new(m->arena);

	if (m->mail->from_name == NULL || m->mail->from_name[0] == '\0')
		return m->mail->from_address;
	buffer_char(&out, '"');
	for (const char *at = m->mail->from_name; *at != '\0'; at++) {
		if (*at == '"' || *at == '\\')
			buffer_char(&out, '\\');
		buffer_char(&out, *at);
	}
	buffer_printf(&out, "\" <%s>", m->mail->from_address);
	return buffer_string(&out);
}

static struct provider_call
json_call(const char *url, struct buffer *body)
{
	buffer_char(body, '}');
	return (struct provider_call){ .url = url, .headers = { JSON_TYPE }, .body = buffer_bytes(body) };
}

/* ---- shapes ---- */

static struct provider_call
make_http(const struct making *m)
{
	struct buffer body = buffer_new(m->arena);

	add_member(&body, "message_id", m->mail->message_id);
	add_member(&body, "from", sender(m));
	add_member(&body, "to", m->mail->to_address);
	add_member(&body, "reply_to", m->mail->reply_to);
	add_member(&body, "subject", m->mail->subject);
	add_member(&body, "text", m->mail->text);
	add_member(&body, "html", m->mail->html);
	struct provider_call call = json_call(m->account->url, &body);
	if (m->account->secret != NULL)
		call.headers[1] = secret_header(
		    m->arena, m->account->header != NULL ? m->account->header : "Authorization", "", m->account->secret);
	return call;
}

static struct provider_call
make_resend(const struct making *m)
{
	struct buffer body = buffer_new(m->arena);

	add_member(&body, "from", sender(m));
	add_member(&body, "to", m->mail->to_address);
	add_member(&body, "reply_to", m->mail->reply_to);
	add_member(&body, "subject", m->mail->subject);
	add_member(&body, "text", m->mail->text);
	add_member(&body, "html", m->mail->html);
	buffer_text(&body, ",\"headers\":{\"Message-ID\":");
	buffer_json_string(&body, angled_id(m));
	buffer_char(&body, '}');
	struct provider_call call = json_call("https://api.resend.com/emails", &body);
	call.headers[1] = secret_header(m->arena, "Authorization", "Bearer ", m->account->secret);
	call.headers[2] = arena_printf(m->arena, "Idempotency-Key: %s", m->mail->message_id);
	return call;
}

static void
add_sendgrid_content(struct buffer *body, const struct mime_mail *mail)
{
	buffer_text(body, ",\"content\":[{\"type\":\"text/plain\",\"value\":");
	buffer_json_string(body, mail->text);
	if (mail->html != NULL) {
		buffer_text(body, "},{\"type\":\"text/html\",\"value\":");
		buffer_json_string(body, mail->html);
	}
	buffer_text(body, "}]");
}

static struct provider_call
make_sendgrid(const struct making *m)
{
	struct buffer body = buffer_new(m->arena);

	add_member(&body, "subject", m->mail->subject);
	buffer_text(&body, ",\"personalizations\":[{\"to\":[{\"email\":");
	buffer_json_string(&body, m->mail->to_address);
	buffer_text(&body, "}]}],\"from\":{\"email\":");
	buffer_json_string(&body, m->mail->from_address);
	add_member(&body, "name", m->mail->from_name);
	buffer_char(&body, '}');
	if (m->mail->reply_to != NULL) {
		buffer_text(&body, ",\"reply_to\":{\"email\":");
		buffer_json_string(&body, m->mail->reply_to);
		buffer_char(&body, '}');
	}
	add_sendgrid_content(&body, m->mail);
	buffer_text(&body, ",\"headers\":{\"Message-ID\":");
	buffer_json_string(&body, angled_id(m));
	buffer_char(&body, '}');
	struct provider_call call = json_call("https://api.sendgrid.com/v3/mail/send", &body);
	call.headers[1] = secret_header(m->arena, "Authorization", "Bearer ", m->account->secret);
	return call;
}

/* SES takes the very octets that SMTP would. */
static struct provider_call
make_ses(const struct making *m)
{
	static const char path[] = "/v2/email/outbound-emails";
	const char *host = arena_printf(m->arena, "email.%s.amazonaws.com", m->account->region);
	struct buffer body = buffer_new(m->arena);
	const char *date;

	add_member(&body, "FromEmailAddress", sender(m));
	buffer_text(&body, ",\"Destination\":{\"ToAddresses\":[");
	buffer_json_string(&body, m->mail->to_address);
	buffer_text(&body, "]},\"Content\":{\"Raw\":{\"Data\":");
	buffer_json_string(&body, base64_encode(m->arena, mime_write(m->arena, m->mail)));
	buffer_text(&body, "}}");
	struct provider_call call = json_call(arena_printf(m->arena, "https://%s%s", host, path), &body);
	call.headers[1] = sigv4_authorization(m->arena,
					      &(struct sigv4_request){
						  .host = host,
						  .path = path,
						  .region = m->account->region,
						  .service = "ses",
						  .access_key_id = m->account->username,
						  .secret_access_key = m->account->secret,
						  .body = call.body,
						  .now_ms = m->now_ms,
					      },
					      &date);
	call.headers[2] = arena_printf(m->arena, "X-Amz-Date: %s", date);
	return call;
}

static struct provider_call
make_mailgun(const struct making *m)
{
	bool is_eu = m->account->region != NULL && strcmp(m->account->region, "eu") == 0;
	const char *domain = strrchr(m->mail->from_address, '@');
	struct buffer body = buffer_new(m->arena);

	add_form(&body, "from", sender(m));
	add_form(&body, "to", m->mail->to_address);
	add_form(&body, "subject", m->mail->subject);
	add_form(&body, "text", m->mail->text);
	add_form(&body, "html", m->mail->html);
	add_form(&body, "h:Reply-To", m->mail->reply_to);
	add_form(&body, "h:Message-Id", angled_id(m));
	return (struct provider_call){
		.url = arena_printf(m->arena, "https://api.%smailgun.net/v3/%s/messages", is_eu ? "eu." : "",
				    domain == NULL ? "" : domain + 1),
		.headers = { FORM_TYPE, basic_header(m->arena, "api", m->account->secret) },
		.body = buffer_bytes(&body),
	};
}

/* X-PM-KeepID lets our Message-ID be the mail's. */
static struct provider_call
make_postmark(const struct making *m)
{
	struct buffer body = buffer_new(m->arena);

	add_member(&body, "From", sender(m));
	add_member(&body, "To", m->mail->to_address);
	add_member(&body, "ReplyTo", m->mail->reply_to);
	add_member(&body, "Subject", m->mail->subject);
	add_member(&body, "TextBody", m->mail->text);
	add_member(&body, "HtmlBody", m->mail->html);
	add_member(&body, "MessageStream", "outbound");
	buffer_text(&body, ",\"Headers\":[{\"Name\":\"Message-ID\",\"Value\":");
	buffer_json_string(&body, angled_id(m));
	buffer_text(&body, "},{\"Name\":\"X-PM-KeepID\",\"Value\":\"true\"}]");
	struct provider_call call = json_call("https://api.postmarkapp.com/email", &body);
	call.headers[1] = secret_header(m->arena, "X-Postmark-Server-Token", "", m->account->secret);
	call.headers[2] = "Accept: application/json";
	return call;
}

/* ---- the table ---- */

static const struct shape {
	unsigned needs;
	make_call *make;
	const char *id_members[3]; /* where the answer has its own name for the mail */
} shapes[] = {
	[MAIL_PLATFORM] = { 0 },
	[MAIL_SMTP] = { .needs = NEEDS_FROM_ADDRESS | NEEDS_HOST },
	[MAIL_SENDMAIL] = { .needs = NEEDS_FROM_ADDRESS },
	[MAIL_HTTP] = { NEEDS_FROM_ADDRESS | NEEDS_URL, make_http, { "message_id", "id" } },
	[MAIL_RESEND] = { NEEDS_FROM_ADDRESS | NEEDS_SECRET, make_resend, { "id" } },
	[MAIL_SENDGRID] = { NEEDS_FROM_ADDRESS | NEEDS_SECRET, make_sendgrid, { NULL } },
	[MAIL_SES] = { NEEDS_FROM_ADDRESS | NEEDS_USERNAME | NEEDS_REGION | NEEDS_SECRET, make_ses, { "MessageId" } },
	[MAIL_MAILGUN] = { NEEDS_FROM_ADDRESS | NEEDS_SECRET, make_mailgun, { "id" } },
	[MAIL_POSTMARK] = { NEEDS_FROM_ADDRESS | NEEDS_SECRET, make_postmark, { "MessageID" } },
};

unsigned
mail_provider_needs(enum mail_provider provider)
{
	return shapes[provider].needs;
}

struct provider_call
mail_provider_call(struct arena *arena, enum mail_provider provider, const struct provider_account *account,
		   const struct mime_mail *mail, int64_t now_ms)
{
	const struct making making = { .arena = arena, .account = account, .mail = mail, .now_ms = now_ms };

	return shapes[provider].make(&making);
}

enum provider_verdict
mail_provider_judge(struct arena *arena, enum mail_provider provider, const struct provider_answer *answer,
		    const char **ret_text)
{
	enum provider_verdict verdict = provider_judge_status(answer->status);

	if (verdict != PROVIDER_TOOK_IT) {
		*ret_text = provider_explain(arena, answer);
		return verdict;
	}
	const char *id = provider_answer_member(arena, answer, shapes[provider].id_members);
	*ret_text = id != NULL ? id : answer->message_id_header;
	return verdict;
}
