/*
 * What may change: the database, the one `now`, who acts, and the arena. All that domain/ and jobs see of a request.
 */
#ifndef GATEHOUSE_SQL_TX_H
#define GATEHOUSE_SQL_TX_H

#include "lib/config.h"
#include "lib/errors.h"
#include "lib/events.h"
#include "lib/fields.h"
#include "lib/keyring.h"
#include "lib/stats.h"
#include "sql/db.h"

/* Who did it, as audit rows name it. */
struct actor {
	const char *kind;	/* user, personal_token, service_key, oauth, client, directory, portal, agent_session, system, cli */
	const char *id;
	const char *label;	/* e-mail or name at the time */
};

struct tx {
	struct db *db;
	struct arena *arena;
	int64_t now_ms;
	const struct config *config;
	const struct keyring *keyring;
	struct actor actor;
	const char *request_id;
	struct bytes ip;		/* 16 octets or none */
	const char *user_agent;		/* "" when unknown */
	const char *console_id;		/* project zero; "" before set-up */
	unsigned recorded;		/* how many records it made: their ids keep that order */
};

/* A new id of a kind, from the transaction's clock and arena. */
enum err tx_make_id(struct tx *, enum id_kind, const char **ret_id) MUST_CHECK;

/* What an audit row and its event say. Texts are borrowed. */
struct record {
	enum event event;
	const char *org_id;
	const char *project_id;		/* NULL: the organization's chain and, for the event, its default project */
	const char *event_project_id;	/* where the event goes when project_id is NULL; NULL: no event (an organization without projects) */
	bool in_project_chain;		/* default: the table's; set for nouns that are pinned to a project */
	const char *target_id;
	const char *target_label;
	const struct field *fields;	/* whitelist of what the diff and the event's data show; may be NULL */
	const void *before;		/* NULL: made anew */
	const void *after;		/* NULL: gone */
	const char *changes;		/* JSON text instead of fields/before/after; NULL: from those */
	const char *data;		/* event data as JSON text; NULL: rendered from fields and after (or before) */
};

/*
 * The audit row, the event row and its queue row, in the caller's transaction. No audit row, no change: an error must fail the request.
 */
enum err record(struct tx *, const struct record *) MUST_CHECK;
/* A refused write (result denied), in a transaction of its own or the refusal's. target_id may be "". */
enum err record_denied(struct tx *, const char *org_id, const char *project_id, const char *target_type, const char *target_id,
		       const char *action, const char *reason) MUST_CHECK;

/* One more of something for analytics and the meters, if the transaction commits; no statement. Who counts what: lib/stats.def. */
void tx_count(struct tx *, const struct stat_count *);

#endif
