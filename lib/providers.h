/*
 * The services that carry mails and texts: which there are, what each needs to know, and the shape of the request it takes. Pure.
 */
#ifndef GATEHOUSE_LIB_PROVIDERS_H
#define GATEHOUSE_LIB_PROVIDERS_H

#include "lib/fields.h"
#include "lib/mime.h"

enum mail_provider {
	MAIL_PLATFORM,	/* the installation's own way out (configuration, mail.*) */
	MAIL_SMTP,
	MAIL_SENDMAIL,
	MAIL_HTTP,	/* any service that takes our JSON */
	MAIL_RESEND,
	MAIL_SENDGRID,
	MAIL_SES,
	MAIL_MAILGUN,
	MAIL_POSTMARK,
	MAIL_PROVIDER_COUNT,
};

enum sms_provider { SMS_NONE, SMS_TWILIO, SMS_VONAGE, SMS_MESSAGEBIRD, SMS_HTTP, SMS_PROVIDER_COUNT };

/* NULL-terminated, in the order of the enums. */
extern const char *const mail_provider_names[];
extern const char *const sms_provider_names[];
extern const char *const sms_via_names[];	/* sms, whatsapp, voice */
extern const char *const smtp_security_names[];	/* tls, starttls */

/* What a project says about its provider; NULL where it said nothing. */
struct provider_account {
	const char *from_name, *from_address, *reply_to;
	const char *host, *security;
	int64_t port;
	const char *username; /* SMTP user, SES access key id, Twilio account, Vonage key */
	const char *region;
	const char *url, *header;
	const char *from; /* of texts: a number or a name */
	const char *secret;
};

/* Members of struct provider_account, as bits. */
enum provider_need {
	NEEDS_FROM_ADDRESS = 1 << 0,
	NEEDS_HOST = 1 << 1,
	NEEDS_USERNAME = 1 << 2,
	NEEDS_REGION = 1 << 3,
	NEEDS_URL = 1 << 4,
	NEEDS_SECRET = 1 << 5,
	NEEDS_FROM = 1 << 6,
};

unsigned mail_provider_needs(enum mail_provider);
unsigned sms_provider_needs(enum sms_provider);
/* May a text go by "whatsapp" or "voice"? */
bool sms_provider_brings(enum sms_provider, const char *via);

/* -1 for a name that isn't in the list. */
int provider_parse(const char *const *names, const char *name);

#define PROVIDER_HEADERS_MAX 8

/* An https POST. */
struct provider_call {
	const char *url;
	const char *headers[PROVIDER_HEADERS_MAX + 1];
	struct bytes body;
};

struct provider_text {
	const char *id; /* msg_… */
	const char *to; /* E.164 */
	const char *text;
	const char *via; /* sms, whatsapp, voice */
};

/* Only of the providers from MAIL_HTTP on, and from SMS_TWILIO on; the account has what they need. */
struct provider_call mail_provider_call(struct arena *, enum mail_provider, const struct provider_account *,
					const struct mime_mail *, int64_t now_ms);
struct provider_call sms_provider_call(struct arena *, enum sms_provider, const struct provider_account *,
				       const struct provider_text *);

enum provider_verdict { PROVIDER_TOOK_IT, PROVIDER_LATER, PROVIDER_REFUSED };

struct provider_answer {
	long status;
	const char *body;
	size_t body_len;
	const char *message_id_header; /* "" when absent */
};

/*
 * What an answer means (users.md rule 40): 4xx is final, 5xx isn't. *ret_text is the
 * provider's id of the message, or what went wrong in words that may be shown; "" when it said neither.
 */
enum provider_verdict mail_provider_judge(struct arena *, enum mail_provider, const struct provider_answer *, const char **ret_text);
enum provider_verdict sms_provider_judge(struct arena *, enum sms_provider, const struct provider_answer *, const char **ret_text);

/*
 * The Authorization header of AWS Signature Version 4 over a POST with a JSON body; `host` and `path` are the URL's. Exposed for its test.
 */
struct sigv4_request {
	const char *host, *path, *region, *service;
	const char *access_key_id, *secret_access_key;
	struct bytes body;
	int64_t now_ms;
};
/* *ret_date: the value of X-Amz-Date, which must be sent with it. */
const char *sigv4_authorization(struct arena *, const struct sigv4_request *, const char **ret_date);

#endif
