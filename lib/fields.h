/*
 * Field tables: what a request may hold and what a reply shows, declared once. From them come the parser, the renderer, OpenAPI,
 * the audit diff and the dashboard's types.
 *
 * An input struct has a member per field and a struct of bools named `has` that tells absent from null:
 *
 *	struct project_update {
 *		struct { bool name, slug; } has;
 *		const char *name;
 *		const char *slug;
 *	};
 *	static const struct field fields[] = {
 *		IN_STRING(struct project_update, name, .min = 1, .max = 255, .description = "Shown in the dashboard"),
 *		FIELDS_END,
 *	};
 *
 * Output tables point into row structs and are whitelists: what isn't in the table isn't shown.
 */
#ifndef GATEHOUSE_LIB_FIELDS_H
#define GATEHOUSE_LIB_FIELDS_H

#include "lib/buffer.h"
#include "lib/errors.h"
#include "lib/ids.h"
#include "lib/json.h"
#include "lib/http.h"

enum field_type {
	FIELD_NONE = 0,	/* ends a table */
	FIELD_STRING,	/* const char *; min and max count code points */
	FIELD_ID,	/* const char *; .id is its kind */
	FIELD_ENUM,	/* const char *, one of .values */
	FIELD_BOOL,	/* bool */
	FIELD_INT,	/* int64_t within min and max; NONE is null */
	FIELD_TIME,	/* int64_t milliseconds; RFC 3339 in JSON; NONE is null */
	FIELD_STRINGS,	/* struct strings; .items_min and .items_max elements, each as FIELD_STRING, or one of .values */
	FIELD_WORDS,	/* output: const char * of words with single spaces between, shown as an array */
	FIELD_OBJECT,	/* pointer to a struct of .fields (input: .item_size octets); NULL is null */
	FIELD_LIST,	/* struct field_list of .item_size octets of .fields each; input: .items_min to .items_max of them */
	FIELD_JSON,	/* const char * of JSON text; NULL is null. Input: any value, as compact text; max counts octets */
};

enum field_in { IN_BODY = 0, IN_PATH, IN_QUERY };

enum field_flag {
	FIELD_REQUIRED = 1 << 0,
	FIELD_NULLABLE = 1 << 1,	/* input: null clears; output: may be null (for OpenAPI) */
	FIELD_SECRET = 1 << 2,		/* never in audit rows, events, stored replies or logs; a diff shows "•" */
	FIELD_LINE_BREAKS = 1 << 3,	/* text may hold line breaks */
	FIELD_IMMUTABLE = 1 << 4,	/* input: naming it at all breaks rule "immutable" */
	FIELD_NO_DIFF = 1 << 5,		/* output: left out of audit diffs (updated_at, role of the reader) */
	FIELD_RAW = 1 << 6,		/* input: any characters but NUL (passwords) */
	FIELD_DISTINCT = 1 << 8,	/* input, FIELD_STRINGS: no two elements are alike; rule "duplicate" */
	FIELD_TREE = 1 << 9,		/* input, FIELD_JSON: const struct json * instead of text, for what is large */
	FIELD_OPTIONAL = 1 << 7,	/* output: left out of the reply when NULL instead of null */
};

struct field_list {
	const void *items;
	size_t count;
};

/* NULL when good, else the rule that is broken. For FIELD_STRINGS it is asked for each element. */
typedef const char *field_check(const char *value);

struct field {
	const char *name;
	enum field_type type;
	enum field_in in;
	unsigned flags;
	size_t offset;
	size_t has_offset;		/* input only */
	int64_t min, max;		/* FIELD_STRING(S): code points; FIELD_INT: values. max 0: no limit */
	size_t items_min, items_max;
	enum id_kind id;
	const char *const *values;	/* NULL-terminated */
	field_check *check;
	const struct field *fields;	/* FIELD_OBJECT, FIELD_LIST */
	size_t item_size;		/* FIELD_LIST; FIELD_OBJECT of an input */
	const char *description;
};

#define FIELDS_END { .name = NULL }

#define IN_COMMON(T, member) .name = #member, .offset = offsetof(T, member), .has_offset = offsetof(T, has.member)
#define IN_STRING(T, member, ...) { IN_COMMON(T, member), .type = FIELD_STRING, __VA_ARGS__ }
#define IN_ID(T, member, kind, ...) { IN_COMMON(T, member), .type = FIELD_ID, .id = kind, __VA_ARGS__ }
#define IN_ENUM(T, member, list, ...) { IN_COMMON(T, member), .type = FIELD_ENUM, .values = list, __VA_ARGS__ }
#define IN_BOOL(T, member, ...) { IN_COMMON(T, member), .type = FIELD_BOOL, __VA_ARGS__ }
#define IN_INT(T, member, low, high, ...) { IN_COMMON(T, member), .type = FIELD_INT, .min = low, .max = high, __VA_ARGS__ }
#define IN_TIME(T, member, ...) { IN_COMMON(T, member), .type = FIELD_TIME, __VA_ARGS__ }
#define IN_STRINGS(T, member, ...) { IN_COMMON(T, member), .type = FIELD_STRINGS, __VA_ARGS__ }
/* A value of no fixed shape; .check sees its text. */
#define IN_JSON(T, member, ...) { IN_COMMON(T, member), .type = FIELD_JSON, __VA_ARGS__ }
/* An object in the body, of an input type of its own, to which the member points. Problems are named member.inner. */
#define IN_OBJECT(T, member, table, type_, ...) \
	{ IN_COMMON(T, member), .type = FIELD_OBJECT, .fields = table, .item_size = sizeof(type_), __VA_ARGS__ }
/* Such objects in a list; problems are named member[0].inner. .items_max is needed. */
#define IN_LIST(T, member, table, type_, ...) \
	{ IN_COMMON(T, member), .type = FIELD_LIST, .fields = table, .item_size = sizeof(type_), __VA_ARGS__ }

#define OUT_COMMON(T, member) .name = #member, .offset = offsetof(T, member)
#define OUT_STRING(T, member, ...) { OUT_COMMON(T, member), .type = FIELD_STRING, __VA_ARGS__ }
#define OUT_ID(T, member, kind, ...) { OUT_COMMON(T, member), .type = FIELD_ID, .id = kind, __VA_ARGS__ }
#define OUT_ENUM(T, member, list, ...) { OUT_COMMON(T, member), .type = FIELD_ENUM, .values = list, __VA_ARGS__ }
#define OUT_BOOL(T, member, ...) { OUT_COMMON(T, member), .type = FIELD_BOOL, __VA_ARGS__ }
#define OUT_INT(T, member, ...) { OUT_COMMON(T, member), .type = FIELD_INT, __VA_ARGS__ }
#define OUT_TIME(T, member, ...) { OUT_COMMON(T, member), .type = FIELD_TIME, __VA_ARGS__ }
#define OUT_STRINGS(T, member, ...) { OUT_COMMON(T, member), .type = FIELD_STRINGS, __VA_ARGS__ }
#define OUT_WORDS(T, member, ...) { OUT_COMMON(T, member), .type = FIELD_WORDS, __VA_ARGS__ }
#define OUT_OBJECT(T, member, table, ...) { OUT_COMMON(T, member), .type = FIELD_OBJECT, .fields = table, __VA_ARGS__ }
#define OUT_LIST(T, member, table, item_type, ...) \
	{ OUT_COMMON(T, member), .type = FIELD_LIST, .fields = table, .item_size = sizeof(item_type), __VA_ARGS__ }
#define OUT_JSON(T, member, ...) { OUT_COMMON(T, member), .type = FIELD_JSON, __VA_ARGS__ }

/* Checks for IN_JSON: is it an object, an array? */
const char *json_object_check(const char *text);
const char *json_array_check(const char *text);

/* One thing that is wrong with a request; all of them are reported at once. */
struct field_error {
	const char *field;	/* "redirect_uris[2]" */
	const char *rule;	/* required type length range pattern enum unknown immutable … */
	const char *message;	/* one English sentence */
};

struct field_errors {
	struct field_error items[32];	/* more than that are not listed */
	size_t count;
};

void field_errors_add(struct field_errors *, struct arena *, const char *field, const char *rule, const char *message_format, ...)
	PRINTF_LIKE(5, 6);
/* {"fields":[{"field","rule","message"}]} */
const char *field_errors_details(struct arena *, const struct field_errors *);

/*
 * Fills the struct at `input` from the body (NULL when the route takes none), the path's parameters and the query. Every problem is
 * added to errors; the struct is complete only when errors->count stays 0. Text from FIELD_SECRET fields is registered to be wiped.
 */
void fields_parse(struct arena *, const struct field *, const struct json *body, struct name_values path,
		  struct name_values query, void *input, struct field_errors *errors);
/*
 * The body without the members that the table doesn't know, and without those that are null: for what an RFC says is to be ignored.
 */
struct json fields_known(struct arena *, const struct field *, const struct json *body);
/* Did the body name any field? (A PATCH must.) */
bool fields_has_any_in_body(const struct field *, const void *input);

/*
 * A PATCH of settings that are kept as a JSON object: `stored` (NULL: nothing) with what the body named in place. null takes a member
 * out, so that its default holds again; objects are merged member by member; FIELD_SECRET members are left to the caller.
 */
const char *fields_merge(struct arena *, const struct field *, const void *input, const struct json *stored);

/* One value of a row or input. */
void field_render(struct buffer *, const struct field *, const void *object, bool without_secrets);
/* The object as JSON. without_secrets: FIELD_SECRET members become null (stored replies). */
void fields_render(struct buffer *, const struct field *, const void *object, bool without_secrets);
/*
 * What changed, as JSON text {"name":["old","new"]}; before NULL for a new object, after NULL for one that is gone (then every
 * non-null member is listed). "{}" when nothing did.
 */
const char *fields_diff(struct arena *, const struct field *, const void *before, const void *after);

#endif
