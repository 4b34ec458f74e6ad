/*
 * The little CBOR that a passkey sends (RFC 8949), as a tree of fixed size. libcbor takes one item after the other apart; what a tree may
 * be is decided here: definite lengths, four levels, 64 KiB, 64 items, nothing behind the end (security.md WA-09).
 */
#ifndef GATEHOUSE_LIB_CBOR_TREE_H
#define GATEHOUSE_LIB_CBOR_TREE_H

#include "lib/base.h"

#define CBOR_DEPTH_MAX 4
#define CBOR_BYTES_MAX ((size_t)64 * 1024)
#define CBOR_NODES_MAX 64

enum cbor_node_kind {
	NODE_INT,	/* .integer */
	NODE_BYTES,	/* .octets, borrowed from the input */
	NODE_TEXT,	/* the same */
	NODE_ARRAY,	/* .count elements */
	NODE_MAP,	/* .count pairs */
	NODE_OTHER,	/* true, false, null, a floating-point number */
};

struct cbor_node {
	enum cbor_node_kind kind;
	int64_t integer;
	struct bytes octets;
	uint64_t count;
	size_t end;	/* index of the first node that doesn't belong to this one */
};

/* nodes[0] is the whole; a node is followed by what is in it: key, value, key, value … */
struct cbor_tree {
	struct cbor_node nodes[CBOR_NODES_MAX];
	size_t node_count;
	size_t len;	/* octets that the item takes */
};

/* One item at the beginning of the input. False for anything that breaks a limit, tags, and integers beyond 63 bits. */
bool cbor_tree_read(struct bytes input, struct cbor_tree *ret);
/* The value of a key in the map nodes[0]; NULL when it isn't there, is there twice, or nodes[0] isn't a map. */
const struct cbor_node *cbor_tree_member(const struct cbor_tree *, const char *key);
const struct cbor_node *cbor_tree_labelled(const struct cbor_tree *, int64_t label);

#endif
