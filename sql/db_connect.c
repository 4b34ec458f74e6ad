/*
 * Opening a connection: which host, which settings.
 */
#include "sql/db_connect.h"

#include "sql/db_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/encode.h"
#include "sys/log.h"
#include "sys/system.h"

#define PASSWORD_BYTES_MAX ((size_t)1024)

/*
 * Strict, or the server cuts what is too long and turns -1 into 0 with no more than a warning
 * (security.md 5.1).
 */
static const char *const session_settings[] = {
	"SET NAMES utf8mb4 COLLATE utf8mb4_unicode_520_ci",
	"SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY'",
	/* MySQL cuts GROUP_CONCAT() at 1 kB, and a strict mode doesn't mind */
	"SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = 3, group_concat_max_len = 1048576",
	"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
};

const char db_usable_sql[] =
    "SHOW GLOBAL STATUS WHERE Variable_name IN ('wsrep_cluster_size', 'wsrep_ready')";

/* A server with Galera built in but turned off says OFF, too, in a cluster of no nodes. */
bool
db_says_usable(MYSQL *handle)
{
	MYSQL_RES *result = mysql_store_result(handle);
	bool is_in_cluster = false;
	bool is_ready = true;
	MYSQL_ROW row;

	if (result == NULL)
		return false;
	while ((row = mysql_fetch_row(result)) != NULL) {
		if (strcmp(row[0], "wsrep_cluster_size") == 0)
			is_in_cluster = strcmp(row[1], "0") != 0;
		else
			is_ready = strcmp(row[1], "ON") == 0;
	}
	mysql_free_result(result);
	return is_ready || !is_in_cluster;
}

static unsigned
seconds(int64_t ms)
{
	return (unsigned)((ms + SECOND_MS - 1) / SECOND_MS);
}

static void
set_options(MYSQL *handle, const struct config *config)
{
	unsigned connect_s = seconds(config->database.connect_timeout_ms);
	unsigned read_s = seconds(config->database.read_timeout_ms);
	unsigned write_s = seconds(config->database.write_timeout_ms);
	my_bool no = 0;
	my_bool yes = 1;
	unsigned no_files = 0;

	mysql_options(handle, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
	mysql_options(handle, MYSQL_OPT_READ_TIMEOUT, &read_s);
	mysql_options(handle, MYSQL_OPT_WRITE_TIMEOUT, &write_s);
	/* a silent reconnect would lose the transaction and the session's settings */
	mysql_options(handle, MYSQL_OPT_RECONNECT, &no);
	mysql_options(handle, MYSQL_OPT_LOCAL_INFILE, &no_files);
	mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	if (config->database.tls_ca_file[0] == '\0')
		return;
	mysql_ssl_set(handle, NULL, NULL, config->database.tls_ca_file, NULL, NULL);
	mysql_options(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes);
}

/* A path, "host", "host:port" or "[v6]:port". */
struct address {
	const char *host, *socket;
	unsigned port;
};

static struct address
parse_host(struct arena *arena, const char *text)
{
	struct address address = { .host = text };
	const char *colon = strrchr(text, ':');
	int64_t port;

	if (text[0] == '/')
		return (struct address){ .socket = text };
	if (colon != NULL && (strchr(text, ':') == colon || colon[-1] == ']')) {
		address.host = arena_strndup(arena, text, (size_t)(colon - text));
		if (int_parse(colon + 1, 1, 65535, &port))
			address.port = (unsigned)port;
	}
	if (address.host[0] == '[')
		address.host =
		    arena_strndup(arena, address.host + 1, strcspn(address.host + 1, "]"));
	return address;
}

/* Without its line end. "" when there is none to read. */
static const char *
read_password(struct arena *arena, const struct config *config)
{
	const char *text = "";
	size_t len = 0;

	if (config->database.password_file[0] == '\0')
		return "";
	if (!file_read(arena, config->database.password_file, PASSWORD_BYTES_MAX, &text, &len)) {
		log_event(LOG_ERROR, "the database's password file can't be read",
			  config->database.password_file);
		return "";
	}
	char *password = arena_strndup(arena, text, strcspn(text, "\r\n"));

	arena_wipe_later(arena, password, strlen(password));
	return password;
}

static void
log_refusal(MYSQL *handle, const char *host)
{
	char detail[600];

	snprintf(detail, sizeof(detail), "%s: %u %s", host, mysql_errno(handle),
		 mysql_error(handle));
	log_event(LOG_WARN, "the database can't be reached", detail);
}

static bool
apply_settings(MYSQL *handle)
{
	for (size_t i = 0; i < ARRAY_LEN(session_settings); i++) {
		if (mysql_query(handle, session_settings[i]) != 0)
			return false;
	}
	return mysql_query(handle, db_usable_sql) == 0 && db_says_usable(handle);
}

static MYSQL *
connect_to(struct arena *arena, const struct config *config, const char *host, const char *password)
{
	struct address address = parse_host(arena, host);
	MYSQL *handle = mysql_init(NULL);

	if (handle == NULL)
		abort();
	set_options(handle, config);
	if (mysql_real_connect(handle, address.host, config->database.user, password,
			       config->database.name, address.port, address.socket,
			       CLIENT_FOUND_ROWS) != NULL &&
	    apply_settings(handle))
		return handle;
	log_refusal(handle, host);
	mysql_close(handle);
	return NULL;
}

enum err
db_connect(const struct config *config, MYSQL **ret)
{
	struct arena *arena = arena_new((size_t)64 * 1024);
	const char *password = read_password(arena, config);
	MYSQL *handle = NULL;

	for (size_t i = 0; i < config->database.host_count && handle == NULL; i++)
		handle = connect_to(arena, config, config->database.hosts[i], password);
	arena_free(arena);
	if (handle == NULL)
		return ERR_DB_LOST;
	*ret = handle;
	return OK;
}

/* ---- for the server's own programs ---- */

static void
describe_client(struct arena *arena, const struct config *config, const char *host, const char *password,
		struct db_client *ret)
{
	struct address address = parse_host(arena, host);
	size_t count = 0;

	*ret = (struct db_client){ .password = arena_printf(arena, "MYSQL_PWD=%s", password) };
	arena_wipe_later(arena, (void *)(uintptr_t)ret->password, strlen(ret->password));
	ret->options[count++] = "--no-defaults";
	ret->options[count++] = "--default-character-set=utf8mb4";
	ret->options[count++] = arena_printf(arena, "--user=%s", config->database.user);
	if (address.socket != NULL)
		ret->options[count++] = arena_printf(arena, "--socket=%s", address.socket);
	else
		ret->options[count++] = arena_printf(arena, "--host=%s", address.host);
	if (address.port != 0)
		ret->options[count++] = arena_printf(arena, "--port=%u", address.port);
	if (config->database.tls_ca_file[0] != '\0') {
		ret->options[count++] = arena_printf(arena, "--ssl-ca=%s", config->database.tls_ca_file);
		ret->options[count++] = "--ssl-verify-server-cert";
	}
}

enum err
db_client_describe(struct arena *arena, const struct config *config, struct db_client *ret)
{
	const char *password = read_password(arena, config);

	for (size_t i = 0; i < config->database.host_count; i++) {
		const char *host = config->database.hosts[i];
		MYSQL *handle = connect_to(arena, config, host, password);

		if (handle == NULL)
			continue;
		mysql_close(handle);
		describe_client(arena, config, host, password, ret);
		return OK;
	}
	return ERR_DB_LOST;
}
