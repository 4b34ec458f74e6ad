/*
 * SMTP, sendmail, files, and providers with an API.
 */
#include "jobs/transports.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/mime.h"
#include "sys/fetch.h"
#include "sys/pipe.h"
#include "sys/system.h"

#define SENDMAIL_MS (10 * SECOND_MS)
#define PORT_TLS      465
#define PORT_STARTTLS 587

/* What sendmail's exit status means (sysexits.h), where it isn't "try again". */
static const int refusals[] = { 64, 65, 67, 68, 69, 77 };

/* ---- the installation's own way ---- */

/* Transport file, for development and tests: one file a message, there whole or not at all. */
static enum sending
write_file(struct job_worker *worker, const char *id, struct bytes data, const char **ret_text)
{
	const char *folder = worker->config->mail.directory;
	const char *path = arena_printf(worker->arena, "%s/%s.eml", folder, id);

	if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
		*ret_text = "mail.directory can't be made";
		return SENDING_LATER;
	}
	if (!file_write(path, data.data, data.len, 0600)) {
		*ret_text = "mail.directory can't be written to";
		return SENDING_LATER;
	}
	return SENDING_DONE;
}

static enum sending
send_platform(struct job_worker *worker, const char *id, const struct smtp_mail *mail, const char **ret_text)
{
	struct smtp_server server;

	if (strcmp(worker->config->mail.transport, "file") == 0)
		return write_file(worker, id, mail->data, ret_text);
	if (!smtp_platform(worker->arena, worker->config, &server, ret_text))
		return SENDING_LATER;
	return smtp_send(worker->arena, worker->config, &server, mail, worker->heartbeat, ret_text);
}

/* ---- a project's own ---- */

static enum sending
send_smtp(struct job_worker *worker, const struct provider_account *account, const struct smtp_mail *mail,
	  const char **ret_text)
{
	bool is_tls = account->security != NULL && strcmp(account->security, "tls") == 0;
	int64_t port = account->port != NONE ? account->port : is_tls ? PORT_TLS : PORT_STARTTLS;

	return smtp_send(worker->arena, worker->config,
			 &(struct smtp_server){
			     .url = arena_printf(worker->arena, "%s://%s:%d", is_tls ? "smtps" : "smtp", account->host,
						 (int)port),
			     .user = account->username == NULL ? "" : account->username,
			     .password = account->secret == NULL ? "" : account->secret,
			     .ca_file = "",
			     .require_tls = true,
			     .is_a_projects = true,
			 },
			 mail, worker->heartbeat, ret_text);
}

static enum sending
send_sendmail(struct job_worker *worker, const struct smtp_mail *mail, const char **ret_text)
{
	const char *program = worker->config->mail.sendmail;
	const char *const argv[] = { program, "-i", "-f", mail->from, "--", mail->to, NULL };
	int code = 0;

	if (program[0] == '\0') {
		*ret_text = "this installation has no sendmail for projects";
		return SENDING_REFUSED;
	}
	switch (pipe_to_program(argv, mail->data, SENDMAIL_MS, worker->heartbeat, &code)) {
	case PIPE_FAILED:
		*ret_text = "sendmail can't be run";
		return SENDING_LATER;
	case PIPE_TIMEOUT:
		*ret_text = "sendmail didn't end within 10 seconds";
		return SENDING_UNSURE;
	case PIPE_EXITED:
		break;
	}
	if (code == 0)
		return SENDING_DONE;
	*ret_text = arena_printf(worker->arena, "sendmail ended with %d%s", code,
				 programs_gain_no_privileges() ? " (if it needs setuid or setgid, it can't work in this service)" : "");
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
		if (refusals[i] == code)
			return SENDING_REFUSED;
	return SENDING_LATER;
}

static enum sending
sending_of(enum provider_verdict verdict)
{
	switch (verdict) {
	case PROVIDER_TOOK_IT:
		return SENDING_DONE;
	case PROVIDER_LATER:
		return SENDING_LATER;
	case PROVIDER_REFUSED:
		break;
	}
	return SENDING_REFUSED;
}

/* SENDING_DONE: there is an answer to be judged. */
static enum sending
call_provider(struct job_worker *worker, const struct provider_call *call, struct provider_answer *ret,
	      const char **ret_text)
{
	struct fetch_request request = { .method = "POST", .url = call->url, .body = call->body, .heartbeat = worker->heartbeat };
	struct fetch_answer answer;

	for (size_t i = 0; call->headers[i] != NULL; i++)
		request.headers[i] = call->headers[i];
	switch (fetch(worker->arena, worker->config, &request, &answer, ret_text)) {
	case FETCH_NOT_ALLOWED:
		return SENDING_REFUSED;
	case FETCH_FAILED:
		return SENDING_LATER;
	case FETCH_UNANSWERED:
		return SENDING_UNSURE;
	case FETCH_ANSWERED:
		break;
	}
	*ret = (struct provider_answer){
		.status = answer.status,
		.body = answer.body,
		.body_len = answer.body_len,
		.message_id_header = fetch_header(worker->arena, &answer, "x-message-id"),
	};
	return SENDING_DONE;
}

/* ---- mail ---- */

static const char *
message_id(struct job_worker *worker, const char *id)
{
	const char *host = worker->config->public_url + strlen("https://");

	return arena_printf(worker->arena, "%s@%.*s", id, (int)strcspn(host, ":/"), host);
}

static const char *
or_else(const char *value, const char *fallback)
{
	return value != NULL ? value : fallback;
}

/* The platform's mail comes from the platform's address, under the project's name. */
static struct mime_mail
make_mail(struct job_worker *worker, const struct provider_settings *settings, const struct delivery *delivery,
	  const char *to)
{
	const struct provider_account *account = &settings->account;
	bool is_platform = settings->provider == MAIL_PLATFORM;
	const char *own_name = is_platform ? worker->config->mail.from_name : "";

	return (struct mime_mail){
		.from_name = or_else(account->from_name, own_name),
		.from_address = is_platform ? worker->config->mail.from_address : or_else(account->from_address, ""),
		.to_address = to,
		.reply_to = account->reply_to,
		.subject = delivery->letter->subject,
		.text = delivery->letter->text,
		.html = delivery->letter->html,
		.message_id = message_id(worker, delivery->id),
		.date_ms = delivery->created_at,
	};
}

/* Ways that take a mail as it is, and have no id of their own for it. */
static enum sending
send_octets(struct job_worker *worker, const struct provider_settings *settings, const char *id,
	    const struct mime_mail *mail, const char **ret_text)
{
	const struct smtp_mail letter = {
		.from = mail->from_address, .to = mail->to_address, .data = mime_write(worker->arena, mail),
	};
	enum sending sending;

	if (settings->provider == MAIL_PLATFORM)
		sending = send_platform(worker, id, &letter, ret_text);
	else if (settings->provider == MAIL_SMTP)
		sending = send_smtp(worker, &settings->account, &letter, ret_text);
	else
		sending = send_sendmail(worker, &letter, ret_text);
	if (sending == SENDING_DONE)
		*ret_text = "";
	return sending;
}

enum sending
transport_mail(struct job_worker *worker, const struct provider_settings *settings, const struct delivery *delivery,
	       const char **ret_text)
{
	enum mail_provider provider = (enum mail_provider)settings->provider;
	struct provider_answer answer;
	const char *to;

	*ret_text = "";
	if (!mime_envelope_address(worker->arena, delivery->recipient, &to)) {
		*ret_text = "the address isn't one that mail can go to";
		return SENDING_REFUSED;
	}
	const struct mime_mail mail = make_mail(worker, settings, delivery, to);
	if (provider <= MAIL_SENDMAIL)
		return send_octets(worker, settings, delivery->id, &mail, ret_text);
	const struct provider_call call =
	    mail_provider_call(worker->arena, provider, &settings->account, &mail, worker->now_ms);
	enum sending sending = call_provider(worker, &call, &answer, ret_text);
	if (sending != SENDING_DONE)
		return sending;
	return sending_of(mail_provider_judge(worker->arena, provider, &answer, ret_text));
}

/* ---- texts ---- */

enum sending
transport_sms(struct job_worker *worker, const struct provider_settings *settings, const struct delivery *delivery,
	      const char **ret_text)
{
	enum sms_provider provider = (enum sms_provider)settings->provider;
	const char *via = delivery->letter->subject;
	struct provider_answer answer;

	if (via[0] == '\0')
		via = or_else(settings->default_channel, sms_via_names[0]);
	if (provider == SMS_NONE) {
		*ret_text = "no provider for text messages is set up";
		return SENDING_REFUSED;
	}
	if (!sms_provider_brings(provider, via)) {
		*ret_text = arena_printf(worker->arena, "the provider doesn't bring messages by %s", via);
		return SENDING_REFUSED;
	}
	const struct provider_call call = sms_provider_call(
	    worker->arena, provider, &settings->account,
	    &(struct provider_text){
		.id = delivery->id, .to = delivery->recipient, .text = delivery->letter->text, .via = via });
	enum sending sending = call_provider(worker, &call, &answer, ret_text);
	if (sending != SENDING_DONE)
		return sending;
	return sending_of(sms_provider_judge(worker->arena, provider, &answer, ret_text));
}
