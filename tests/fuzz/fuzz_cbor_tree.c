/*
 * CBOR trees: whatever is taken keeps the limits and hangs together: each node's children lie right
 * behind it, and its octets inside the input.
 */
#include "lib/cbor_tree.h"
#include "tests/fuzz/fuzz.h"

/* The index behind the node at `at`, walked without its own `end`. */
static size_t
walk(const struct cbor_tree *tree, size_t at, unsigned depth)
{
	const struct cbor_node *node = &tree->nodes[at];
	size_t next = at + 1;

	CHECK(depth <= CBOR_DEPTH_MAX && at < tree->node_count);
	for (uint64_t i = 0; i < (node->kind == NODE_MAP ? 2 * node->count : node->count); i++)
		next = walk(tree, next, depth + 1);
	CHECK(node->end == next);
	return next;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct cbor_tree tree;

	if (!cbor_tree_read((struct bytes){data, len}, &tree))
		return 0;
	CHECK(len <= CBOR_BYTES_MAX && tree.len > 0 && tree.len <= len);
	CHECK(tree.node_count > 0 && tree.node_count <= CBOR_NODES_MAX);
	CHECK(walk(&tree, 0, 1) == tree.node_count);
	for (size_t i = 0; i < tree.node_count; i++) {
		struct bytes octets = tree.nodes[i].octets;

		if (octets.len > 0)
			CHECK(octets.data > data && octets.data + octets.len <= data + tree.len);
	}
	/* What is cut off by one octet is no longer whole. */
	CHECK(!cbor_tree_read((struct bytes){data, tree.len - 1}, &tree));
	return 0;
}
