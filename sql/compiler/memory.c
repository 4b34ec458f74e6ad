/*
 * Memory, texts and messages of the query compiler.
 */
#include "sql/compiler/sqlc.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FILE_BYTES_MAX ((size_t)4 << 20)

_Noreturn void
complain(struct place place, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s:%d: ", place.file, place.line);
	if (place.query != NULL && place.query[0] != '\0')
		fprintf(stderr, "%s: ", place.query);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

void *
take(size_t size)
{
	void *memory = calloc(1, size == 0 ? 1 : size);

	if (memory == NULL) {
		fputs("sqlc: out of memory\n", stderr);
		exit(1);
	}
	return memory;
}

void *
grow(void *items, size_t count, size_t size)
{
	void *larger;

	/* full at 0, 8, 16, 32 …: the capacity needn't be kept */
	if (count != 0 && (count < 8 || (count & (count - 1)) != 0))
		return items;
	larger = take((count == 0 ? 8 : count * 2) * size);
	if (count > 0)
		memcpy(larger, items, count * size);
	return larger;
}

char *
text_copy(const char *data, size_t len)
{
	char *copy = take(len + 1);

	memcpy(copy, data, len);
	return copy;
}

char *
text_printf(const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	if (len < 0) {
		fputs("sqlc: out of memory\n", stderr);
		exit(1);
	}
	return text;
}

char *
text_upper(const char *text)
{
	char *upper = text_copy(text, strlen(text));

	for (char *c = upper; *c != '\0'; c++) {
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	}
	return upper;
}

bool
same_word(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}

char *
file_text(const char *path)
{
	char *text = take(FILE_BYTES_MAX);
	FILE *file = fopen(path, "rb");
	size_t len;

	if (file == NULL)
		complain((struct place){ .file = path }, "can't be read");
	len = fread(text, 1, FILE_BYTES_MAX - 1, file);
	if (ferror(file) != 0 || len == FILE_BYTES_MAX - 1)
		complain((struct place){ .file = path }, "can't be read, or is too long");
	fclose(file);
	return text;
}

void
names_add(struct names *names, const char *name)
{
	names->items = grow(names->items, names->count, sizeof(*names->items));
	names->items[names->count++] = name;
}

bool
names_has(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++) {
		if (same_word(names->items[i], name))
			return true;
	}
	return false;
}
