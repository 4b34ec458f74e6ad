/*
 * What gatehousectl prints: sentences and tables for people, JSON for programs.
 */
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"
#include "lib/encode.h"
#include "lib/text.h"

enum ctl_exit
ctl_fail(const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	fputs("gatehousectl: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return CTL_FAILED;
}

enum ctl_exit
ctl_fail_err(enum err e, const char *what)
{
	switch (e) {
	case ERR_DB_LOST:
		return ctl_fail("%s: the database doesn't answer; see `gatehousectl doctor`", what);
	case ERR_DB_OUTCOME_UNKNOWN:
		return ctl_fail("%s: the database's answer was lost; look before you repeat", what);
	case ERR_DB:
	case ERR_CRYPTO:
		return ctl_fail("%s: it failed (%s); the lines above say why", what, error_name(e));
	default:
		return ctl_fail("%s: %s", what, error_info(e)->title);
	}
}

void
ctl_say(const struct ctl *ctl, const char *format, ...)
{
	va_list arguments;

	if (ctl->as_json)
		return;
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
}

void
ctl_print_object(const struct ctl *ctl, const struct field *fields, const void *object)
{
	struct buffer json = buffer_new(ctl->arena);

	if (!ctl->as_json)
		return;
	fields_render(&json, fields, object, false);
	puts(buffer_string(&json));
}

static void
print_json_list(const struct ctl *ctl, const struct field *fields, const char *items, size_t count,
		size_t item_size)
{
	struct buffer json = buffer_new(ctl->arena);

	buffer_text(&json, "{\"data\":[");
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buffer_char(&json, ',');
		fields_render(&json, fields, items + i * item_size, false);
	}
	buffer_text(&json, "]}");
	puts(buffer_string(&json));
}

/* A cell; tables show texts, yes or no, numbers and times. */
static const char *
cell(struct arena *arena, const struct field *field, const char *item)
{
	const void *at = item + field->offset;
	char time[TIME_TEXT_SIZE];

	switch (field->type) {
	case FIELD_BOOL:
		return *(const bool *)at ? "yes" : "no";
	case FIELD_INT:
		return *(const int64_t *)at == NONE
			       ? "-"
			       : arena_printf(arena, "%lld", (long long)*(const int64_t *)at);
	case FIELD_TIME:
		time_format(*(const int64_t *)at, time);
		return time[0] == '\0' ? "-" : arena_strndup(arena, time, strlen(time));
	default: {
		const char *text = *(const char *const *)at;
		return text == NULL || text[0] == '\0' ? "-" : text;
	}
	}
}

#define TABLE_COLUMNS_MAX 12

static void
print_row(const struct field *fields, const char *const *cells, const size_t *widths)
{
	for (size_t column = 0; fields[column].name != NULL; column++) {
		bool is_last = fields[column + 1].name == NULL;
		size_t shown = utf8_length(cells[column]);
		fputs(cells[column], stdout);
		for (size_t i = shown; !is_last && i < widths[column] + 2; i++)
			putchar(' ');
	}
	putchar('\n');
}

static void
print_table(const struct ctl *ctl, const struct field *fields, const char *items, size_t count,
	    size_t item_size)
{
	size_t widths[TABLE_COLUMNS_MAX] = { 0 };
	const char *head[TABLE_COLUMNS_MAX];
	size_t columns = 0;

	for (; fields[columns].name != NULL && columns < TABLE_COLUMNS_MAX; columns++) {
		head[columns] = fields[columns].name;
		widths[columns] = strlen(head[columns]);
	}
	const char **cells = ARENA_ARRAY(ctl->arena, count * columns, const char *);
	for (size_t i = 0; i < count * columns; i++) {
		cells[i] = cell(ctl->arena, &fields[i % columns], items + i / columns * item_size);
		size_t width = utf8_length(cells[i]);
		if (width > widths[i % columns])
			widths[i % columns] = width;
	}
	print_row(fields, head, widths);
	for (size_t row = 0; row < count; row++)
		print_row(fields, cells + row * columns, widths);
}

void
ctl_print_list(const struct ctl *ctl, const struct field *fields, const void *items, size_t count,
	       size_t item_size)
{
	if (ctl->as_json)
		print_json_list(ctl, fields, items, count, item_size);
	else
		print_table(ctl, fields, items, count, item_size);
}
