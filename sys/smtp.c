/*
 * SMTP by libcurl: STARTTLS or smtps, certificates checked, and what the server's answers mean (RFC 5321
 * section 4.2.1).
 */
#include "sys/smtp.h"

#include <string.h>

#include <curl/curl.h>

#include "sys/outgoing.h"
#include "sys/system.h"

#define CONNECT_MS (10 * SECOND_MS)
#define ANSWER_S 10L
#define PASSWORD_FILE_BYTES_MAX 4096

struct transfer {
	struct bytes data;
	size_t sent;
	bool data_was_asked_for;	/* so the recipient was accepted */
	void (*heartbeat)(void);
};

static size_t
hand_over(char *room, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	size_t left = transfer->data.len - transfer->sent;
	size_t len = size * count < left ? size * count : left;

	transfer->data_was_asked_for = true;
	memcpy(room, transfer->data.data + transfer->sent, len);
	transfer->sent += len;
	return len;
}

static int
show_life(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct transfer *transfer = context;

	(void)a, (void)b, (void)c, (void)d;
	transfer->heartbeat();
	return 0;
}

/*
 * 5yz to MAIL, RCPT, DATA or the text itself is final for this mail. A 5yz before that (greeting, AUTH,
 * STARTTLS) is about the server's or our own setting, which somebody may put right within the two hours.
 */
static enum sending
judge(CURLcode result, long answer, const struct transfer *transfer)
{
	if (result == CURLE_OK)
		return SENDING_DONE;
	bool is_answer_to_mail = result == CURLE_SEND_ERROR ||
				 (transfer->data_was_asked_for &&
				  (result == CURLE_RECV_ERROR || result == CURLE_WEIRD_SERVER_REPLY));
	if (is_answer_to_mail && answer >= 500 && answer < 600)
		return SENDING_REFUSED;
	/* 354 is the last that was heard: the text is there, and what became of it isn't known. */
	return answer == 354 && transfer->sent == transfer->data.len ? SENDING_UNSURE : SENDING_LATER;
}

static const char *
explain(struct arena *arena, CURLcode result, long answer, const char *text)
{
	const char *what = text[0] == '\0' ? curl_easy_strerror(result) : text;

	return answer == 0 ? arena_printf(arena, "%s", what)
			   : arena_printf(arena, "SMTP %ld: %s", answer, what);
}

/* The first line of the password file. */
static bool
read_password(struct arena *arena, const char *file, const char **ret_password)
{
	const char *text;
	size_t len;

	if (!file_read(arena, file, PASSWORD_FILE_BYTES_MAX, &text, &len))
		return false;
	char *password = arena_strndup(arena, text, strcspn(text, "\r\n"));
	arena_wipe_later(arena, password, strlen(password));
	*ret_password = password;
	return true;
}

bool
smtp_platform(struct arena *arena, const struct config *config, struct smtp_server *ret, const char **ret_reason)
{
	struct smtp_server server = {
		.url = config->mail.url,
		.user = config->mail.user,
		.password = "",
		.ca_file = config->mail.ca_file,
		.require_tls = config->mail.require_tls,
	};

	if (server.user[0] != '\0' && !read_password(arena, config->mail.password_file, &server.password)) {
		*ret_reason = "mail.password_file can't be read";
		return false;
	}
	*ret = server;
	return true;
}

/* libcurl says EHLO with the path of the URL: our own name, not the machine's. */
static const char *
url_with_our_name(struct arena *arena, const struct config *config, const char *url)
{
	const char *host = config->public_url + strcspn(config->public_url, "/");

	host += strspn(host, "/");
	size_t url_len = strlen(url);
	while (url_len > 0 && url[url_len - 1] == '/')
		url_len--;
	return arena_printf(arena, "%.*s/%.*s", (int)url_len, url, (int)strcspn(host, ":/"), host);
}

static void
set_server(CURL *curl, struct arena *arena, const struct config *config, const struct smtp_server *server)
{
	curl_easy_setopt(curl, CURLOPT_URL, url_with_our_name(arena, config, server->url));
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_USE_SSL,
			 (long)(server->require_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (server->ca_file[0] != '\0')
		curl_easy_setopt(curl, CURLOPT_CAINFO, server->ca_file);
	if (server->user[0] != '\0') {
		curl_easy_setopt(curl, CURLOPT_USERNAME, server->user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD, server->password);
	}
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, ANSWER_S);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)SMTP_TOTAL_MS);
}

static enum sending
transfer_mail(struct arena *arena, CURL *curl, const struct smtp_mail *mail, struct transfer *transfer,
	      const char **ret_reason)
{
	char text[CURL_ERROR_SIZE] = "";
	long answer = 0;
	struct curl_slist *to = curl_slist_append(NULL, mail->to);

	if (to == NULL) {
		*ret_reason = "no memory for the recipient";
		return SENDING_LATER;
	}
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, text);
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, mail->from);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, hand_over);
	curl_easy_setopt(curl, CURLOPT_READDATA, transfer);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, show_life);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);

	CURLcode result = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
	curl_slist_free_all(to);
	enum sending outcome = judge(result, answer, transfer);
	*ret_reason = outcome == SENDING_DONE ? NULL : explain(arena, result, answer, text);
	return outcome;
}

enum sending
smtp_send(struct arena *arena, const struct config *config, const struct smtp_server *server,
	  const struct smtp_mail *mail, void (*heartbeat)(void), const char **ret_reason)
{
	struct transfer transfer = { .data = mail->data, .heartbeat = heartbeat };
	struct outgoing outgoing = { .config = config, .heartbeat = heartbeat };
	CURL *curl = curl_easy_init();

	if (curl == NULL) {
		*ret_reason = "libcurl can't start";
		return SENDING_LATER;
	}
	set_server(curl, arena, config, server);
	if (server->is_a_projects)
		outgoing_guard(&outgoing, curl);
	enum sending outcome = transfer_mail(arena, curl, mail, &transfer, ret_reason);
	curl_easy_cleanup(curl);
	outgoing_end(&outgoing);
	if (!outgoing.was_refused || outcome == SENDING_DONE)
		return outcome;
	*ret_reason = "the server isn't at a public address";
	return SENDING_REFUSED;
}

bool
smtp_check(struct arena *arena, const struct config *config, const char **ret_reason)
{
	char text[CURL_ERROR_SIZE] = "";
	long answer = 0;
	struct smtp_server server;

	if (!smtp_platform(arena, config, &server, ret_reason))
		return false;
	CURL *curl = curl_easy_init();
	if (curl == NULL) {
		*ret_reason = "libcurl can't start";
		return false;
	}
	set_server(curl, arena, config, &server);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, text);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "NOOP");
	curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	CURLcode result = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
	if (result != CURLE_OK)
		*ret_reason = explain(arena, result, answer, text);
	curl_easy_cleanup(curl);
	return result == CURLE_OK;
}
