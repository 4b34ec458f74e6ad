/*
 * gatehousectl init-key: a new master key file.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ctl.h"

/* O_EXCL: of two that make the file, one is told that it is there. */
static enum ctl_exit
write_new_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0 && errno == EEXIST)
		return ctl_fail("%s is there already and stays: without its keys nothing sealed opens again",
				path);
	if (fd < 0)
		return ctl_fail("%s can't be made: %s", path, strerrordesc_np(errno));
	bool is_written = write(fd, text, strlen(text)) == (ssize_t)strlen(text) && fsync(fd) == 0;
	int problem = errno;
	is_written = close(fd) == 0 && is_written;
	if (is_written)
		return CTL_OK;
	unlink(path);
	return ctl_fail("%s can't be written: %s", path, strerrordesc_np(problem));
}

enum ctl_exit
ctl_init_key(struct ctl *ctl)
{
	const char *line;
	enum err e = keyring_make_line(ctl->arena, NULL, &line);

	if (e != OK)
		return ctl_fail_err(e, "a new key");
	enum ctl_exit status = write_new_file(ctl->operand, line);
	if (status == CTL_OK)
		ctl_say(ctl, "%s is made. Keep a copy elsewhere: whoever loses it loses every sealed secret.",
			ctl->operand);
	return status;
}
