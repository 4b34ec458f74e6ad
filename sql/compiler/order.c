/*
 * The order of tables that foreign keys ask for: in which rows go when a tenant is purged, and
 * reversed, in which tables are made.
 */
#include "sql/compiler/sqlc.h"

#include <string.h>

struct walk {
	const struct schema *schema;
	const struct table **order;
	size_t count;
	bool *seen;
};

/* All that refer to a table are placed before it. */
static void
place_table(struct walk *walk, const struct table *table)
{
	size_t index = (size_t)(table - walk->schema->tables);

	if (walk->seen[index])
		return;
	walk->seen[index] = true;
	for (size_t i = 0; i < walk->schema->table_count; i++) {
		const struct table *child = &walk->schema->tables[i];

		for (size_t k = 0; k < child->foreign_key_count; k++) {
			if (!child->foreign_keys[k].is_late &&
			    same_word(child->foreign_keys[k].parent, table->name))
				place_table(walk, child);
		}
	}
	walk->order[walk->count++] = table;
}

const struct table **
schema_children_first(const struct schema *schema)
{
	struct walk walk = {
		.schema = schema,
		.order = take(schema->table_count * sizeof(*walk.order)),
		.seen = take(schema->table_count * sizeof(*walk.seen)),
	};

	for (size_t i = 0; i < schema->table_count; i++)
		place_table(&walk, &schema->tables[i]);
	return walk.order;
}
