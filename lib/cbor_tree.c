/*
 * Reading CBOR with libcbor's stateless decoder, which allocates nothing and looks at one head at a
 * time.
 */
#include "lib/cbor_tree.h"

#include <string.h>

#include <cbor.h>

/* ---- one item's head, as libcbor calls back ---- */

struct head {
	struct cbor_node node;
	bool is_refused;
};

static void
refuse_item(void *context)
{
	struct head *head = context;

	head->is_refused = true;
}

static void
take_uint64(void *context, uint64_t value)
{
	struct head *head = context;

	head->is_refused = value > INT64_MAX;
	head->node =
	    (struct cbor_node){.kind = NODE_INT, .integer = head->is_refused ? 0 : (int64_t)value};
}

static void
take_uint32(void *context, uint32_t value)
{
	take_uint64(context, value);
}

static void
take_uint16(void *context, uint16_t value)
{
	take_uint64(context, value);
}

static void
take_uint8(void *context, uint8_t value)
{
	take_uint64(context, value);
}

/* A negative integer is -1 minus what is written. */
static void
take_negint64(void *context, uint64_t value)
{
	struct head *head = context;

	take_uint64(context, value);
	head->node.integer = -1 - head->node.integer;
}

static void
take_negint32(void *context, uint32_t value)
{
	take_negint64(context, value);
}

static void
take_negint16(void *context, uint16_t value)
{
	take_negint64(context, value);
}

static void
take_negint8(void *context, uint8_t value)
{
	take_negint64(context, value);
}

static void
take_bytes(void *context, cbor_data data, size_t len)
{
	struct head *head = context;

	head->node = (struct cbor_node){.kind = NODE_BYTES, .octets = {data, len}};
}

static void
take_text(void *context, cbor_data data, size_t len)
{
	struct head *head = context;

	head->node = (struct cbor_node){.kind = NODE_TEXT, .octets = {data, len}};
}

static void
take_array(void *context, size_t count)
{
	struct head *head = context;

	head->node = (struct cbor_node){.kind = NODE_ARRAY, .count = count};
}

static void
take_map(void *context, size_t count)
{
	struct head *head = context;

	head->node = (struct cbor_node){.kind = NODE_MAP, .count = count};
}

static void
refuse_tag(void *context, uint64_t tag)
{
	(void)tag;
	refuse_item(context);
}

static void
take_float(void *context, float value)
{
	struct head *head = context;

	(void)value;
	head->node = (struct cbor_node){.kind = NODE_OTHER};
}

static void
take_double(void *context, double value)
{
	(void)value;
	take_float(context, 0);
}

static void
take_simple(void *context)
{
	take_float(context, 0);
}

static void
take_boolean(void *context, bool value)
{
	(void)value;
	take_float(context, 0);
}

static const struct cbor_callbacks callbacks = {
    .uint8 = take_uint8,
    .uint16 = take_uint16,
    .uint32 = take_uint32,
    .uint64 = take_uint64,
    .negint8 = take_negint8,
    .negint16 = take_negint16,
    .negint32 = take_negint32,
    .negint64 = take_negint64,
    .byte_string = take_bytes,
    .byte_string_start = refuse_item,
    .string = take_text,
    .string_start = refuse_item,
    .array_start = take_array,
    .indef_array_start = refuse_item,
    .map_start = take_map,
    .indef_map_start = refuse_item,
    .tag = refuse_tag,
    .float2 = take_float,
    .float4 = take_float,
    .float8 = take_double,
    .undefined = take_simple,
    .null = take_simple,
    .boolean = take_boolean,
    .indef_break = refuse_item,
};

/* ---- the tree ---- */

static uint64_t
child_count(const struct cbor_node *node)
{
	return node->kind == NODE_MAP ? 2 * node->count : node->count;
}

/* The item at tree->len, with all that is in it; at most CBOR_DEPTH_MAX calls deep. */
static bool
read_item(struct bytes input, unsigned depth, struct cbor_tree *tree)
{
	struct head head = {.is_refused = false};
	size_t at = tree->node_count;

	if (depth > CBOR_DEPTH_MAX || at == CBOR_NODES_MAX)
		return false;
	struct cbor_decoder_result result =
	    cbor_stream_decode(input.data + tree->len, input.len - tree->len, &callbacks, &head);
	if (result.status != CBOR_DECODER_FINISHED || head.is_refused ||
	    head.node.count > CBOR_NODES_MAX)
		return false;
	tree->len += result.read;
	tree->nodes[tree->node_count++] = head.node;
	for (uint64_t i = 0; i < child_count(&head.node); i++)
		if (!read_item(input, depth + 1, tree))
			return false;
	tree->nodes[at].end = tree->node_count;
	return true;
}

bool
cbor_tree_read(struct bytes input, struct cbor_tree *ret)
{
	struct cbor_tree tree = {.node_count = 0};

	if (input.len == 0 || input.len > CBOR_BYTES_MAX || !read_item(input, 1, &tree))
		return false;
	*ret = tree;
	return true;
}

/* ---- looking ---- */

static bool
is_same_key(const struct cbor_node *key, const struct cbor_node *sought)
{
	if (key->kind != sought->kind)
		return false;
	if (key->kind == NODE_INT)
		return key->integer == sought->integer;
	return key->octets.len == sought->octets.len &&
	       memcmp(key->octets.data, sought->octets.data, key->octets.len) == 0;
}

static const struct cbor_node *
find(const struct cbor_tree *tree, const struct cbor_node *sought)
{
	const struct cbor_node *map = &tree->nodes[0];
	const struct cbor_node *found = NULL;

	if (map->kind != NODE_MAP)
		return NULL;
	for (size_t key = 1; key < map->end;) {
		size_t value = tree->nodes[key].end;

		if (is_same_key(&tree->nodes[key], sought)) {
			if (found != NULL)
				return NULL;
			found = &tree->nodes[value];
		}
		key = tree->nodes[value].end;
	}
	return found;
}

const struct cbor_node *
cbor_tree_member(const struct cbor_tree *tree, const char *key)
{
	return find(tree, &(struct cbor_node){
			      .kind = NODE_TEXT,
			      .octets = {(const uint8_t *)key, strlen(key)},
			  });
}

const struct cbor_node *
cbor_tree_labelled(const struct cbor_tree *tree, int64_t label)
{
	return find(tree, &(struct cbor_node){.kind = NODE_INT, .integer = label});
}
