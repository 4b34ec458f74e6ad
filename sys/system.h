/*
 * What every door needs from the operating system: files, the clock, the configuration file, the key file.
 */
#ifndef GATEHOUSE_SYS_SYSTEM_H
#define GATEHOUSE_SYS_SYSTEM_H

#include "lib/config.h"
#include "lib/keyring.h"

/* Reads until `room` octets are there, or to the end: then *ret_len is less. False with errno set. */
bool fd_read(int fd, void *data, size_t room, size_t *ret_len);
/* Writes all of it. False with errno set. */
bool fd_write(int fd, const void *data, size_t len);

/* Whole file into the arena, NUL-terminated. False with errno set; ERANGE when longer than bytes_max. */
bool file_read(struct arena *, const char *path, size_t bytes_max, const char **ret_text, size_t *ret_len);
/* Writes beside and renames, so that a reader sees the old or the new file; mode is exact, an old file's owner stays. False with errno set. */
bool file_write(const char *path, const void *data, size_t len, unsigned mode);
/* May we run it? */
bool file_is_program(const char *path);

/* Reads and parses; problems go to stderr as "file:line: key: message". NULL when there is one. */
struct config *config_load(struct arena *, const char *path);
/* Reads the master key file named by the configuration; refuses a file that others may read. NULL with the reason on stderr. */
struct keyring *keyring_load(struct arena *, const struct config *);

/* Milliseconds since the epoch; with config->test_clock_file, plus the number in that file. */
int64_t clock_now_ms(const struct config *);
/* Monotonic milliseconds, for timeouts and durations. */
int64_t clock_monotonic_ms(void);
int64_t clock_monotonic_us(void);

/* sd_notify(3) without libsystemd: "READY=1" …; nothing when NOTIFY_SOCKET isn't set. */
void notify_supervisor(const char *state);

#endif
