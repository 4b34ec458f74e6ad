/*
 * Reading a file of people.
 */
#include "ctl/import_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/csv_read.h"
#include "sys/system.h"

/* ---- the window ---- */

static bool
fail_read(const struct import_file *file, const char *why)
{
	ctl_fail("%s: %s", file->path, why);
	return false;
}

/* More octets behind those that wait. False after a line on stderr; with nothing read when it is full or the file has ended. */
static bool
read_more(struct import_file *file)
{
	size_t got;

	memmove(file->window, file->window + file->start, file->end - file->start);
	file->end -= file->start;
	file->start = 0;
	if (!fd_read(file->fd, file->window + file->end, IMPORT_RECORD_MAX - file->end, &got))
		return fail_read(file, strerrordesc_np(errno));
	file->is_at_end = got < IMPORT_RECORD_MAX - file->end;
	file->end += got;
	return true;
}

static void
take(struct import_file *file, size_t len)
{
	file->start += len;
	file->taken += (int64_t)len;
}

static enum import_read
fail_too_long(const struct import_file *file)
{
	ctl_fail("%s: row %lld is longer than %zu octets, or a quote or bracket before it is left open", file->path,
		 (long long)file->row + 1, IMPORT_RECORD_MAX);
	return IMPORT_BROKEN;
}

/* ---- CSV ---- */

/* The next record that isn't an empty line. */
static enum import_read
next_cells(struct import_file *file, struct arena *arena, const char *const **ret_cells, size_t *ret_count, const char **ret_problem)
{
	for (;;) {
		const char *text = file->window + file->start;
		size_t len = csv_record_len(text, file->end - file->start, file->separator, file->is_at_end);

		if (len == 0 && file->is_at_end && file->start == file->end)
			return IMPORT_END;
		if (len == 0 && (file->is_at_end || (file->start == 0 && file->end == IMPORT_RECORD_MAX)))
			return fail_too_long(file);
		if (len == 0) {
			if (!read_more(file))
				return IMPORT_BROKEN;
			continue;
		}
		take(file, len);
		file->row++;
		if (!csv_read(arena, text, len, file->separator, ret_cells, ret_count, ret_problem))
			return IMPORT_BAD_RECORD;
		if (*ret_count > 1 || (*ret_cells)[0] != NULL)
			return IMPORT_RECORD;
	}
}

static enum import_read
next_of_csv(struct import_file *file, struct arena *arena, struct json *ret_record, const char **ret_problem)
{
	struct json *items = ARENA_ARRAY(arena, file->column_count, struct json);
	const char **names = ARENA_ARRAY(arena, file->column_count, const char *);
	const char *const *cells;
	size_t count, kept = 0;
	enum import_read read = next_cells(file, arena, &cells, &count, ret_problem);

	if (read != IMPORT_RECORD)
		return read;
	if (count != file->column_count) {
		*ret_problem = arena_printf(arena, "It has %zu cells, the header has %zu.", count, file->column_count);
		return IMPORT_BAD_RECORD;
	}
	for (size_t i = 0; i < count; i++) {
		if (cells[i] == NULL)
			continue;
		names[kept] = file->columns[i];
		items[kept++] = (struct json){ .type = JSON_STRING, .string = cells[i] };
	}
	*ret_record = (struct json){ .type = JSON_OBJECT, .names = names, .items = items, .count = kept };
	return IMPORT_RECORD;
}

static bool
read_header(struct ctl *ctl, struct import_file *file)
{
	const char *problem = "it has no header";

	file->separator = csv_separator(file->window + file->start, file->end - file->start);
	enum import_read read = next_cells(file, ctl->arena, &file->columns, &file->column_count, &problem);
	if (read == IMPORT_BROKEN)
		return false;
	for (size_t i = 0; read == IMPORT_RECORD && i < file->column_count; i++)
		if (file->columns[i] == NULL)
			return fail_read(file, arena_printf(ctl->arena, "column %zu has no name", i + 1));
	return read == IMPORT_RECORD || fail_read(file, problem);
}

/* ---- JSON ---- */

static enum import_read
parse(struct arena *arena, const char *text, size_t len, struct json *ret_record, const char **ret_problem)
{
	return json_parse(arena, text, len, ret_record, ret_problem) == OK ? IMPORT_RECORD : IMPORT_BAD_RECORD;
}

static bool
is_blank_line(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len && strchr(" \t\r\n", text[i]) != NULL)
		i++;
	return i == len;
}

static enum import_read
next_line(struct import_file *file, struct arena *arena, struct json *ret_record, const char **ret_problem)
{
	for (;;) {
		const char *text = file->window + file->start;
		size_t waiting = file->end - file->start;
		const char *line_break = memchr(text, '\n', waiting);
		size_t len = line_break == NULL ? waiting : (size_t)(line_break - text) + 1;

		if (line_break == NULL && !file->is_at_end) {
			if (file->start == 0 && file->end == IMPORT_RECORD_MAX)
				return fail_too_long(file);
			if (!read_more(file))
				return IMPORT_BROKEN;
			continue;
		}
		if (len == 0)
			return IMPORT_END;
		take(file, len);
		file->row++;
		if (!is_blank_line(text, len))
			return parse(arena, text, len, ret_record, ret_problem);
	}
}

static enum import_read
fail_broken(const struct import_file *file, const char *why)
{
	ctl_fail("%s: behind row %lld: %s", file->path, (long long)file->row, why);
	return IMPORT_BROKEN;
}

static enum import_read
next_element(struct import_file *file, struct arena *arena, struct json *ret_record, const char **ret_problem)
{
	for (;;) {
		size_t start, len;
		const char *text = file->window + file->start;
		enum json_cut cut = json_split(&file->split, text, file->end - file->start, &start, &len);

		if (cut == CUT_END)
			return IMPORT_END;
		if (cut == CUT_BROKEN)
			return fail_broken(file, "this is no JSON array of users, nor an object with a member \"users\"");
		take(file, start + len);
		if (cut == CUT_ELEMENT) {
			file->row++;
			return parse(arena, text + start, len, ret_record, ret_problem);
		}
		if (file->is_at_end)
			return fail_broken(file, "the file ends in the middle");
		if (file->start == 0 && file->end == IMPORT_RECORD_MAX)
			return fail_too_long(file);
		if (!read_more(file))
			return IMPORT_BROKEN;
	}
}

/* ---- opening ---- */

/* An object that begins the text and holds no "users" is the first of many, one a line. */
static enum import_container
container_of(const struct import_file *file)
{
	struct json_split split = { 0 };
	const char *text = file->window + file->start;
	size_t len = file->end - file->start, blank = 0, start, element_len;

	while (blank < len && strchr(" \t\r\n", text[blank]) != NULL)
		blank++;
	if (blank == len || (text[blank] != '[' && text[blank] != '{'))
		return CONTAINER_CSV;
	return json_split(&split, text, len, &start, &element_len) == CUT_BROKEN ? CONTAINER_LINES : CONTAINER_JSON;
}

static bool
begin(struct ctl *ctl, struct import_file *file)
{
	if (!read_more(file))
		return false;
	if (file->end >= 3 && memcmp(file->window, "\xef\xbb\xbf", 3) == 0)
		take(file, 3);
	if (file->container == CONTAINER_UNKNOWN)
		file->container = container_of(file);
	return file->container != CONTAINER_CSV || read_header(ctl, file);
}

bool
import_file_rewind(struct ctl *ctl, struct import_file *file)
{
	if (lseek(file->fd, 0, SEEK_SET) != 0)
		return fail_read(file, strerrordesc_np(errno));
	file->start = file->end = 0;
	file->is_at_end = false;
	file->taken = file->row = 0;
	file->split = (struct json_split){ 0 };
	return begin(ctl, file);
}

bool
import_file_open(struct ctl *ctl, const char *path, enum import_container container, struct import_file *ret)
{
	struct stat status;

	*ret = (struct import_file){ .path = path, .container = container, .fd = open(path, O_RDONLY | O_CLOEXEC) };
	if (ret->fd < 0)
		return fail_read(ret, strerrordesc_np(errno));
	ret->window = arena_alloc(ctl->arena, IMPORT_RECORD_MAX);
	if (fstat(ret->fd, &status) != 0 || !S_ISREG(status.st_mode)) {
		fail_read(ret, "it isn't a file");
	} else {
		ret->size = status.st_size;
		if (begin(ctl, ret))
			return true;
	}
	import_file_close(ret);
	return false;
}

void
import_file_close(struct import_file *file)
{
	close(file->fd);
}

enum import_read
import_file_next(struct import_file *file, struct arena *arena, struct json *ret_record, const char **ret_problem)
{
	switch (file->container) {
	case CONTAINER_CSV:
		return next_of_csv(file, arena, ret_record, ret_problem);
	case CONTAINER_LINES:
		return next_line(file, arena, ret_record, ret_problem);
	default:
		return next_element(file, arena, ret_record, ret_problem);
	}
}
