/*
 * gatehousectl master-key rotate, status, retire: the key file changed while everything runs.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "ctl/ctl.h"
#include "domain/installation.h"
#include "domain/orgs.h"
#include "sql/gen/sealed_columns.h"
#include "sys/system.h"

#define KEY_FILE_BYTES_MAX ((size_t)16 * 1024)

struct key_use {
	const char *id;
	const char *state;	/* seals, opens, missing */
	int64_t count;
};

static const struct field use_fields[] = {
	OUT_STRING(struct key_use, id),
	OUT_STRING(struct key_use, state),
	OUT_INT(struct key_use, count),
	FIELDS_END,
};

struct key_uses {
	struct key_use *items;
	size_t count;
};

/* ---- which key seals what ---- */

/* A key that the file hasn't got is added at the end. */
static void
add_use(struct arena *arena, struct key_uses *uses, const struct sealed_use *use)
{
	const char *id = arena_strndup(arena, (const char *)use->key_id.data, use->key_id.len);
	size_t i = 0;

	while (i < uses->count && strcmp(uses->items[i].id, id) != 0)
		i++;
	if (i == uses->count) {
		struct key_use *items = ARENA_ARRAY(arena, uses->count + 1, struct key_use);
		memcpy(items, uses->items, uses->count * sizeof(*items));
		items[i] = (struct key_use){ .id = id, .state = "missing" };
		*uses = (struct key_uses){ items, uses->count + 1 };
	}
	uses->items[i].count += use->count;
}

static enum err
read_uses(struct ctl *ctl, struct key_uses *ret)
{
	size_t count = keyring_count(ctl->keyring);
	struct key_uses uses = { ARENA_ARRAY(ctl->arena, count, struct key_use), count };

	for (size_t i = 0; i < count; i++)
		uses.items[i] = (struct key_use){ .id = keyring_id(ctl->keyring, i),
						  .state = i + 1 == count ? "seals" : "opens" };
	for (size_t i = 0; i < sealed_column_count; i++) {
		struct sealed_use *rows;
		size_t row_count;

		TRY(sealed_uses(ctl->db, &sealed_columns[i], &rows, &row_count));
		for (size_t k = 0; k < row_count; k++)
			add_use(ctl->arena, &uses, &rows[k]);
	}
	*ret = uses;
	return OK;
}

enum ctl_exit
ctl_master_key_status(struct ctl *ctl)
{
	struct key_uses uses;
	enum ctl_exit status = CTL_OK;
	enum err e = read_uses(ctl, &uses);

	if (e != OK)
		return ctl_fail_err(e, "master-key status");
	ctl_print_list(ctl, use_fields, uses.items, uses.count, sizeof(*uses.items));
	for (size_t i = 0; i < uses.count; i++) {
		if (strcmp(uses.items[i].state, "missing") == 0)
			status = ctl_fail("%s isn't in %s: what it seals can't be opened", uses.items[i].id,
					  ctl->config->master_key_file);
	}
	return status;
}

/* ---- changing the file ---- */

/*
 * The file is written inside the transaction, behind the organization's guard row: of two who change it at once, the second reads what
 * the first has written. Should the transaction fail afterwards, a key too many is in the file, which does no harm.
 */
struct key_change {
	struct ctl *ctl;
	const char *id;
	int64_t in_use;
	bool is_written;
	int file_error;
	const char *problem;	/* of the file */
};

static bool
read_file(struct key_change *change, const char **ret_text, struct keyring **ret_keyring)
{
	struct ctl *ctl = change->ctl;
	const char *text;
	size_t len;

	if (!file_read(ctl->arena, ctl->config->master_key_file, KEY_FILE_BYTES_MAX, &text, &len)) {
		change->file_error = errno;
		return false;
	}
	arena_wipe_later(ctl->arena, (void *)(uintptr_t)text, len);
	if (!keyring_parse(text, len, ret_keyring, &change->problem))
		return false;
	*ret_text = text;
	return true;
}

/* With the mode and the owner that the file has. */
static bool
write_file(struct key_change *change, const char *text, size_t len)
{
	const char *path = change->ctl->config->master_key_file;
	struct stat status;

	change->is_written = stat(path, &status) == 0 && file_write(path, text, len, status.st_mode & 07777);
	if (!change->is_written)
		change->file_error = errno;
	return change->is_written;
}

static enum err
record_change(struct key_change *change, enum event event)
{
	struct tx *tx = &change->ctl->tx;
	struct installation installation;

	TRY(installation_load(tx, &installation));
	return record(tx, &(struct record){ .event = event,
					    .org_id = installation.operator_org_id,
					    .target_id = change->id,
					    .target_label = change->id,
					    .changes = "{}" });
}

static enum err
guard(struct ctl *ctl)
{
	struct installation installation;

	TRY(installation_load(&ctl->tx, &installation));
	return org_guard(&ctl->tx, installation.operator_org_id);
}

static enum err
add_key(struct key_change *change)
{
	struct arena *arena = change->ctl->arena;
	struct keyring *keyring;
	const char *text, *line;

	if (!read_file(change, &text, &keyring))
		return ERR_CRYPTO;
	enum err e = keyring_make_line(arena, keyring, &line);
	keyring_free(keyring);
	TRY(e);
	size_t len = strlen(text);
	const char *end = len > 0 && text[len - 1] != '\n' ? "\n" : "";
	char *whole = arena_printf(arena, "%s%s%s", text, end, line);
	arena_wipe_later(arena, whole, strlen(whole));
	change->id = arena_strndup(arena, line, strcspn(line, " "));
	return write_file(change, whole, strlen(whole)) ? OK : ERR_CRYPTO;
}

static enum err
rotate(void *context)
{
	struct key_change *change = context;

	TRY(guard(change->ctl));
	if (!change->is_written)
		TRY(add_key(change));
	return record_change(change, EV_MASTER_KEY_ROTATED);
}

static enum err
take_key_away(struct key_change *change)
{
	struct arena *arena = change->ctl->arena;
	const char *text;
	struct keyring *keyring;
	char *rest;

	if (!read_file(change, &text, &keyring))
		return ERR_CRYPTO;
	keyring_free(keyring);
	rest = arena_alloc(arena, strlen(text) + 1);
	arena_wipe_later(arena, rest, strlen(text));
	size_t len = 0, id_len = strlen(change->id);
	for (const char *line = text; *line != '\0';) {
		size_t line_len = strcspn(line, "\n");
		line_len += line[line_len] == '\n';
		if (strncmp(line, change->id, id_len) != 0 || line[id_len] != ' ') {
			memcpy(rest + len, line, line_len);
			len += line_len;
		}
		line += line_len;
	}
	return write_file(change, rest, len) ? OK : ERR_CRYPTO;
}

static enum err
retire(void *context)
{
	struct key_change *change = context;
	struct key_uses uses;

	TRY(guard(change->ctl));
	TRY(read_uses(change->ctl, &uses));
	change->in_use = 0;
	for (size_t i = 0; i < uses.count; i++) {
		if (strcmp(uses.items[i].id, change->id) == 0)
			change->in_use = uses.items[i].count;
	}
	if (change->in_use > 0)
		return ERR_BUSY;
	if (!change->is_written)
		TRY(take_key_away(change));
	return record_change(change, EV_MASTER_KEY_RETIRED);
}

/* ---- the commands ---- */

static enum ctl_exit
fail_change(const struct key_change *change, enum err e)
{
	const char *path = change->ctl->config->master_key_file;

	if (change->problem != NULL)
		return ctl_fail("%s: %s", path, change->problem);
	if (change->file_error != 0)
		return ctl_fail("%s: %s", path, strerrordesc_np(change->file_error));
	return ctl_fail_err(e, path);
}

struct key_answer {
	const char *id;
	const char *file;
};

static const struct field answer_fields[] = {
	OUT_STRING(struct key_answer, id),
	OUT_STRING(struct key_answer, file),
	FIELDS_END,
};

#define RELOAD "systemctl reload gatehouse gatehouse-jobs"

enum ctl_exit
ctl_master_key_rotate(struct ctl *ctl)
{
	struct key_change change = { .ctl = ctl };
	enum err e = db_transact(ctl->db, TX_WRITE, rotate, &change);

	if (e != OK)
		return fail_change(&change, e);
	struct key_answer answer = { change.id, ctl->config->master_key_file };
	ctl_say(ctl, "%s is added to %s. Keep a copy of the file elsewhere; if there are more machines, put it on all of "
		     "them first. Then make the server read it:\n\n  " RELOAD "\n\n"
		     "The job workers seal everything anew; `gatehousectl master-key status` shows how far they are.",
		answer.id, answer.file);
	ctl_print_object(ctl, answer_fields, &answer);
	return CTL_OK;
}

enum ctl_exit
ctl_master_key_retire(struct ctl *ctl)
{
	struct key_change change = { .ctl = ctl, .id = ctl->operand };
	size_t count = keyring_count(ctl->keyring), i = 0;

	while (i < count && strcmp(keyring_id(ctl->keyring, i), change.id) != 0)
		i++;
	if (i == count)
		return ctl_fail("%s has no key '%s'", ctl->config->master_key_file, change.id);
	if (i + 1 == count)
		return ctl_fail("%s is the key that seals; `gatehousectl master-key rotate` makes another first",
				change.id);
	enum err e = db_transact(ctl->db, TX_WRITE, retire, &change);
	if (e != OK && change.in_use > 0)
		return ctl_fail("%s still seals %lld values; the job workers seal them anew (`gatehousectl "
				"master-key status`)", change.id, (long long)change.in_use);
	if (e != OK)
		return fail_change(&change, e);
	struct key_answer answer = { change.id, ctl->config->master_key_file };
	ctl_say(ctl, "%s is taken out of %s. Make the server read it:\n\n  " RELOAD, answer.id, answer.file);
	ctl_print_object(ctl, answer_fields, &answer);
	return CTL_OK;
}
