/*
 * People as other programs export them, made into what an import takes (domain/user_import.h): which program wrote a record is told by the names
 * of its members. What has no place here is left out; docs/moving-over.md says what.
 */
#ifndef GATEHOUSE_LIB_USER_SHAPES_H
#define GATEHOUSE_LIB_USER_SHAPES_H

#include "lib/json.h"

enum user_shape { SHAPE_GATEHOUSE, SHAPE_WORDPRESS, SHAPE_LARAVEL, SHAPE_KEYCLOAK, SHAPE_AUTH0, SHAPE_COUNT };

/* "Gatehouse", "WordPress" … */
const char *user_shape_name(enum user_shape) RETURNS_NONNULL;

enum user_shape user_shape_of(const struct json *record);

/*
 * A record of CSV has text alone; numbers, "true", "t", "yes" and "1" are read where a member wants them. False for what is no person: the
 * service account of a Keycloak client. What isn't an object stays what it is, for the import to refuse. ret is the arena's and borrows from the record.
 */
bool user_shape_convert(struct arena *, enum user_shape, const struct json *record, struct json *ret);

/* ---- for lib/user_shapes*.c alone ---- */

/* An object under way. */
struct shaping {
	struct arena *arena;
	const struct json *record;
	const char **names;
	struct json *items;
	size_t count;
};

/* A member of an object as text; numbers too. NULL: absent, null, "" or of another kind. */
const char *shape_text(struct arena *, const struct json *object, const char *name);
bool shape_is_true(const struct json *object, const char *name);

/* A member of the object under way; a NULL text is left out. */
void shape_add_text(struct shaping *, const char *name, const char *text);
void shape_add_true(struct shaping *, const char *name, bool is_true);
void shape_add(struct shaping *, const char *name, const struct json *value);

/* The hash of a Keycloak user's password (user_shapes_hashes.c), or of an Auth0 user; NULL when there is none. What isn't understood keeps its name, so that it is refused. */
const char *shape_keycloak_hash(struct arena *, const struct json *record);
const char *shape_auth0_hash(struct arena *, const struct json *record);

#endif
