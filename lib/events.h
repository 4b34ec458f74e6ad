/*
 * The names of what is recorded; the table is lib/events.def.
 */
#ifndef GATEHOUSE_LIB_EVENTS_H
#define GATEHOUSE_LIB_EVENTS_H

#include "lib/base.h"

enum event {
#define EVENT(symbol, name, chain, kind, description) EV_##symbol,
#include "lib/events.def"
#undef EVENT
	EV_COUNT
};

enum event_chain { CHAIN_ORG, CHAIN_PROJECT };

struct event_info {
	const char *name;		/* project.created: audit action and event type */
	const char *target_type;	/* project: the word before the dot */
	enum event_chain chain;
	bool is_audited, is_event;	/* one of them at least */
	const char *description;
};

const struct event_info *event_info(enum event) __attribute__((returns_nonnull));

#endif
