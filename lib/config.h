/*
 * The configuration file: one table of keys, from which come the parser, its errors (file, line, key), the defaults, the man page
 * and gatehouse.conf.example. Syntax is libconfig's.
 */
#ifndef GATEHOUSE_LIB_CONFIG_H
#define GATEHOUSE_LIB_CONFIG_H

#include "lib/arena.h"
#include "lib/buffer.h"

#define CONFIG_HOSTS_MAX 8

/* Rate limit families (tenancy.md 6.6, users.md rule 14); the name is the key below `limits`. FAMILY(symbol, name, limit, window_s) */
#define RATE_FAMILIES(FAMILY)                                                                      \
	FAMILY(CREDENTIAL, "credential", 600, 60)                                                  \
	FAMILY(ANONYMOUS, "anonymous", 600, 60)                                                    \
	FAMILY(FAILED_CREDENTIALS, "failed_credentials", 30, 60)                                   \
	FAMILY(KEY_MINT, "key_mint", 10, 3600)                                                     \
	FAMILY(SEARCH, "search", 30, 60)                                                           \
	FAMILY(PROJECT_WRITE, "project_write", 30, 60)                                             \
	FAMILY(INVITATION_SEND, "invitation_send", 60, 3600)                                       \
	FAMILY(INVITATION_USE, "invitation_use", 10, 60)                                           \
	FAMILY(AUDIT_EXPORT, "audit_export", 6, 60)                                                \
	FAMILY(AUTH_REQUEST, "auth_request", 6000, 60)                                             \
	FAMILY(DENIED_AUDIT, "denied_audit", 60, 60)                                               \
	FAMILY(OAUTH_AUTHORIZE, "oauth_authorize", 60, 60)                                         \
	FAMILY(OAUTH_TOKEN, "oauth_token", 60, 60)                                                 \
	FAMILY(OAUTH_PUSH, "oauth_push", 60, 60)                                                   \
	FAMILY(OAUTH_INTROSPECT, "oauth_introspect", 600, 60)                                      \
	FAMILY(OAUTH_REGISTER, "oauth_register", 5, 3600)                                          \
	FAMILY(CLIENT_DOCUMENT, "client_document", 10, 3600)                                       \
	FAMILY(CONNECTOR_TEST, "connector_test", 20, 600)                                          \
	FAMILY(FLOW_ACTION, "flow_action", 30, 60)                                                 \
	FAMILY(FLOW_SIGN_UP, "flow_sign_up", 10, 60)                                               \
	FAMILY(FLOW_RECOVER, "flow_recover", 10, 60)                                               \
	FAMILY(FLOW_ANONYMOUS, "flow_anonymous", 30, 60)                                           \
	FAMILY(USERNAME_AVAILABLE, "username_available", 60, 60)                                   \
	FAMILY(VALIDATE, "validate", 60, 60)                                                       \
	FAMILY(VALIDATE_LICENSE, "validate_license", 120, 60)                                      \
	FAMILY(VALIDATE_UNKNOWN, "validate_unknown", 10, 60)                                       \
	FAMILY(PURCHASE, "purchase", 20, 60)                                                       \
	FAMILY(PROJECT, "project", 1000000, 60)

enum rate_family {
#define FAMILY(symbol, name, limit, window_s) RATE_##symbol,
	RATE_FAMILIES(FAMILY)
#undef FAMILY
	RATE_COUNT
};

struct rate_limit {
	uint32_t limit;
	uint32_t window_s;
};

struct config {
	/* addresses: the only source of issuer, links and origins; never a header */
	const char *public_url;		/* https://HOST, no path */
	const char *auth_url;		/* https://AUTH_HOST */

	struct {
		const char *hosts[CONFIG_HOSTS_MAX];	/* a path is a unix socket; else host or host:port; tried in order */
		size_t host_count;
		const char *name;
		const char *user;
		const char *password_file;	/* "" = none (unix_socket authentication) */
		const char *tls_ca_file;	/* "" = no TLS; needed for hosts that aren't sockets on this machine */
		int64_t connect_timeout_ms, read_timeout_ms, write_timeout_ms;
	} database;

	const char *master_key_file;

	struct {
		const char *directory;		/* request.sock and password.sock are made here */
		int64_t request_workers;	/* 0: four a core */
		int64_t password_workers;	/* 0: one a core */
		int64_t job_workers;
		int64_t backlog;
		int64_t watchdog_ms;
		int64_t drain_ms;		/* how long TERM waits for requests under way */
		int64_t worker_requests_max;	/* a worker is replaced after so many; 0 = never */
		int64_t arena_bytes_max;
		const char *socket_group;	/* group of the sockets (nginx's), "" = the process's own */
	} process;

	struct {
		const char *transport;		/* smtp, file */
		const char *directory;		/* transport file: *.eml are written here */
		const char *url;		/* smtp://host:587 or smtps://host:465 */
		const char *user;
		const char *password_file;
		const char *ca_file;		/* "" = the system's */
		const char *from_address;
		const char *from_name;
		bool require_tls;
		const char *sendmail;		/* program of the provider sendmail; "" = no project may choose it */
	} mail;

	/* calls to other people's servers on a project's behalf */
	struct {
		const char *allow;		/* networks that may be called though they aren't public; "" = none */
		const char *ca_file;		/* "" = the system's */
		const char *connect_to;		/* "host:port:other:port", separated by spaces */
	} outgoing;

	struct {
		int64_t memory_kib;
		int64_t passes;
		int64_t score_min;
		int64_t length_min;
		const char *breached_file;	/* "" = none */
	} passwords;

	struct {
		const char *allowed_origins;	/* of pages that may call the MCP server, besides HOST's; "http://localhost:*" is any port */
	} mcp;

	const char *countries_file;	/* "" = none */
	const char *log_level;		/* debug, info, warn, error */
	const char *metrics_allow;	/* networks that see /metrics, separated by spaces; "" = nobody */
	int64_t machines;		/* how many share the rate limits */
	struct rate_limit limits[RATE_COUNT];

	const char *test_clock_file;	/* "" = the system's clock; a file with milliseconds to add, for tests only */
};

struct config_problem {
	int line;		/* 0: the whole file */
	const char *key;	/* "" when the syntax is wrong */
	const char *message;
};

/* Parses the text of `file` (used in messages only). False with problems listed (at most `room`); the config lives in the arena. */
bool config_parse(struct arena *, const char *file, const char *text, struct config **ret, struct config_problem *problems,
		  size_t room, size_t *ret_problem_count);
/* Every key with type, default and meaning as a commented example file; what docs and the package ship. */
void config_print_example(struct buffer *);
/* The same as gatehouse.conf(5). */
void config_print_manual(struct buffer *);

#endif
