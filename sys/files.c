/*
 * Files: read whole, written so that a reader never sees half of one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/system.h"

bool
fd_read(int fd, void *data, size_t room, size_t *ret_len)
{
	size_t len = 0;

	while (len < room) {
		ssize_t got = read(fd, (char *)data + len, room - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		if (got == 0)
			break;
		len += (size_t)got;
	}
	*ret_len = len;
	return true;
}

bool
fd_write(int fd, const void *data, size_t len)
{
	for (const char *at = data; len > 0;) {
		ssize_t put = write(fd, at, len);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		at += put;
		len -= (size_t)put;
	}
	return true;
}

/* What the file's size says, and one octet more so that a file that grows meanwhile is noticed. */
static bool
read_open_file(struct arena *arena, int fd, size_t bytes_max, const char **ret_text,
	       size_t *ret_len)
{
	struct stat status;
	size_t len = 0;

	if (fstat(fd, &status) != 0)
		return false;
	size_t size = status.st_size > 0 ? (size_t)status.st_size : bytes_max;
	if (size > bytes_max) {
		errno = ERANGE;
		return false;
	}
	char *text = arena_alloc(arena, size + 2);
	if (!fd_read(fd, text, size + 1, &len))
		return false;
	if (len > size) {
		errno = ERANGE;
		return false;
	}
	text[len] = '\0';
	*ret_text = text;
	*ret_len = len;
	return true;
}

bool
file_read(struct arena *arena, const char *path, size_t bytes_max, const char **ret_text,
	  size_t *ret_len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;

	bool is_read = read_open_file(arena, fd, bytes_max, ret_text, ret_len);
	int reason = errno;
	close(fd);
	errno = reason;
	return is_read;
}

/* Whoever could read the file before can read it after, whoever changes it. */
static bool
keep_owner(int fd, const char *old_path)
{
	struct stat before, now;

	if (stat(old_path, &before) != 0)
		return errno == ENOENT;
	if (fstat(fd, &now) != 0)
		return false;
	return (before.st_uid == now.st_uid && before.st_gid == now.st_gid) ||
	       fchown(fd, before.st_uid, before.st_gid) == 0;
}

/*
 * On the disk before the name points to it: after a crash the name has the old or the new content.
 */
static bool
write_new_file(const char *path, const char *old_path, const void *data, size_t len, unsigned mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return false;

	bool is_written = fd_write(fd, data, len) && keep_owner(fd, old_path) &&
			  fchmod(fd, (mode_t)mode) == 0 && fsync(fd) == 0;
	int reason = errno;
	if (close(fd) != 0 && is_written) {
		reason = errno;
		is_written = false;
	}
	errno = reason;
	return is_written;
}

bool
file_is_program(const char *path)
{
	struct stat about;

	return stat(path, &about) == 0 && S_ISREG(about.st_mode) && access(path, X_OK) == 0;
}

bool
file_write(const char *path, const void *data, size_t len, unsigned mode)
{
	char beside[4096];

	int path_len = snprintf(beside, sizeof(beside), "%s.%ld.new", path, (long)getpid());
	if (path_len < 0 || (size_t)path_len >= sizeof(beside)) {
		errno = ENAMETOOLONG;
		return false;
	}
	if (write_new_file(beside, path, data, len, mode) && rename(beside, path) == 0)
		return true;
	int reason = errno;
	unlink(beside);
	errno = reason;
	return false;
}
