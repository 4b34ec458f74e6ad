/*
 * Cursors: a made one reads back as it was made; changed in any place, or under another list,
 * tenant or filter, it is refused.
 */
#include "fcgi/pipeline.h"
#include "tests/fuzz/fuzz.h"

static const char key_file[] = "k0001 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n";
static const struct route projects = { .id = "project_list", .tenant = TENANT_ORG };
static const struct route members = { .id = "member_list", .tenant = TENANT_ORG };
static struct name_value filters[] = { { "environment", "live" } };
static struct name_value other_filters[] = { { "environment", "test" } };

/* One request for the list of projects, as far as cursors look at it. */
static struct exchange
make_exchange(struct arena *arena)
{
	static struct keyring *keyring;
	const char *problem = NULL;

	if (keyring == NULL)
		CHECK(keyring_parse(key_file, strlen(key_file), &keyring, &problem));
	return (struct exchange){
		.arena = arena,
		.in.query_pairs = { .items = filters, .count = 1 },
		.rq = { .arena = arena,
			.keyring = keyring,
			.route = &projects,
			.org.id = "org_0123456789abcdef" },
	};
}

static void
check_refused(const struct exchange *x, const char *cursor)
{
	struct page page = { .after_id = NULL };

	CHECK(page_cursor_read(&x->rq, cursor, &page) == ERR_INVALID_CURSOR);
	CHECK(page.after_id == NULL && page.after_sort == NULL);
}

/* Whatever is accepted is what we would have made. */
static void
check_read(const struct exchange *x, const char *cursor)
{
	struct page page = { .after_id = NULL };

	enum err e = page_cursor_read(&x->rq, cursor, &page);
	CHECK(e == OK || e == ERR_INVALID_CURSOR);
	if (e == OK)
		CHECK(strcmp(page_cursor_make(&x->rq, page.after_sort, page.after_id), cursor) ==
		      0);
}

static void
check_elsewhere(struct exchange x, const char *cursor)
{
	struct exchange other = x;
	struct page page;

	other.rq.route = &members;
	check_refused(&other, cursor);
	other = x;
	other.rq.org.id = "org_0123456789abcdeg";
	check_refused(&other, cursor);
	other = x;
	/* A list of the organization goes on whatever its default project is by then. */
	other.rq.project.id = "prj_0123456789abcdef";
	CHECK(page_cursor_read(&other.rq, cursor, &page) == OK);
	other = x;
	other.in.query_pairs.items = other_filters;
	check_refused(&other, cursor);
	other = x;
	other.in.query_pairs.count = 0;
	check_refused(&other, cursor);
}

static void
check_made(const struct exchange *x, const char *sort, const char *id, size_t place)
{
	struct page page = { .after_id = NULL };
	char *cursor = arena_strdup(x->arena, page_cursor_make(&x->rq, sort, id));

	CHECK(page_cursor_read(&x->rq, cursor, &page) == OK);
	CHECK(strcmp(page.after_sort, sort) == 0 && strcmp(page.after_id, id) == 0);
	check_elsewhere(*x, cursor);
	size_t changed = place % strlen(cursor);
	cursor[changed] = cursor[changed] == 'A' ? 'B' : 'A';
	check_refused(x, cursor);
	cursor[changed] = '\0';
	check_refused(x, cursor);
}

/* The input is a cursor, and also: a place to change, sort key, line break, id. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *arena = arena_new(FUZZ_ARENA_BYTES);
	struct exchange x = make_exchange(arena);
	const char *text = fuzz_text(arena, data, len);
	const char *line_break = strchr(text, '\n');

	check_read(&x, text);
	if (line_break != NULL && line_break > text && line_break - text <= 1024 &&
	    line_break[1] != '\0')
		check_made(&x, arena_strndup(arena, text, (size_t)(line_break - text)),
			   line_break + 1, (size_t)(unsigned char)text[0] * len);
	arena_free(arena);
	return 0;
}
