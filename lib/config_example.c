/*
 * Prints the example configuration: every key of the table with its meaning, bounds and default.
 */
#include <string.h>

#include "lib/config_keys.h"

static void
print_value(struct buffer *out, const struct config_key *key)
{
	switch (key->type) {
	case CONFIG_TEXT:
	case CONFIG_URL:
	case CONFIG_PATH:
	case CONFIG_NETWORKS:
		buffer_printf(out, "\"%s\"", key->text_default);
		break;
	case CONFIG_HOSTS:
		buffer_printf(out, "[ \"%s\" ]", key->text_default);
		break;
	case CONFIG_BOOL:
		buffer_text(out, key->int_default != 0 ? "true" : "false");
		break;
	case CONFIG_INT:
	case CONFIG_UINT32:
		buffer_json_int(out, key->int_default);
		break;
	}
}

static void
print_indent(struct buffer *out, size_t depth)
{
	for (size_t i = 0; i < depth; i++)
		buffer_char(out, '\t');
}

/* Length of what two dotted paths share, up to and including the last common dot. */
static size_t
shared_group_len(const char *a, const char *b)
{
	size_t shared = 0;

	for (size_t i = 0; a[i] != '\0' && a[i] == b[i]; i++) {
		if (a[i] == '.')
			shared = i + 1;
	}
	return shared;
}

static size_t
count_dots(const char *path, size_t len)
{
	size_t dots = 0;

	for (size_t i = 0; i < len; i++)
		dots += path[i] == '.' ? 1 : 0;
	return dots;
}

/* Closes the groups of `before` that `path` isn't in, and opens those that are new. */
static void
print_groups(struct buffer *out, const char *before, const char *path)
{
	size_t shared = shared_group_len(before, path);
	size_t depth = count_dots(path, shared);
	bool is_at_top = depth == 0 && path[0] != '\0';

	for (size_t open = count_dots(before, strlen(before)); open > depth; open--) {
		print_indent(out, open - 1);
		buffer_text(out, "};\n");
	}
	if (is_at_top)
		buffer_char(out, '\n');
	for (const char *at = path + shared; strchr(at, '.') != NULL; at = strchr(at, '.') + 1) {
		print_indent(out, depth++);
		buffer_printf(out, "%.*s = {\n", (int)strcspn(at, "."), at);
	}
}

static void
print_meaning(struct buffer *out, const struct config_key *key, size_t depth)
{
	print_indent(out, depth);
	buffer_printf(out, "# %s", key->meaning);
	if (key->type == CONFIG_INT || key->type == CONFIG_UINT32)
		buffer_printf(out, " (%lld to %lld)", (long long)key->min, (long long)key->max);
	buffer_text(out, key->is_required ? " Required.\n" : "\n");
}

void
config_print_example(struct buffer *out)
{
	const char *before = "";

	buffer_text(out, "# Configuration of Gatehouse, in libconfig's syntax. The values are the "
			 "defaults: what you don't change,\n"
			 "# you may leave out.\n");
	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];
		size_t depth = count_dots(key->path, strlen(key->path));
		const char *last_dot = strrchr(key->path, '.');
		print_groups(out, before, key->path);
		print_meaning(out, key, depth);
		print_indent(out, depth);
		buffer_printf(out, "%s = ", last_dot == NULL ? key->path : last_dot + 1);
		print_value(out, key);
		buffer_text(out, ";\n");
		before = key->path;
	}
	print_groups(out, before, "");
}
