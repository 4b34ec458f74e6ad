/*
 * The table of configuration keys: place, type, default, bounds, meaning.
 */
#include "lib/config_keys.h"

#define TEXT(key, member, text, ...)                                                               \
	{                                                                                          \
		.path = key, .type = CONFIG_TEXT, .offset = offsetof(struct config, member),       \
		.text_default = text, __VA_ARGS__                                                  \
	}
#define PATH(key, member, text, ...)                                                               \
	{                                                                                          \
		.path = key, .type = CONFIG_PATH, .offset = offsetof(struct config, member),       \
		.text_default = text, __VA_ARGS__                                                  \
	}
#define INT(key, member, number, low, high, ...)                                                   \
	{                                                                                          \
		.path = key, .type = CONFIG_INT, .offset = offsetof(struct config, member),        \
		.int_default = number, .min = low, .max = high, __VA_ARGS__                        \
	}
#define BOOL(key, member, is_on, ...)                                                              \
	{                                                                                          \
		.path = key, .type = CONFIG_BOOL, .offset = offsetof(struct config, member),       \
		.int_default = is_on, __VA_ARGS__                                                  \
	}

static const char *const transports[] = { "smtp", "file", NULL };
static const char *const log_levels[] = { "debug", "info", "warn", "error", NULL };

const struct config_key config_keys[] = {
	{
	    .path = "public_url",
	    .type = CONFIG_URL,
	    .offset = offsetof(struct config, public_url),
	    .is_required = true,
	    .text_default = "https://id.example.com",
	    .meaning = "Address of the dashboard and the API: https, a host, perhaps a port, "
		       "nothing behind. The only source of issuer and links.",
	},
	{
	    .path = "auth_url",
	    .type = CONFIG_URL,
	    .offset = offsetof(struct config, auth_url),
	    .is_required = true,
	    .text_default = "https://auth.example.com",
	    .meaning = "Address of every project's sign-in pages and OAuth server. May equal "
		       "public_url where there is only one name.",
	},
	{
	    .path = "database.hosts",
	    .type = CONFIG_HOSTS,
	    .text_default = "/run/mysqld/mysqld.sock",
	    .meaning =
		"Servers, tried in order. A path is a unix socket; otherwise a host or host:port.",
	},
	TEXT("database.name", database.name, "gatehouse", .meaning = "Name of the database."),
	TEXT("database.user", database.user, "gatehouse", .meaning = "User at the database."),
	PATH("database.password_file", database.password_file, "", .may_be_empty = true,
	     .meaning = "File with the password; empty: unix_socket authentication."),
	PATH("database.tls_ca_file", database.tls_ca_file, "", .may_be_empty = true,
	     .meaning = "Certificates that the server's is checked against; needed for servers on "
			"other machines."),
	INT("database.connect_timeout_ms", database.connect_timeout_ms, 3000, 1000, 60000,
	    .meaning = "How long connecting may take."),
	INT("database.read_timeout_ms", database.read_timeout_ms, 10000, 1000, 300000,
	    .meaning = "How long an answer may take."),
	INT("database.write_timeout_ms", database.write_timeout_ms, 10000, 1000, 300000,
	    .meaning = "How long sending may take."),
	PATH("master_key_file", master_key_file, "/etc/gatehouse/master.key",
	     .meaning = "The key file that gatehousectl setup makes. Keep a copy elsewhere: "
			"without it nothing sealed can be read."),
	PATH("process.directory", process.directory, "/run/gatehouse",
	     .meaning = "request.sock and password.sock are made here."),
	INT("process.request_workers", process.request_workers, 0, 0, 512,
	    .meaning = "Processes that answer requests; 0: four for each core."),
	INT("process.password_workers", process.password_workers, 0, 0, 128,
	    .meaning = "Processes that hash passwords; 0: one for each core."),
	INT("process.job_workers", process.job_workers, 2, 1, 20,
	    .meaning = "Processes that send mail and run other jobs; each makes one call to the outside at a time."),
	INT("process.backlog", process.backlog, 1024, 16, 65535,
	    .meaning = "Connections that may wait; the kernel caps it at net.core.somaxconn."),
	INT("process.watchdog_ms", process.watchdog_ms, 30000, 1000, 600000,
	    .meaning = "A worker that is busy with one request for longer is killed."),
	INT("process.drain_ms", process.drain_ms, 10000, 0, 600000,
	    .meaning = "How long stopping waits for requests under way."),
	INT("process.worker_requests_max", process.worker_requests_max, 0, 0, 1000000000,
	    .meaning = "A worker is replaced after so many requests; 0: never."),
	INT("process.arena_bytes_max", process.arena_bytes_max, 8388608, 1048576, 1073741824,
	    .meaning = "Memory that one request may take."),
	TEXT("process.socket_group", process.socket_group, "", .may_be_empty = true,
	     .meaning = "Group of the sockets (nginx's); empty: the process's own."),
	TEXT("mail.transport", mail.transport, "smtp", .values = transports,
	     .meaning = "smtp, or file to write *.eml files (development)."),
	PATH("mail.directory", mail.directory, "/var/lib/gatehouse/mail",
	     .meaning = "Where the transport file writes."),
	TEXT("mail.url", mail.url, "smtp://localhost:25",
	     .meaning = "smtp://host:port (STARTTLS) or smtps://host:port."),
	TEXT("mail.user", mail.user, "", .may_be_empty = true,
	     .meaning = "User at the mail server; empty: none."),
	PATH("mail.password_file", mail.password_file, "", .may_be_empty = true,
	     .meaning = "File with the mail user's password."),
	PATH("mail.ca_file", mail.ca_file, "", .may_be_empty = true,
	     .meaning =
		 "Certificates that the mail server's is checked against; empty: the system's."),
	TEXT("mail.from_address", mail.from_address, "gatehouse@localhost",
	     .meaning = "Sender's address."),
	TEXT("mail.from_name", mail.from_name, "Gatehouse", .meaning = "Sender's name."),
	BOOL("mail.require_tls", mail.require_tls, true,
	     .meaning = "Refuse to send over a line that isn't encrypted."),
	PATH("mail.sendmail", mail.sendmail, "/usr/sbin/sendmail", .may_be_empty = true,
	     .meaning = "Program that projects with the mail provider sendmail hand their mail to; "
			"empty: no project may choose it."),
	{
	    .path = "outgoing.allow",
	    .type = CONFIG_NETWORKS,
	    .offset = offsetof(struct config, outgoing.allow),
	    .text_default = "",
	    .may_be_empty = true,
	    .meaning = "Networks (address/bits), separated by spaces, that projects' mail servers, "
		       "providers and callbacks may be in though they aren't public. Empty: public "
		       "addresses only.",
	},
	PATH("outgoing.ca_file", outgoing.ca_file, "", .may_be_empty = true,
	     .meaning = "Certificates that those servers' are checked against; empty: the "
			"system's."),
	TEXT("outgoing.connect_to", outgoing.connect_to, "", .may_be_empty = true,
	     .meaning = "host:port:gateway:port, separated by spaces: calls to host:port go to "
			"gateway:port instead, under the host's own name and certificate."),
	INT("passwords.memory_kib", passwords.memory_kib, 9216, 7168, 65536,
	    .meaning = "Argon2id: memory of one hash."),
	INT("passwords.passes", passwords.passes, 4, 1, 10, .meaning = "Argon2id: passes over it."),
	INT("passwords.score_min", passwords.score_min, 2, 0, 4,
	    .meaning = "Least strength by zxcvbn, 0 to 4."),
	INT("passwords.length_min", passwords.length_min, 8, 8, 64,
	    .meaning = "Least length in characters."),
	PATH("passwords.breached_file", passwords.breached_file, "", .may_be_empty = true,
	     .meaning = "Sorted file of upper-case SHA-1 digests of breached passwords; empty: not "
			"looked at."),
	TEXT("mcp.allowed_origins", mcp.allowed_origins, "http://localhost:* http://127.0.0.1:*", .may_be_empty = true,
	     .meaning = "Origins of pages elsewhere that may call /mcp, separated by spaces; :* is any port. "
			"Programs send no origin."),
	PATH("countries_file", countries_file, "", .may_be_empty = true,
	     .meaning = "Database of addresses in MaxMind's format (GeoLite2 Country, DB-IP) that says which country "
			"a program asks from; empty: not looked at. Reload after replacing it."),
	TEXT("log_level", log_level, "info", .values = log_levels,
	     .meaning = "debug, info, warn or error."),
	{
	    .path = "metrics_allow",
	    .type = CONFIG_NETWORKS,
	    .offset = offsetof(struct config, metrics_allow),
	    .text_default = "127.0.0.0/8 ::1",
	    .may_be_empty = true,
	    .meaning = "Addresses and networks (address/bits), separated by spaces, that see "
		       "/metrics; for others it isn't there. Empty: nobody.",
	},
	INT("machines", machines, 1, 1, 1000,
	    .meaning =
		"How many machines share the traffic: each counts its part of a rate limit."),
#define FAMILY(symbol, key, times, seconds)                                                        \
	{ .path = "limits." key ".limit",                                                          \
	  .type = CONFIG_UINT32,                                                                   \
	  .offset = offsetof(struct config, limits[RATE_##symbol].limit),                          \
	  .int_default = times,                                                                    \
	  .min = 1,                                                                                \
	  .max = 1000000000,                                                                       \
	  .meaning = "Requests in one window." },                                                  \
	    { .path = "limits." key ".window_s",                                                   \
	      .type = CONFIG_UINT32,                                                               \
	      .offset = offsetof(struct config, limits[RATE_##symbol].window_s),                   \
	      .int_default = seconds,                                                              \
	      .min = 1,                                                                            \
	      .max = 86400,                                                                        \
	      .meaning = "Length of the window in seconds." },
	RATE_FAMILIES(FAMILY)
#undef FAMILY
	    PATH("test_clock_file", test_clock_file, "", .may_be_empty = true,
		 .meaning = "For tests only: a file with milliseconds to add to the clock."),
};

const size_t config_key_count = ARRAY_LEN(config_keys);
