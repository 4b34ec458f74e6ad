/*
 * Reading the configuration: libconfig takes the file apart, the table says what each setting must
 * be.
 */
#include <libconfig.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/config_keys.h"
#include "lib/encode.h"
#include "lib/http.h"
#include "lib/uris.h"

/* What one run of the parser works on. */
struct reading {
	struct arena *arena;
	struct config *config;
	struct config_problem *problems;
	size_t room;
	size_t count;
	bool *seen; /* by index of config_keys */
};

static void add_problem(struct reading *, int line, const char *key, const char *format, ...)
    PRINTF_LIKE(4, 5);

static void
add_problem(struct reading *reading, int line, const char *key, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	const char *message = arena_vprintf(reading->arena, format, arguments);
	va_end(arguments);
	if (reading->count < reading->room)
		reading->problems[reading->count] =
		    (struct config_problem){ .line = line, .key = key, .message = message };
	reading->count++;
}

static void *
member_of(struct config *config, const struct config_key *key)
{
	return (char *)config + key->offset;
}

static void
put_text(struct config *config, const struct config_key *key, const char *text)
{
	*(const char **)member_of(config, key) = text;
}

static void
put_number(struct config *config, const struct config_key *key, int64_t number)
{
	if (key->type == CONFIG_BOOL)
		*(bool *)member_of(config, key) = number != 0;
	else if (key->type == CONFIG_UINT32)
		*(uint32_t *)member_of(config, key) = (uint32_t)number;
	else
		*(int64_t *)member_of(config, key) = number;
}

static void
put_default(struct config *config, const struct config_key *key)
{
	switch (key->type) {
	case CONFIG_TEXT:
	case CONFIG_URL:
	case CONFIG_PATH:
	case CONFIG_NETWORKS:
		put_text(config, key, key->text_default);
		break;
	case CONFIG_HOSTS:
		config->database.hosts[0] = key->text_default;
		config->database.host_count = 1;
		break;
	case CONFIG_INT:
	case CONFIG_UINT32:
	case CONFIG_BOOL:
		put_number(config, key, key->int_default);
		break;
	}
}

static bool
is_one_of(const char *const *values, const char *text)
{
	for (; values != NULL && *values != NULL; values++) {
		if (strcmp(*values, text) == 0)
			return true;
	}
	return values == NULL;
}

/* https://host[:port] and nothing behind it, so that paths can be put after it. */
static bool
is_origin(const char *url)
{
	size_t scheme_len = strlen("https://");

	return https_url_check(url) == NULL && strpbrk(url + scheme_len, "/?") == NULL;
}

/* NULL when good. */
static const char *
text_problem(const struct config_key *key, const char *text)
{
	if (text[0] == '\0')
		return key->may_be_empty ? NULL : "must not be empty";
	if (key->type == CONFIG_PATH && text[0] != '/')
		return "must be an absolute path";
	if (key->type == CONFIG_NETWORKS && !ip_networks_are_valid(text))
		return "must be addresses or networks such as 10.0.0.0/8, separated by spaces";
	if (key->type == CONFIG_URL && !is_origin(text))
		return "must be https://host or https://host:port";
	return is_one_of(key->values, text) ? NULL : "isn't one of the values this key takes";
}

static void
read_text(struct reading *reading, const struct config_key *key, const config_setting_t *setting)
{
	int line = (int)config_setting_source_line(setting);
	const char *text = config_setting_get_string(setting);

	if (text == NULL) {
		add_problem(reading, line, key->path, "must be a text in quotes");
		return;
	}
	const char *problem = text_problem(key, text);
	if (problem != NULL)
		add_problem(reading, line, key->path, "%s", problem);
	else
		put_text(reading->config, key, arena_strdup(reading->arena, text));
}

static void
read_number(struct reading *reading, const struct config_key *key, const config_setting_t *setting)
{
	int line = (int)config_setting_source_line(setting);
	int type = config_setting_type(setting);

	if (key->type == CONFIG_BOOL) {
		if (type == CONFIG_TYPE_BOOL)
			put_number(reading->config, key, config_setting_get_bool(setting));
		else
			add_problem(reading, line, key->path, "must be true or false");
		return;
	}
	if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64) {
		add_problem(reading, line, key->path, "must be a whole number");
		return;
	}
	int64_t number = config_setting_get_int64(setting);
	if (number < key->min || number > key->max)
		add_problem(reading, line, key->path, "must be from %lld to %lld",
			    (long long)key->min, (long long)key->max);
	else
		put_number(reading->config, key, number);
}

/* A password that crosses the network needs a line that is encrypted. */
static bool
is_on_this_machine(const char *host)
{
	static const char *const names[] = { "localhost", "127.0.0.1", "[::1]" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t len = strlen(names[i]);
		if (strncmp(host, names[i], len) == 0 && (host[len] == '\0' || host[len] == ':'))
			return true;
	}
	return host[0] == '/';
}

/*
 * A socket's path, a name or IPv4 address, an IPv6 address in brackets; the last two perhaps with a
 * port.
 */
static bool
is_host(const char *text)
{
	int64_t port = 0;

	if (text[0] == '/')
		return text[1] != '\0';
	size_t len = text[0] == '[' ? strcspn(text, "]") + 1 : strcspn(text, ":");
	if (len > strlen(text) || len == 0 || strcspn(text, " \t/@") != strlen(text))
		return false;
	return text[len] == '\0' ||
	       (text[len] == ':' && int_parse(text + len + 1, 1, 65535, &port));
}

static void
read_hosts(struct reading *reading, const struct config_key *key, const config_setting_t *setting)
{
	int line = (int)config_setting_source_line(setting);
	int type = config_setting_type(setting);
	int length = config_setting_length(setting);

	if ((type != CONFIG_TYPE_ARRAY && type != CONFIG_TYPE_LIST) || length < 1 ||
	    length > CONFIG_HOSTS_MAX) {
		add_problem(reading, line, key->path,
			    "must be a list of 1 to %d texts, like [ \"db1:3306\" ]",
			    CONFIG_HOSTS_MAX);
		return;
	}
	for (int i = 0; i < length; i++) {
		const char *host = config_setting_get_string_elem(setting, i);
		if (host == NULL || !is_host(host)) {
			add_problem(reading, line, key->path,
				    "element %d isn't a socket's path, host or host:port", i + 1);
			return;
		}
		reading->config->database.hosts[i] = arena_strdup(reading->arena, host);
	}
	reading->config->database.host_count = (size_t)length;
}

static void
read_value(struct reading *reading, const struct config_key *key, const config_setting_t *setting)
{
	reading->seen[key - config_keys] = true;
	if (key->type == CONFIG_HOSTS)
		read_hosts(reading, key, setting);
	else if (key->type == CONFIG_INT || key->type == CONFIG_UINT32 || key->type == CONFIG_BOOL)
		read_number(reading, key, setting);
	else
		read_text(reading, key, setting);
}

static const struct config_key *
find_key(const char *path)
{
	for (size_t i = 0; i < config_key_count; i++) {
		if (strcmp(config_keys[i].path, path) == 0)
			return &config_keys[i];
	}
	return NULL;
}

static bool
is_group(const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < config_key_count; i++) {
		if (strncmp(config_keys[i].path, path, len) == 0 && config_keys[i].path[len] == '.')
			return true;
	}
	return false;
}

static void read_group(struct reading *, const char *path, const config_setting_t *);

static void
read_setting(struct reading *reading, const char *path, const config_setting_t *setting)
{
	int line = (int)config_setting_source_line(setting);
	const struct config_key *key = find_key(path);

	if (key != NULL)
		read_value(reading, key, setting);
	else if (!is_group(path))
		add_problem(reading, line, path, "there is no such key");
	else if (!config_setting_is_group(setting))
		add_problem(reading, line, path, "must be a group: { … }");
	else
		read_group(reading, path, setting);
}

/*
 * The table's depth bounds the recursion: a group that isn't in it is refused before it is entered.
 */
static void
read_group(struct reading *reading, const char *path, const config_setting_t *group)
{
	int length = config_setting_length(group);

	for (int i = 0; i < length; i++) {
		const config_setting_t *setting = config_setting_get_elem(group, (unsigned)i);
		const char *name = config_setting_name(setting);
		read_setting(reading,
			     path[0] == '\0' ? arena_strdup(reading->arena, name)
					     : arena_printf(reading->arena, "%s.%s", path, name),
			     setting);
	}
}

/* What no single key can tell. */
static void
check_together(struct reading *reading)
{
	const struct config *config = reading->config;

	for (size_t i = 0; i < config_key_count; i++) {
		if (config_keys[i].is_required && !reading->seen[i])
			add_problem(reading, 0, config_keys[i].path, "is missing");
	}
	for (size_t i = 0; i < config->database.host_count; i++) {
		if (!is_on_this_machine(config->database.hosts[i]) &&
		    config->database.tls_ca_file[0] == '\0')
			add_problem(reading, 0, "database.tls_ca_file",
				    "is needed: %s is another machine", config->database.hosts[i]);
	}
	if (strcmp(config->mail.transport, "smtp") == 0 &&
	    strncmp(config->mail.url, "smtp://", 7) != 0 &&
	    strncmp(config->mail.url, "smtps://", 8) != 0)
		add_problem(reading, 0, "mail.url", "must begin with smtp:// or smtps://");
}

/*
 * libconfig would open what @include names; a configuration is one file, so that every message's
 * line is in it.
 */
static int
line_of_include(const char *text)
{
	int line = 1;

	for (const char *at = text; at != NULL; at = strchr(at, '\n')) {
		at += at == text ? 0 : 1;
		const char *word = at + strspn(at, " \t\r");
		if (strncmp(word, "@include", strlen("@include")) == 0)
			return line;
		line++;
	}
	return 0;
}

static void
read_file(struct reading *reading, const char *text)
{
	config_t file;
	int include_line = line_of_include(text);

	if (include_line != 0) {
		add_problem(reading, include_line, "", "@include isn't supported");
		return;
	}
	config_init(&file);
	if (config_read_string(&file, text) == CONFIG_TRUE) {
		read_group(reading, "", config_root_setting(&file));
		check_together(reading);
	} else {
		add_problem(reading, config_error_line(&file), "", "%s", config_error_text(&file));
	}
	config_destroy(&file);
}

bool
config_parse(struct arena *arena, const char *file, const char *text, struct config **ret,
	     struct config_problem *problems, size_t room, size_t *ret_problem_count)
{
	struct reading reading = {
		.arena = arena,
		.config = ARENA_NEW(arena, struct config),
		.problems = problems,
		.room = room,
		.seen = ARENA_ARRAY(arena, config_key_count, bool),
	};

	/*
	 * Whoever prints the problems knows the file's name; libconfig gets no name, so that it
	 * opens nothing.
	 */
	(void)file;
	for (size_t i = 0; i < config_key_count; i++)
		put_default(reading.config, &config_keys[i]);
	read_file(&reading, text);
	*ret_problem_count = reading.count < room ? reading.count : room;
	if (reading.count > 0)
		return false;
	*ret = reading.config;
	return true;
}
