/*
 * Makes or takes over the pools' sockets. They are a trust boundary: whoever may write to one can
 * be anybody (security.md 4.4), so they are unix sockets with mode 0660 in a directory with mode
 * 0750, and nothing else is accepted.
 */
#include "fcgi/sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/encode.h"
#include "sys/log.h"
#include "sys/system.h"

#define DIRECTORY_MODE 0750
#define SOCKET_MODE    0660
/* The first descriptor of socket activation (sd_listen_fds(3)). */
#define LISTEN_FDS_START 3
#define SOMAXCONN_FILE   "/proc/sys/net/core/somaxconn"

const char *
pool_name(enum pool pool)
{
	return pool == POOL_PASSWORD ? "password" : "request";
}

static bool
complain(const char *what, const char *path)
{
	fprintf(stderr, "gatehoused: %s %s: %s\n", what, path, strerrordesc_np(errno));
	return false;
}

static bool
set_no_block(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
	       fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

/* ---- handed over by systemd ---- */

static bool
socket_option_is(int fd, int option, int wanted)
{
	int value = 0;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, option, &value, &len) == 0 && value == wanted;
}

static bool
is_listening_unix_stream(int fd)
{
	return socket_option_is(fd, SO_DOMAIN, AF_UNIX) &&
	       socket_option_is(fd, SO_TYPE, SOCK_STREAM) && socket_option_is(fd, SO_ACCEPTCONN, 1);
}

/* How many descriptors this very process was given. */
static int
handed_over_count(void)
{
	const char *pid = getenv("LISTEN_PID");
	const char *count = getenv("LISTEN_FDS");
	int64_t pid_number, fds;

	if (pid == NULL || count == NULL || !int_parse(pid, 1, INT32_MAX, &pid_number) ||
	    pid_number != getpid() || !int_parse(count, 1, 64, &fds))
		return 0;
	return (int)fds;
}

/* LISTEN_FDNAMES is "request:password", in the order of the descriptors. -1: no such name. */
static int
handed_over_fd(const char *name, int count)
{
	const char *names = getenv("LISTEN_FDNAMES");

	for (int i = 0; names != NULL && i < count; i++) {
		size_t len = strcspn(names, ":");
		if (len == strlen(name) && strncmp(names, name, len) == 0)
			return LISTEN_FDS_START + i;
		names = names[len] == ':' ? names + len + 1 : NULL;
	}
	return -1;
}

static bool
sockets_take_over(int count, struct sockets *sockets)
{
	for (enum pool pool = 0; pool < POOL_COUNT; pool++) {
		int fd = handed_over_fd(pool_name(pool), count);
		if (fd < 0 || !is_listening_unix_stream(fd)) {
			fprintf(stderr,
				"gatehoused: systemd handed over no listening unix socket named \"%s\"; "
				"its .socket unit needs ListenStream= and FileDescriptorName=%s\n",
				pool_name(pool), pool_name(pool));
			return false;
		}
		if (!set_no_block(fd))
			return complain("can't use the socket", pool_name(pool));
		sockets->fd[pool] = fd;
	}
	/* Our own children aren't handed anything. */
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return true;
}

/* ---- made here ---- */

/* (gid_t)-1, which changes nothing, when the configuration names no group. */
static bool
group_find(const struct config *config, gid_t *ret_group)
{
	const char *name = config->process.socket_group;

	*ret_group = (gid_t)-1;
	if (name[0] == '\0')
		return true;
	const struct group *group = getgrnam(name);
	if (group == NULL) {
		fprintf(stderr, "gatehoused: process.socket_group: there is no group \"%s\" here\n", name);
		return false;
	}
	*ret_group = group->gr_gid;
	return true;
}

static bool
group_set(const char *path, gid_t group)
{
	if (group == (gid_t)-1 || chown(path, (uid_t)-1, group) == 0)
		return true;
	fprintf(stderr,
		"gatehoused: can't give %s to the group of process.socket_group: %s (be root or a "
		"member of it)\n",
		path, strerrordesc_np(errno));
	return false;
}

static bool
directory_make(const char *path, gid_t group)
{
	struct stat status;

	if (mkdir(path, DIRECTORY_MODE) == 0)
		return chmod(path, DIRECTORY_MODE) == 0 && group_set(path, group);
	if (errno != EEXIST)
		return complain("can't make the directory", path);
	if (stat(path, &status) == 0 && (status.st_mode & S_IRWXO) != 0)
		log_event(LOG_WARN,
			  "Others may enter the directory of the sockets; make it mode 0750.",
			  path);
	return true;
}

/*
 * A file left by a process that is gone makes bind() fail; one that somebody listens on must stay.
 */
static bool
stale_remove(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool is_live =
	    fd >= 0 && (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
			errno == EAGAIN);

	if (fd >= 0)
		close(fd);
	if (is_live) {
		fprintf(stderr, "gatehoused: another process listens on %s; stop it first\n",
			address->sun_path);
		return false;
	}
	if (unlink(address->sun_path) == 0 || errno == ENOENT)
		return true;
	return complain("can't remove", address->sun_path);
}

static bool
socket_bind(int fd, const struct sockaddr_un *address, gid_t group, int backlog)
{
	/* Nobody can connect before listen(), which comes last. */
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) != 0)
		return complain("can't make the socket", address->sun_path);
	if (chmod(address->sun_path, SOCKET_MODE) != 0)
		return complain("can't set the mode of", address->sun_path);
	if (!group_set(address->sun_path, group))
		return false;
	if (listen(fd, backlog) != 0)
		return complain("can't listen on", address->sun_path);
	return true;
}

static bool
socket_make(const struct config *config, enum pool pool, gid_t group, struct sockets *sockets)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int len = snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s.sock",
			   config->process.directory, pool_name(pool));

	if (len < 0 || (size_t)len >= sizeof(address.sun_path)) {
		fprintf(stderr,
			"gatehoused: process.directory: \"%s\" is too long for a socket's path "
			"(107 octets)\n",
			config->process.directory);
		return false;
	}
	if (!stale_remove(&address))
		return false;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return complain("can't make a socket for", address.sun_path);
	sockets->fd[pool] = fd;
	memcpy(sockets->path[pool], address.sun_path, sizeof(address.sun_path));
	return socket_bind(fd, &address, group, (int)config->process.backlog);
}

/*
 * The kernel cuts a longer backlog silently, and then a burst is answered with 502. (Not readable:
 * nothing can be said.)
 */
static void
backlog_check(int64_t backlog)
{
	char text[32] = "";
	int64_t cap;
	FILE *file = fopen(SOMAXCONN_FILE, "re");

	if (file == NULL)
		return;
	bool is_read = fgets(text, sizeof(text), file) != NULL;
	fclose(file);
	text[strcspn(text, "\n")] = '\0';
	if (is_read && int_parse(text, 0, INT32_MAX, &cap) && cap < backlog)
		log_event_number(LOG_WARN,
				 "The kernel allows fewer waiting connections than process.backlog "
				 "asks for; raise net.core.somaxconn.",
				 "somaxconn", cap);
}

bool
sockets_open(const struct config *config, struct sockets *ret_sockets)
{
	int count = handed_over_count();
	gid_t group;

	*ret_sockets = (struct sockets){ .fd = { -1, -1 } };
	if (count > 0)
		return sockets_take_over(count, ret_sockets);
	backlog_check(config->process.backlog);
	if (!group_find(config, &group) || !directory_make(config->process.directory, group))
		return false;
	for (enum pool pool = 0; pool < POOL_COUNT; pool++) {
		if (!socket_make(config, pool, group, ret_sockets)) {
			sockets_close(ret_sockets);
			return false;
		}
	}
	return true;
}

void
sockets_close(struct sockets *sockets)
{
	for (enum pool pool = 0; pool < POOL_COUNT; pool++) {
		if (sockets->fd[pool] >= 0)
			close(sockets->fd[pool]);
		if (sockets->path[pool][0] != '\0')
			unlink(sockets->path[pool]);
		sockets->fd[pool] = -1;
		sockets->path[pool][0] = '\0';
	}
}
