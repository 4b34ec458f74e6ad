/*
 * The configuration file, the key file, the clock, and the supervisor's socket.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "lib/encode.h"
#include "sys/system.h"

#define CONFIG_BYTES_MAX   ((size_t)256 * 1024)
#define KEY_FILE_BYTES_MAX ((size_t)16 * 1024)
#define PROBLEMS_MAX       32

/* strerror() may change the text of a call before; strerrordesc_np() doesn't. */
static const char *
reason_of(int error)
{
	const char *text = strerrordesc_np(error);

	return text == NULL ? "unknown error" : text;
}

static void
print_problem(const char *path, const struct config_problem *problem)
{
	fputs(path, stderr);
	if (problem->line > 0)
		fprintf(stderr, ":%d", problem->line);
	if (problem->key[0] != '\0')
		fprintf(stderr, ": %s", problem->key);
	fprintf(stderr, ": %s\n", problem->message);
}

struct config *
config_load(struct arena *arena, const char *path)
{
	struct config_problem problems[PROBLEMS_MAX];
	struct config *config = NULL;
	const char *text = NULL;
	size_t count = 0;

	if (!file_read(arena, path, CONFIG_BYTES_MAX, &text, &count)) {
		fprintf(stderr, "%s: can't be read: %s\n", path, reason_of(errno));
		return NULL;
	}
	if (strlen(text) != count) {
		fprintf(stderr, "%s: contains a NUL\n", path);
		return NULL;
	}
	if (config_parse(arena, path, text, &config, problems, ARRAY_LEN(problems), &count))
		return config;
	for (size_t i = 0; i < count; i++)
		print_problem(path, &problems[i]);
	return NULL;
}

/*
 * A key that others can read is no secret: better no start than a false sense of one. A group may
 * read (root:gatehouse 0640).
 */
static bool
is_private(const char *path)
{
	struct stat status;

	if (stat(path, &status) != 0) {
		fprintf(stderr, "%s: can't be read: %s\n", path, reason_of(errno));
		return false;
	}
	if ((status.st_mode & (S_IWGRP | S_IRWXO)) != 0) {
		fprintf(stderr, "%s: others may read or change it; chmod 0640 or 0600\n", path);
		return false;
	}
	return true;
}

static bool
read_key_file(struct arena *arena, const char *path, const char **ret_text, size_t *ret_len)
{
	if (!file_read(arena, path, KEY_FILE_BYTES_MAX, ret_text, ret_len))
		return false;
	arena_wipe_later(arena, (void *)(uintptr_t)*ret_text, *ret_len);
	return true;
}

struct keyring *
keyring_load(struct arena *arena, const struct config *config)
{
	const char *path = config->master_key_file;
	const char *problem = NULL;
	const char *text = NULL;
	struct keyring *keyring = NULL;
	size_t len = 0;

	if (!is_private(path))
		return NULL;
	if (!read_key_file(arena, path, &text, &len)) {
		fprintf(stderr, "%s: can't be read: %s\n", path, reason_of(errno));
		return NULL;
	}
	if (!keyring_parse(text, len, &keyring, &problem)) {
		fprintf(stderr, "%s: %s\n", path, problem);
		return NULL;
	}
	keyring_set_source(keyring, read_key_file, path);
	return keyring;
}

static int64_t
read_clock_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

/*
 * Read each time: a test moves the clock while the workers run. A file that isn't there or isn't a
 * number adds nothing.
 */
static int64_t
test_offset_ms(const char *path)
{
	char text[32] = "";
	int64_t offset = 0;

	FILE *file = fopen(path, "re");
	if (file == NULL)
		return 0;
	if (fgets(text, sizeof(text), file) != NULL)
		text[strcspn(text, "\n")] = '\0';
	fclose(file);
	return int_parse(text, -1000 * 365 * DAY_MS, 1000 * 365 * DAY_MS, &offset) ? offset : 0;
}

int64_t
clock_now_ms(const struct config *config)
{
	int64_t now_ms = read_clock_us(CLOCK_REALTIME) / 1000;

	if (config->test_clock_file[0] != '\0')
		now_ms += test_offset_ms(config->test_clock_file);
	return now_ms;
}

int64_t
clock_monotonic_ms(void)
{
	return clock_monotonic_us() / 1000;
}

int64_t
clock_monotonic_us(void)
{
	return read_clock_us(CLOCK_MONOTONIC);
}

/* A path, or an abstract socket with '@' before its name (sd_notify(3)). */
void
notify_supervisor(const char *state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len = path == NULL ? 0 : strlen(path);

	if (len < 2 || len >= sizeof(address.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(address.sun_path, path, len);
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	ssize_t sent =
	    sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address, size);
	(void)sent;
	close(fd);
}
