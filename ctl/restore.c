/*
 * gatehousectl restore: a backup file into a database without rows. The whole file is opened before anything is changed.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "ctl/backup_file.h"
#include "domain/installation.h"
#include "lib/encode.h"
#include "sql/migrate.h"
#include "sys/process.h"
#include "sys/system.h"

#define KEY_FILE_MAX ((size_t)16 * 1024)

static const char *const client_names[] = { "mariadb", "mysql", NULL };
static const char *const client_options[] = { "--batch", NULL };

struct restoring {
	struct ctl *ctl;
	const char *passphrase;
	struct bytes keys, config;
	uint8_t *chunk;
};

/* ---- the file ---- */

/* "name length\n" and the octets, one after the other. */
static bool
read_small_files(struct restoring *restoring, struct bytes head)
{
	struct arena *arena = restoring->ctl->arena;

	while (head.len > 0) {
		const uint8_t *end = memchr(head.data, '\n', head.len);
		size_t line_len = end == NULL ? head.len : (size_t)(end - head.data);
		const char *line = arena_strndup(arena, (const char *)head.data, line_len);
		const char *space = strchr(line, ' ');
		int64_t len;
		if (end == NULL || space == NULL ||
		    !int_parse(space + 1, 0, (int64_t)(head.len - line_len - 1), &len))
			return false;
		struct bytes content = { arena_copy(arena, end + 1, (size_t)len), (size_t)len };
		if (strncmp(line, "master.key ", 11) == 0)
			restoring->keys = content;
		else if (strncmp(line, "gatehouse.conf ", 15) == 0)
			restoring->config = content;
		head.data = end + 1 + len;
		head.len -= line_len + 1 + (size_t)len;
	}
	return restoring->keys.len > 0;
}

/* Every chunk, to the last: a damaged backup mustn't be found out half way through the database. */
static bool
examine(struct restoring *restoring)
{
	struct ctl *ctl = restoring->ctl;
	struct backup_file file;
	size_t len;

	if (!backup_open(ctl, restoring->passphrase, &file))
		return false;
	bool is_good = backup_read(&file, restoring->chunk, &len);
	if (is_good && (file.was_last || !read_small_files(restoring, (struct bytes){ restoring->chunk, len }))) {
		ctl_fail("%s has no master keys", file.path);
		is_good = false;
	}
	while (is_good && !file.was_last)
		is_good = backup_read(&file, restoring->chunk, &len);
	return backup_close(&file) && is_good;
}

/* ---- what is there already ---- */

static bool
database_may_be_filled(struct ctl *ctl)
{
	enum schema_state state;
	struct installation installation;
	const char *detail;

	enum err e = migrate_state(ctl->config, ctl->arena, &state, &detail);
	if (e != OK) {
		ctl_fail_err(e, "restore");
		return false;
	}
	if (state == SCHEMA_EMPTY || ctl_option(ctl, "force") != NULL)
		return true;
	if (state == SCHEMA_CURRENT) {
		ctl_open_tx(ctl);
		e = installation_load(&ctl->tx, &installation);
		if (e == ERR_NO_ROW)
			return true;
	}
	ctl_fail("the database %s isn't empty; --force replaces what is in it", ctl->config->database.name);
	return false;
}

static bool
is_same(const char *text, size_t len, struct bytes other)
{
	return text != NULL && len == other.len && CRYPTO_memcmp(text, other.data, len) == 0;
}

/* Never over what an earlier restore put aside: those keys may be nowhere else. */
static bool
put_aside(struct ctl *ctl, const char *path)
{
	const char *aside = arena_printf(ctl->arena, "%s.before-restore", path);

	if (access(aside, F_OK) == 0)
		ctl_fail("%s is there already, with the keys of an earlier restore; move it away first", aside);
	else if (rename(path, aside) == 0)
		return true;
	else
		ctl_fail("%s: %s", path, strerrordesc_np(errno));
	return false;
}

/* Another key file stays beside, with its name and ".before-restore": other things may be sealed with it. */
static bool
place_keys(struct restoring *restoring)
{
	struct ctl *ctl = restoring->ctl;
	const char *path = ctl->config->master_key_file, *text = NULL;
	size_t len = 0;

	bool is_there = file_read(ctl->arena, path, KEY_FILE_MAX, &text, &len);
	if (is_there)
		arena_wipe_later(ctl->arena, (void *)(uintptr_t)text, len);
	if (is_there && is_same(text, len, restoring->keys))
		return true;
	if (is_there && ctl_option(ctl, "force") == NULL) {
		ctl_fail("%s holds other keys than the backup; --force puts it aside", path);
		return false;
	}
	if (is_there && !put_aside(ctl, path))
		return false;
	if (file_write(path, restoring->keys.data, restoring->keys.len, 0600))
		return true;
	ctl_fail("%s: %s", path, strerrordesc_np(errno));
	return false;
}

/* The configuration that says where the database is stays; the backup's is put beside it when it differs. */
static bool
place_config(struct restoring *restoring, const char **ret_path)
{
	struct ctl *ctl = restoring->ctl;
	const char *text = NULL;
	size_t len = 0;

	*ret_path = NULL;
	if (restoring->config.len == 0 || (file_read(ctl->arena, ctl->config_file, BACKUP_CHUNK_MAX, &text, &len) &&
					   is_same(text, len, restoring->config)))
		return true;
	const char *path = arena_printf(ctl->arena, "%s.from-backup", ctl->config_file);
	if (!file_write(path, restoring->config.data, restoring->config.len, 0600)) {
		ctl_fail("%s: %s", path, strerrordesc_np(errno));
		return false;
	}
	*ret_path = path;
	return true;
}

/* ---- the database ---- */

static bool
send_dump(struct restoring *restoring, int fd)
{
	struct backup_file file;
	size_t len;

	if (!backup_open(restoring->ctl, restoring->passphrase, &file))
		return false;
	bool is_good = backup_read(&file, restoring->chunk, &len);
	while (is_good && !file.was_last)
		is_good = backup_read(&file, restoring->chunk, &len) && fd_write(fd, restoring->chunk, len);
	return backup_close(&file) && is_good;
}

static bool
fill_database(struct restoring *restoring)
{
	int ends[2];
	pid_t pid;

	/* The client's end is a sentence, not our death. */
	signal(SIGPIPE, SIG_IGN);
	if (pipe2(ends, O_CLOEXEC) != 0) {
		ctl_fail("restore: %s", strerrordesc_np(errno));
		return false;
	}
	bool is_good = backup_start_client(restoring->ctl, client_names, client_options, ends[0], -1, &pid);
	close(ends[0]);
	bool is_started = is_good;
	is_good = is_good && send_dump(restoring, ends[1]);
	close(ends[1]);
	if (is_started && !process_wait(pid))
		is_good = false;
	if (is_started && !is_good)
		ctl_fail("the database didn't take the backup; the lines above say why. It is half filled: repeat with "
			 "--force");
	return is_good;
}

struct restore_answer {
	const char *schema;
	const char *config;
};

static const struct field restore_fields[] = {
	OUT_STRING(struct restore_answer, schema),
	OUT_STRING(struct restore_answer, config),
	FIELDS_END,
};

static enum ctl_exit
report(struct ctl *ctl, const char *config_path)
{
	enum schema_state state;
	const char *detail;
	enum err e = migrate_state(ctl->config, ctl->arena, &state, &detail);

	if (e != OK)
		return ctl_fail_err(e, "restore");
	struct restore_answer answer = { state == SCHEMA_CURRENT ? "current" : "behind", config_path };
	ctl_say(ctl, "The backup is restored. %s%s%s", detail,
		config_path == NULL ? "" : ". Its configuration differs from this one and was put at ",
		config_path == NULL ? "" : config_path);
	ctl_print_object(ctl, restore_fields, &answer);
	if (state == SCHEMA_CURRENT)
		return CTL_OK;
	return state == SCHEMA_BEHIND ? CTL_WARNING : CTL_FAILED;
}

enum ctl_exit
ctl_restore(struct ctl *ctl)
{
	struct restoring restoring = { .ctl = ctl, .chunk = arena_alloc(ctl->arena, BACKUP_CHUNK_MAX + STREAM_TAG_LEN) };
	const char *config_path;

	arena_wipe_later(ctl->arena, restoring.chunk, BACKUP_CHUNK_MAX + STREAM_TAG_LEN);
	if (!backup_read_passphrase(ctl, &restoring.passphrase) || !examine(&restoring) ||
	    !database_may_be_filled(ctl) || !place_keys(&restoring) || !place_config(&restoring, &config_path) ||
	    !fill_database(&restoring))
		return CTL_FAILED;
	return report(ctl, config_path);
}
