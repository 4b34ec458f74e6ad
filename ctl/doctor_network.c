/*
 * Doctor: the sockets of the workers, nginx in front of them, its certificate, and the mail server.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <curl/curl.h>

#include "ctl/doctor.h"
#include "lib/buffer.h"
#include "sys/smtp.h"
#include "sys/system.h"

#define ANSWER_MS (10 * SECOND_MS)
#define ANSWER_BYTES_MAX 4096
#define CERTIFICATE_WARN_MS (21 * DAY_MS)

static bool
socket_answers(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path))
		return false;
	memcpy(address.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	bool answers = connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
	close(fd);
	return answers;
}

static void
check_sockets(struct doctor *doctor)
{
	static const char *const names[] = { "request.sock", "password.sock" };
	struct ctl *ctl = doctor->ctl;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *path = arena_printf(ctl->arena, "%s/%s", ctl->config->process.directory, names[i]);
		if (socket_answers(path))
			doctor_ok(doctor, "socket", path);
		else
			doctor_fail(doctor, "socket",
				    arena_printf(ctl->arena, "%s: %s", path, strerrordesc_np(errno)),
				    errno == EACCES ? "run it as root or in the group gatehouse"
						    : "start gatehouse.service");
	}
}

/* ---- nginx ---- */

struct answer {
	struct buffer body;
	long status;
	CURLcode result;
	int64_t certificate_until;	/* NONE when not told */
};

static size_t
keep_body(char *data, size_t size, size_t count, void *context)
{
	struct answer *answer = context;

	if (answer->body.len + size * count > ANSWER_BYTES_MAX)
		return 0;
	buffer_add(&answer->body, data, size * count);
	return size * count;
}

/* "Expire date:2027-01-15 10:30:00 GMT" of the first certificate, as libcurl with OpenSSL writes it. */
static int64_t
certificate_end(struct arena *arena, CURL *curl)
{
	static const char label[] = "Expire date:";
	struct curl_certinfo *info = NULL;

	if (curl_easy_getinfo(curl, CURLINFO_CERTINFO, &info) != CURLE_OK || info == NULL ||
	    info->num_of_certs < 1)
		return NONE;
	for (const struct curl_slist *line = info->certinfo[0]; line != NULL; line = line->next) {
		if (strncmp(line->data, label, strlen(label)) != 0)
			continue;
		time_t until = curl_getdate(arena_printf(arena, "%s", line->data + strlen(label)), NULL);
		return until == (time_t)-1 ? NONE : (int64_t)until * 1000;
	}
	return NONE;
}

static void
ask(struct ctl *ctl, CURL *curl, const char *url, bool verify, struct answer *answer)
{
	*answer = (struct answer){ .body = buffer_new(ctl->arena), .certificate_until = NONE };
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)ANSWER_MS);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	curl_easy_setopt(curl, CURLOPT_CERTINFO, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
	answer->result = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
	answer->certificate_until = certificate_end(ctl->arena, curl);
}

static void
judge_certificate(struct doctor *doctor, const char *check, const struct answer *answer)
{
	struct ctl *ctl = doctor->ctl;
	int64_t left_ms;

	if (answer->certificate_until == NONE)
		return;
	left_ms = answer->certificate_until - clock_now_ms(ctl->config);
	const char *message = arena_printf(ctl->arena, "%lld days of the certificate are left",
					   (long long)(left_ms / DAY_MS));
	if (left_ms <= 0)
		doctor_fail(doctor, check, "the certificate has expired", "renew it and reload nginx");
	else if (left_ms < CERTIFICATE_WARN_MS)
		doctor_warn(doctor, check, message, "renew it and reload nginx");
	else
		doctor_ok(doctor, check, message);
}

static void
judge_answer(struct doctor *doctor, const char *url, const struct answer *answer)
{
	struct ctl *ctl = doctor->ctl;

	if (answer->result != CURLE_OK)
		doctor_fail(doctor, "nginx",
			    arena_printf(ctl->arena, "%s: %s", url, curl_easy_strerror(answer->result)),
			    "start nginx with the shipped site; see public_url and auth_url");
	else if (answer->status != 200 || strstr(buffer_string(&answer->body), "\"status\":\"ok\"") == NULL)
		doctor_fail(doctor, "nginx",
			    arena_printf(ctl->arena, "%s answers %ld, and not as Gatehouse does", url,
					 answer->status),
			    "compare nginx's site with the shipped one");
	else
		doctor_ok(doctor, "nginx", arena_printf(ctl->arena, "%s answers", url));
}

/*
 * First as a browser would; when the certificate isn't trusted here, once more without, to tell the two faults
 * apart.
 */
static void
check_site(struct doctor *doctor, const char *base_url)
{
	struct ctl *ctl = doctor->ctl;
	const char *url = arena_printf(ctl->arena, "%s/healthz", base_url);
	struct answer answer;
	CURL *curl = curl_easy_init();

	if (curl == NULL) {
		doctor_fail(doctor, "nginx", "libcurl can't start", "free some memory");
		return;
	}
	ask(ctl, curl, url, true, &answer);
	if (answer.result == CURLE_PEER_FAILED_VERIFICATION) {
		doctor_warn(
			doctor, "tls",
			arena_printf(ctl->arena, "this machine doesn't trust the certificate of %s", base_url),
			"use one of a public authority, or install your own authority's certificate");
		ask(ctl, curl, url, false, &answer);
	}
	judge_answer(doctor, url, &answer);
	judge_certificate(doctor, "tls", &answer);
	curl_easy_cleanup(curl);
}

static void
check_mail(struct doctor *doctor)
{
	struct ctl *ctl = doctor->ctl;
	const struct config *config = ctl->config;
	const char *reason;

	if (strcmp(config->mail.transport, "file") == 0) {
		doctor_warn(doctor, "mail",
			    arena_printf(ctl->arena, "mail is written to %s and goes to nobody",
					 config->mail.directory),
			    "set mail.transport to smtp");
		return;
	}
	if (smtp_check(ctl->arena, config, &reason))
		doctor_ok(doctor, "mail", arena_printf(ctl->arena, "%s takes mail from us", config->mail.url));
	else
		doctor_fail(doctor, "mail", arena_printf(ctl->arena, "%s: %s", config->mail.url, reason),
			    "see mail.* in the configuration");
	if (!config->mail.require_tls)
		doctor_warn(doctor, "mail", "mail may go unencrypted", "set mail.require_tls");
}

/*
 * gatehouse-jobs.service has NoNewPrivileges: a sendmail that queues by setuid or setgid (Postfix does by postdrop, Exim by itself) fails
 * in every try.
 */
static void
check_sendmail(struct doctor *doctor)
{
	static const char postdrop[] = "/usr/sbin/postdrop";
	const char *program = doctor->ctl->config->mail.sendmail;
	struct stat about;

	if (program[0] == '\0' || stat(program, &about) != 0)
		return;
	if ((about.st_mode & (S_ISUID | S_ISGID)) == 0 && access(postdrop, F_OK) != 0) {
		doctor_ok(doctor, "sendmail", arena_printf(doctor->ctl->arena, "projects may hand their mail to %s", program));
		return;
	}
	doctor_warn(doctor, "sendmail",
		    arena_printf(doctor->ctl->arena, "%s needs setuid or setgid, which the job workers' service takes away", program),
		    "empty mail.sendmail, or name a program that hands mail on by SMTP, such as msmtp");
}

void
doctor_check_network(struct doctor *doctor)
{
	const struct config *config = doctor->ctl->config;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		doctor_fail(doctor, "network", "libcurl can't start", "free some memory");
		return;
	}
	check_sockets(doctor);
	check_site(doctor, config->public_url);
	if (strcmp(config->public_url, config->auth_url) != 0)
		check_site(doctor, config->auth_url);
	check_mail(doctor);
	check_sendmail(doctor);
	curl_global_cleanup();
}
