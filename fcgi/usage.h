/*
 * "Last used" without a write per request: workers note it in shared memory, one process of the request unit writes it in batches
 * every 5 seconds. A killed machine loses those seconds of last_used_at and last_seen_at, nothing else.
 */
#ifndef GATEHOUSE_FCGI_USAGE_H
#define GATEHOUSE_FCGI_USAGE_H

#include "sql/db.h"

struct usage_table;

struct usage_table *usage_new(void);
/*
 * id: key_…, ses_… or csc_…. place_id: of a session, the organization that a person of the console works in, or NULL; the project whose user
 * it is otherwise; of a client secret, its project. Lock-free; a full table drops the note.
 */
void usage_note(struct usage_table *, const char *id, const char *place_id, int64_t now_ms);
/* Writes what was noted since the last call; for the flusher process and for the end of the drain. */
enum err usage_flush(struct usage_table *, struct db *, struct arena *, int64_t now_ms) MUST_CHECK;

#endif
