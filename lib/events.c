/*
 * The table of events.
 */
#include <string.h>

#include "lib/events.h"

#define NOUN_SIZE  32
/* is_audited, is_event */
#define KIND_BOTH  .is_audited = true, .is_event = true
#define KIND_AUDIT .is_audited = true, .is_event = false
#define KIND_EVENT .is_audited = false, .is_event = true

static struct event_info events[EV_COUNT] = {
#define EVENT(symbol, text_name, text_chain, kind, text)                                           \
	[EV_##symbol] = {                                                                          \
		.name = text_name,                                                                 \
		.chain = CHAIN_##text_chain,                                                       \
		KIND_##kind,                                                                       \
		.description = text,                                                               \
	},
#include "lib/events.def"
#undef EVENT
};

/*
 * The nouns are cut from the names at first use: the preprocessor can't, and written twice they
 * would drift.
 */
static char nouns[EV_COUNT][NOUN_SIZE];

const struct event_info *
event_info(enum event event)
{
	struct event_info *info = &events[event];

	if (info->target_type == NULL) {
		memccpy(nouns[event], info->name, '.', NOUN_SIZE - 1);
		nouns[event][strcspn(nouns[event], ".")] = '\0';
		info->target_type = nouns[event];
	}
	return info;
}
