/*
 * The steps of a sign-in, sign-up or recovery as a table: which state an event leads to, and which
 * actions a state offers.
 */
#ifndef GATEHOUSE_LIB_FLOW_STATES_H
#define GATEHOUSE_LIB_FLOW_STATES_H

#include "lib/base.h"

enum flow_kind {
	FLOW_KIND_NONE = 0,
	FLOW_SIGN_IN,
	FLOW_SIGN_UP,
	FLOW_RECOVER,
	FLOW_REAUTHENTICATE,
	FLOW_KIND_COUNT
};

enum flow_state {
	FLOW_STATE_NONE = 0,
	FLOW_IDENTIFY,		/* who is it? */
	FLOW_FIRST_FACTOR,	/* prove it */
	FLOW_VERIFICATION,	/* prove the address: by a code or a mailed link */
	FLOW_NEW_PASSWORD,	/* choose one */
	FLOW_DONE,		/* only complete is left */
	FLOW_CONSUMED,		/* it became a session */
	FLOW_FAILED,		/* nothing can come of it any more */
	FLOW_STATE_COUNT
};

enum flow_event {
	FLOW_IDENTIFIED,	/* somebody said who they are; nobody has looked whether they exist */
	FLOW_SIGN_UP_HELD,	/* a new account waits for the proof of its address */
	FLOW_SIGNED_UP,		/* a new account was made at once */
	FLOW_RECOVERY_ASKED,
	FLOW_WENT_BACK,
	FLOW_PASSWORD_RIGHT,
	FLOW_ADDRESS_UNPROVEN,	/* the password is right, but the address was never proven */
	FLOW_CODE_SENT,
	FLOW_ADDRESS_PROVEN,
	FLOW_PASSWORD_DUE,	/* the address is proven, and a password has to be chosen */
	FLOW_REFUSED,		/* the proof was good, but nothing may come of it */
	FLOW_PASSWORD_SET,
	FLOW_COMPLETED,
	FLOW_EVENT_COUNT
};

enum flow_action {
	FLOW_DO_IDENTIFY,
	FLOW_DO_SIGN_UP,
	FLOW_DO_RECOVER,
	FLOW_DO_PASSWORD,
	FLOW_DO_BACK,
	FLOW_DO_SEND_CODE,
	FLOW_DO_VERIFY_CODE,
	FLOW_DO_SET_PASSWORD,
	FLOW_DO_COMPLETE,
	FLOW_ACTION_COUNT
};

/* The words of the columns and of the API. NULL for what isn't one; NONE for an unknown word. */
const char *flow_kind_name(enum flow_kind);
enum flow_kind flow_kind_parse(const char *text);
const char *flow_state_name(enum flow_state);
enum flow_state flow_state_parse(const char *text);
const char *flow_action_name(enum flow_action);
/* How the action proves or reaches somebody ("password", "email"); NULL when it doesn't. */
const char *flow_action_method(enum flow_action);

/* FLOW_STATE_NONE when the event can't happen in this state. */
enum flow_state flow_next(enum flow_state, enum flow_event);
bool flow_allows(enum flow_kind, enum flow_state, enum flow_action);
/* No action will ever be possible again. */
bool flow_is_over(enum flow_state);

#endif
