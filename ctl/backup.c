/*
 * gatehousectl backup: the database at one moment, the master keys and the configuration in one file.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "ctl/backup_file.h"
#include "lib/encode.h"
#include "sys/process.h"
#include "sys/system.h"

#define SMALL_FILE_MAX ((size_t)256 * 1024)

/*
 * InnoDB's snapshot instead of locks: whoever writes meanwhile isn't held up. Octets as hexadecimal numbers, so that the dump is text.
 */
static const char *const dump_options[] = {
	"--single-transaction", "--skip-lock-tables", "--quick", "--hex-blob", "--triggers", "--no-tablespaces", NULL,
};

static const char *const dump_names[] = { "mariadb-dump", "mysqldump", NULL };

/* How a dump begins to write a trigger. An account that may not see triggers leaves them out without a word. */
static const char trigger_mark[] = "/*!50003 TRIGGER ";

struct dump {
	struct ctl *ctl;
	struct backup_file *file;
	int fd;
	uint8_t *chunk;
	size_t mark_matched;	/* octets of trigger_mark seen at the end of what was read */
	bool has_trigger;
	uint64_t octets;
};

/* The mark's first octet stands nowhere else in it, so a mismatch starts anew. */
static void
look_for_trigger(struct dump *dump, size_t len)
{
	for (size_t i = 0; i < len && !dump->has_trigger; i++) {
		char octet = (char)dump->chunk[i];
		if (octet != trigger_mark[dump->mark_matched])
			dump->mark_matched = 0;
		if (octet == trigger_mark[dump->mark_matched])
			dump->mark_matched++;
		dump->has_trigger = trigger_mark[dump->mark_matched] == '\0';
	}
}

static bool
add_small_file(struct ctl *ctl, struct buffer *head, const char *name, const char *path)
{
	const char *text;
	size_t len;

	if (!file_read(ctl->arena, path, SMALL_FILE_MAX, &text, &len)) {
		ctl_fail("%s: %s", path, strerrordesc_np(errno));
		return false;
	}
	arena_wipe_later(ctl->arena, (void *)(uintptr_t)text, len);
	buffer_printf(head, "%s %zu\n", name, len);
	buffer_add(head, text, len);
	return true;
}

static bool
write_small_files(struct ctl *ctl, struct backup_file *file)
{
	struct buffer head = buffer_new(ctl->arena);
	char now[TIME_TEXT_SIZE];

	time_format(clock_now_ms(ctl->config), now);
	const char *about = arena_printf(ctl->arena, "{\"made_by\":\"" PACKAGE_VERSION "\",\"made_at\":\"%s\"}", now);
	buffer_printf(&head, "about %zu\n%s", strlen(about), about);
	if (!add_small_file(ctl, &head, "master.key", ctl->config->master_key_file) ||
	    !add_small_file(ctl, &head, "gatehouse.conf", ctl->config_file))
		return false;
	arena_wipe_later(ctl->arena, head.data, head.len);
	return backup_write(file, (struct bytes){ (const uint8_t *)head.data, head.len }, false);
}

/* The last chunk is marked once the dump has ended well: a backup without it can't be restored. */
static bool
copy_dump(struct dump *dump)
{
	size_t len;

	do {
		if (!fd_read(dump->fd, dump->chunk, BACKUP_CHUNK_MAX, &len)) {
			ctl_fail("the dump: %s", strerrordesc_np(errno));
			return false;
		}
		look_for_trigger(dump, len);
		dump->octets += len;
		if (len > 0 && !backup_write(dump->file, (struct bytes){ dump->chunk, len }, false))
			return false;
	} while (len == BACKUP_CHUNK_MAX);
	return true;
}

static bool
write_dump(struct ctl *ctl, struct backup_file *file, uint64_t *ret_octets)
{
	struct dump dump = { .ctl = ctl, .file = file, .chunk = arena_alloc(ctl->arena, BACKUP_CHUNK_MAX) };
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0) {
		ctl_fail("backup: %s", strerrordesc_np(errno));
		return false;
	}
	bool is_good = backup_start_client(ctl, dump_names, dump_options, -1, ends[1], &pid);
	close(ends[1]);
	dump.fd = ends[0];
	if (is_good) {
		is_good = copy_dump(&dump);
		close(ends[0]);
		if (!process_wait(pid) && is_good) {
			ctl_fail("mariadb-dump failed; the lines above say why. A backup takes the account that migrates "
				 "(gatehousectl --config /etc/gatehouse/migrate.conf backup …)");
			is_good = false;
		}
	} else {
		close(ends[0]);
	}
	if (is_good && !dump.has_trigger) {
		ctl_fail("the account %s may not see the schema's triggers, so the backup would lack them; use the "
			 "account that migrates (gatehousectl --config /etc/gatehouse/migrate.conf backup …)",
			 ctl->config->database.user);
		is_good = false;
	}
	*ret_octets = dump.octets;
	return is_good && backup_write(file, (struct bytes){ dump.chunk, 0 }, true);
}

struct backup_answer {
	const char *file;
	int64_t dump_bytes;
	bool sealed;
};

static const struct field backup_fields[] = {
	OUT_STRING(struct backup_answer, file),
	OUT_INT(struct backup_answer, dump_bytes),
	OUT_BOOL(struct backup_answer, sealed),
	FIELDS_END,
};

enum ctl_exit
ctl_backup(struct ctl *ctl)
{
	struct backup_file file;
	const char *passphrase;
	uint64_t octets = 0;

	if (!backup_read_passphrase(ctl, &passphrase) || !backup_create(ctl, passphrase, &file))
		return CTL_FAILED;
	bool is_good = write_small_files(ctl, &file) && write_dump(ctl, &file, &octets);
	is_good = backup_close(&file) && is_good;
	if (!is_good) {
		unlink(file.path);
		return CTL_FAILED;
	}
	struct backup_answer answer = { file.path, (int64_t)octets, passphrase != NULL };
	ctl_say(ctl, "%s is written%s.", answer.file,
		answer.sealed ? "" : "; it holds the master keys in the open, so keep it like them");
	ctl_print_object(ctl, backup_fields, &answer);
	return CTL_OK;
}
