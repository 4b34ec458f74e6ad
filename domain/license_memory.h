/*
 * What a worker remembers of the projects whose programs ask it about licenses: their secrets, so that a key can be digested before the one
 * statement that finds it. The statement tells the version that holds; who finds another one there forgets, and asks anew.
 */
#ifndef GATEHOUSE_DOMAIN_LICENSE_MEMORY_H
#define GATEHOUSE_DOMAIN_LICENSE_MEMORY_H

#include "lib/ids.h"
#include "lib/license_keys.h"

struct license_memory {
	char client_id[ID_SIZE];	/* of the project; "": nothing */
	int64_t version;		/* of its license_settings */
	struct license_secrets secrets;
};

/* Of that project; NULL when it isn't remembered. Stays until the next license_memory_keep(). */
const struct license_memory *license_memory_find(const char *client_id);
void license_memory_keep(const char *client_id, int64_t version, const struct license_secrets *);

#endif
