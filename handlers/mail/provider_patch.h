/*
 * What mail_settings and sms_settings have in common: one input, one view, one way through a PATCH.
 */
#ifndef GATEHOUSE_HANDLERS_MAIL_PROVIDER_PATCH_H
#define GATEHOUSE_HANDLERS_MAIL_PROVIDER_PATCH_H

#include "domain/messages.h"
#include "domain/provider_settings.h"
#include "fcgi/request.h"

struct provider_patch {
	struct {
		bool provider, from_name, from_address, reply_to, host, port, security, username, password, api_key,
		    region, url, header, from, default_channel, locale, switches;
	} has;
	const char *provider;
	const char *from_name;
	const char *from_address;
	const char *reply_to;
	const char *host;
	int64_t port;
	const char *security;
	const char *username;
	const char *password;
	const char *api_key;
	const char *region;
	const char *url;
	const char *header;
	const char *from;
	const char *default_channel;
	const char *locale;
	const char *switches;
};

struct secret_view {
	bool set;
	const char *last4;
};

struct provider_view {
	const char *provider;
	const char *from_name;
	const char *from_address;
	const char *reply_to;
	const char *host;
	int64_t port;
	const char *security;
	const char *username;
	const struct secret_view *password;
	const struct secret_view *api_key;
	const char *region;
	const char *url;
	const char *header;
	const char *from;
	const char *default_channel;
	const char *locale;
	const char *switches;
	int64_t updated_at;
};

/* Pieces that both input tables are made of. */
#define PATCH_USERNAME                                                                                      \
	IN_STRING(struct provider_patch, username, .max = 255, .flags = FIELD_NULLABLE,                     \
		  .description = "SMTP user, SES access key id, Twilio account, Vonage key")
#define PATCH_API_KEY                                                                                       \
	IN_STRING(struct provider_patch, api_key, .max = 2048, .flags = FIELD_NULLABLE | FIELD_SECRET,      \
		  .description = "Never shown again; saving without it keeps it")
#define PATCH_URL                                                                                           \
	IN_STRING(struct provider_patch, url, .max = 2048, .check = https_url_check, .flags = FIELD_NULLABLE, \
		  .description = "Of provider http: takes a POST of JSON")
#define PATCH_HEADER                                                                                        \
	IN_STRING(struct provider_patch, header, .max = 64, .check = header_name_check, .flags = FIELD_NULLABLE, \
		  .description = "Of provider http: the header that carries api_key; Authorization when null")

/* A field's check: a header that isn't the transport's own (RFC 9110 section 5.6.2). */
const char *header_name_check(const char *name);

extern const struct field secret_view_fields[];

/* One of the two areas. */
struct provider_area {
	const char *area;
	const char *const *names;
	const struct field *input;
	const struct field *output;
	enum event event;
	unsigned (*needs)(int provider);
	bool (*has_password)(int provider); /* the secret is called password, not api_key */
};

/* What the routes of both have in common. */
#define PROVIDER_ROUTE	    .auth = AUTH_ANY, .tenant = TENANT_PROJECT
#define PROVIDER_GET_ROUTE  PROVIDER_ROUTE, .method = GET, .permission = PERM_MAIL_READ, .tx = TX_READ_ONE, .flags = ROUTE_ETAG
#define PROVIDER_PATCH_ROUTE PROVIDER_ROUTE, .method = PATCH, .permission = PERM_MAIL_WRITE, .tx = TX_WRITE, .flags = ROUTE_ETAG
#define PROVIDER_TEST_ROUTE                                                                                    \
	PROVIDER_ROUTE, .method = POST, .permission = PERM_MAIL_WRITE, .tx = TX_WRITE, .status = 202,          \
	    .description = "What the provider said is in the message soon after.", .output = message_fields,   \
	    .errors = { ERR_RATE_LIMITED }

struct provider_test_input {
	struct {
		bool to;
	} has;
	const char *to;
};

/* Writes a message that says that messages arrive. */
typedef enum err provider_queue_test(struct tx *, const char *project_id, const char *to, const char **ret_message_id);
enum verdict provider_settings_test(const struct request *, struct tx *, provider_queue_test *);
enum verdict provider_settings_show(const struct request *, struct tx *, const struct provider_area *);
enum verdict provider_settings_patch(const struct request *, struct tx *, const struct provider_area *);

#endif
