/*
 * The table of configuration keys, for its two readers: the parser and the printer of the example file.
 */
#ifndef GATEHOUSE_LIB_CONFIG_KEYS_H
#define GATEHOUSE_LIB_CONFIG_KEYS_H

#include "lib/config.h"

enum config_type {
	CONFIG_TEXT,	/* const char * */
	CONFIG_URL,	/* const char *: https://host[:port] */
	CONFIG_PATH,	/* const char *: an absolute path */
	CONFIG_HOSTS,	/* config.database.hosts and host_count */
	CONFIG_NETWORKS,	/* const char *: addresses or address/bits, separated by spaces */
	CONFIG_INT,	/* int64_t */
	CONFIG_UINT32,	/* uint32_t */
	CONFIG_BOOL,	/* bool */
};

struct config_key {
	const char *path;	/* dotted */
	enum config_type type;
	size_t offset;		/* in struct config */
	const char *text_default;
	int64_t int_default;
	int64_t min, max;
	const char *const *values;	/* NULL-terminated; NULL: any */
	bool may_be_empty;
	bool is_required;		/* text_default is only the example's */
	const char *meaning;
};

extern const struct config_key config_keys[];
extern const size_t config_key_count;

#endif
