/*
 * Writing and reading backup files, chunk by chunk, and starting the programs that make and take the dump in them.
 */
#include "ctl/backup_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "sql/db_client.h"
#include "sys/process.h"
#include "sys/system.h"

#define SEALED_LINE   "gatehouse-backup 1 sealed\n"
#define PLAIN_LINE    "gatehouse-backup 1 plain\n"
#define LINE_MAX_LEN  64
#define LAST_CHUNK    UINT32_C(0x80000000)
#define PASSPHRASE_BYTES_MAX ((size_t)1024)
#define PASSPHRASE_BYTES_MIN 12

bool
backup_start_client(struct ctl *ctl, const char *const names[], const char *const options[], int input, int output,
		    pid_t *ret_pid)
{
	struct db_client client;
	const char *argv[32] = { "" };
	size_t count = 1;
	enum err e = db_client_describe(ctl->arena, ctl->config, &client);

	if (e != OK) {
		ctl_fail_err(e, ctl->command->name);
		return false;
	}
	for (size_t i = 0; client.options[i] != NULL; i++)
		argv[count++] = client.options[i];
	for (size_t i = 0; options[i] != NULL; i++)
		argv[count++] = options[i];
	argv[count] = ctl->config->database.name;
	const char *environment[] = { client.password, "LC_ALL=C.UTF-8", NULL };
	if (process_start(names, argv, environment, input, output, ret_pid))
		return true;
	ctl_fail("%s can't be started (%s); Debian's package is mariadb-client", names[0], strerrordesc_np(errno));
	return false;
}

bool
backup_read_passphrase(struct ctl *ctl, const char **ret_passphrase)
{
	const char *path = ctl_option(ctl, "passphrase-file"), *text;
	size_t len;

	*ret_passphrase = NULL;
	if (path == NULL)
		return true;
	if (!file_read(ctl->arena, path, PASSPHRASE_BYTES_MAX, &text, &len)) {
		ctl_fail("%s: %s", path, strerrordesc_np(errno));
		return false;
	}
	arena_wipe_later(ctl->arena, (void *)(uintptr_t)text, len);
	char *passphrase = arena_strndup(ctl->arena, text, strcspn(text, "\r\n"));
	arena_wipe_later(ctl->arena, passphrase, strlen(passphrase));
	if (strlen(passphrase) < PASSPHRASE_BYTES_MIN) {
		ctl_fail("%s: a passphrase has at least %d characters", path, PASSPHRASE_BYTES_MIN);
		return false;
	}
	*ret_passphrase = passphrase;
	return true;
}

static bool
write_all(const struct backup_file *file, const void *data, size_t len)
{
	bool is_written = fd_write(file->fd, data, len);

	if (!is_written)
		ctl_fail("%s: %s", file->path, strerrordesc_np(errno));
	return is_written;
}

/* *ret_len is less than len at the file's end alone. */
static bool
read_some(const struct backup_file *file, void *data, size_t len, size_t *ret_len)
{
	bool is_read = fd_read(file->fd, data, len, ret_len);

	if (!is_read)
		ctl_fail("%s: %s", file->path, strerrordesc_np(errno));
	return is_read;
}

static bool
is_damaged(const struct backup_file *file)
{
	ctl_fail("%s is damaged, or was sealed with another passphrase", file->path);
	return false;
}

static bool
read_all(const struct backup_file *file, void *data, size_t len)
{
	size_t got;

	if (!read_some(file, data, len, &got))
		return false;
	return got == len || is_damaged(file);
}

/* ---- writing ---- */

static bool
write_head(struct backup_file *file, const char *passphrase)
{
	const char *line = passphrase != NULL ? SEALED_LINE : PLAIN_LINE;
	uint8_t salt[STREAM_SALT_LEN];
	enum err e = OK;

	if (RAND_bytes(salt, sizeof(salt)) != 1)
		e = ERR_CRYPTO;
	else if (passphrase != NULL)
		e = stream_key_derive(passphrase, salt, file->key);
	else if (RAND_bytes(file->key, sizeof(file->key)) != 1)
		e = ERR_CRYPTO;
	if (e != OK) {
		ctl_fail_err(e, file->path);
		return false;
	}
	return write_all(file, line, strlen(line)) && write_all(file, salt, sizeof(salt)) &&
	       (passphrase != NULL || write_all(file, file->key, sizeof(file->key)));
}

bool
backup_create(struct ctl *ctl, const char *passphrase, struct backup_file *ret)
{
	struct backup_file file = { .path = ctl->operand,
				    .sealed = arena_alloc(ctl->arena, BACKUP_CHUNK_MAX + STREAM_TAG_LEN) };

	file.fd = open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (file.fd < 0) {
		ctl_fail("%s can't be made: %s", file.path, strerrordesc_np(errno));
		return false;
	}
	*ret = file;
	if (write_head(ret, passphrase))
		return true;
	close(ret->fd);
	unlink(ret->path);
	return false;
}

bool
backup_write(struct backup_file *file, struct bytes plain, bool is_last)
{
	uint32_t len = (uint32_t)plain.len + STREAM_TAG_LEN;
	uint32_t word = len | (is_last ? LAST_CHUNK : 0);
	uint8_t head[4] = { (uint8_t)(word >> 24), (uint8_t)(word >> 16), (uint8_t)(word >> 8), (uint8_t)word };
	enum err e = stream_seal(file->key, file->index++, is_last, plain, file->sealed);

	if (e != OK) {
		ctl_fail_err(e, file->path);
		return false;
	}
	return write_all(file, head, sizeof(head)) && write_all(file, file->sealed, len);
}

/* ---- reading ---- */

static bool
read_head(struct backup_file *file, const char *passphrase)
{
	char line[LINE_MAX_LEN] = "";
	uint8_t salt[STREAM_SALT_LEN];
	size_t len = 0;

	do {
		if (!read_all(file, line + len, 1))
			return false;
	} while (line[len++] != '\n' && len < sizeof(line) - 1);
	bool is_sealed = strcmp(line, SEALED_LINE) == 0;
	if (!is_sealed && strcmp(line, PLAIN_LINE) != 0)
		ctl_fail("%s is no backup that this version reads", file->path);
	else if (is_sealed && passphrase == NULL)
		ctl_fail("%s is sealed: --passphrase-file names what with", file->path);
	else if (!is_sealed)
		return read_all(file, salt, sizeof(salt)) && read_all(file, file->key, sizeof(file->key));
	else if (read_all(file, salt, sizeof(salt)))
		return stream_key_derive(passphrase, salt, file->key) == OK || is_damaged(file);
	return false;
}

bool
backup_open(struct ctl *ctl, const char *passphrase, struct backup_file *ret)
{
	struct backup_file file = { .path = ctl->operand,
				    .sealed = arena_alloc(ctl->arena, BACKUP_CHUNK_MAX + STREAM_TAG_LEN) };

	file.fd = open(file.path, O_RDONLY | O_CLOEXEC);
	if (file.fd < 0) {
		ctl_fail("%s: %s", file.path, strerrordesc_np(errno));
		return false;
	}
	*ret = file;
	if (read_head(ret, passphrase))
		return true;
	close(ret->fd);
	return false;
}

bool
backup_read(struct backup_file *file, uint8_t *plain, size_t *ret_len)
{
	uint8_t head[4];
	size_t more = 0;

	if (!read_all(file, head, sizeof(head)))
		return false;
	uint32_t word = (uint32_t)head[0] << 24 | (uint32_t)head[1] << 16 | (uint32_t)head[2] << 8 | head[3];
	size_t len = word & ~LAST_CHUNK;
	bool is_last = (word & LAST_CHUNK) != 0;
	if (len < STREAM_TAG_LEN || len > BACKUP_CHUNK_MAX + STREAM_TAG_LEN)
		return is_damaged(file);
	if (!read_all(file, file->sealed, len))
		return false;
	struct bytes sealed = { file->sealed, len };
	if (stream_open(file->key, file->index++, is_last, sealed, plain) != OK)
		return is_damaged(file);
	file->was_last = is_last;
	*ret_len = len - STREAM_TAG_LEN;
	/* Nothing may follow the last chunk. */
	return !is_last || (read_some(file, head, 1, &more) && (more == 0 || is_damaged(file)));
}

bool
backup_close(struct backup_file *file)
{
	OPENSSL_cleanse(file->key, sizeof(file->key));
	bool is_safe = (fsync(file->fd) == 0 || errno == EROFS || errno == EINVAL);
	is_safe = close(file->fd) == 0 && is_safe;
	if (!is_safe)
		ctl_fail("%s: %s", file->path, strerrordesc_np(errno));
	return is_safe;
}
