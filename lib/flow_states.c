/*
 * The sign-in flow as three tables: words, state × event → state, state × action.
 */
#include "lib/flow_states.h"

#include <string.h>

static const char *const kind_names[FLOW_KIND_COUNT] = {
	[FLOW_SIGN_IN] = "sign_in",
	[FLOW_SIGN_UP] = "sign_up",
	[FLOW_RECOVER] = "recover",
	[FLOW_REAUTHENTICATE] = "reauthenticate",
};

static const char *const state_names[FLOW_STATE_COUNT] = {
	[FLOW_IDENTIFY] = "identify",
	[FLOW_FIRST_FACTOR] = "first_factor",
	[FLOW_VERIFICATION] = "verification",
	[FLOW_NEW_PASSWORD] = "new_password",
	[FLOW_DONE] = "done",
	[FLOW_CONSUMED] = "consumed",
	[FLOW_FAILED] = "failed",
};

static const struct {
	const char *name;
	const char *method;
} actions[FLOW_ACTION_COUNT] = {
	[FLOW_DO_IDENTIFY] = { "identify", NULL },
	[FLOW_DO_SIGN_UP] = { "sign_up", "password" },
	[FLOW_DO_RECOVER] = { "recover", "email" },
	[FLOW_DO_PASSWORD] = { "password", "password" },
	[FLOW_DO_BACK] = { "back", NULL },
	[FLOW_DO_SEND_CODE] = { "send_code", "email" },
	[FLOW_DO_VERIFY_CODE] = { "verify_code", "email" },
	[FLOW_DO_SET_PASSWORD] = { "set_password", "password" },
	[FLOW_DO_COMPLETE] = { "complete", NULL },
};

/* What isn't here can't happen. consumed and failed have no row: nothing leads out of them. */
static const enum flow_state next[FLOW_STATE_COUNT][FLOW_EVENT_COUNT] = {
	[FLOW_IDENTIFY] = {
		[FLOW_IDENTIFIED] = FLOW_FIRST_FACTOR,
		[FLOW_SIGN_UP_HELD] = FLOW_VERIFICATION,
		[FLOW_SIGNED_UP] = FLOW_DONE,
		[FLOW_RECOVERY_ASKED] = FLOW_VERIFICATION,
	},
	[FLOW_FIRST_FACTOR] = {
		[FLOW_WENT_BACK] = FLOW_IDENTIFY,
		[FLOW_PASSWORD_RIGHT] = FLOW_DONE,
		[FLOW_ADDRESS_UNPROVEN] = FLOW_VERIFICATION,
	},
	[FLOW_VERIFICATION] = {
		[FLOW_CODE_SENT] = FLOW_VERIFICATION,
		[FLOW_ADDRESS_PROVEN] = FLOW_DONE,
		[FLOW_PASSWORD_DUE] = FLOW_NEW_PASSWORD,
		[FLOW_REFUSED] = FLOW_FAILED,
	},
	[FLOW_NEW_PASSWORD] = {
		[FLOW_PASSWORD_SET] = FLOW_DONE,
	},
	[FLOW_DONE] = {
		[FLOW_COMPLETED] = FLOW_CONSUMED,
	},
};

#define BIT(action) (1u << (action))

/* Before kinds narrow it: see flow_allows(). */
static const unsigned offered[FLOW_STATE_COUNT] = {
	[FLOW_IDENTIFY] = BIT(FLOW_DO_IDENTIFY) | BIT(FLOW_DO_SIGN_UP) | BIT(FLOW_DO_RECOVER),
	[FLOW_FIRST_FACTOR] = BIT(FLOW_DO_PASSWORD) | BIT(FLOW_DO_BACK),
	[FLOW_VERIFICATION] = BIT(FLOW_DO_SEND_CODE) | BIT(FLOW_DO_VERIFY_CODE),
	[FLOW_NEW_PASSWORD] = BIT(FLOW_DO_SET_PASSWORD),
	[FLOW_DONE] = BIT(FLOW_DO_COMPLETE),
};

/* Recovery mails a link and no code; whoever proves themselves again can't become somebody else. */
static const unsigned denied[FLOW_KIND_COUNT] = {
	[FLOW_RECOVER] = BIT(FLOW_DO_VERIFY_CODE),
	[FLOW_REAUTHENTICATE] = BIT(FLOW_DO_BACK),
};

const char *
flow_kind_name(enum flow_kind kind)
{
	return kind < FLOW_KIND_COUNT ? kind_names[kind] : NULL;
}

enum flow_kind
flow_kind_parse(const char *text)
{
	for (enum flow_kind kind = FLOW_SIGN_IN; kind < FLOW_KIND_COUNT; kind++)
		if (text != NULL && strcmp(kind_names[kind], text) == 0)
			return kind;
	return FLOW_KIND_NONE;
}

const char *
flow_state_name(enum flow_state state)
{
	return state < FLOW_STATE_COUNT ? state_names[state] : NULL;
}

enum flow_state
flow_state_parse(const char *text)
{
	for (enum flow_state state = FLOW_IDENTIFY; state < FLOW_STATE_COUNT; state++)
		if (text != NULL && strcmp(state_names[state], text) == 0)
			return state;
	return FLOW_STATE_NONE;
}

const char *
flow_action_name(enum flow_action action)
{
	return action < FLOW_ACTION_COUNT ? actions[action].name : NULL;
}

const char *
flow_action_method(enum flow_action action)
{
	return action < FLOW_ACTION_COUNT ? actions[action].method : NULL;
}

enum flow_state
flow_next(enum flow_state state, enum flow_event event)
{
	if (state >= FLOW_STATE_COUNT || event >= FLOW_EVENT_COUNT)
		return FLOW_STATE_NONE;
	return next[state][event];
}

bool
flow_allows(enum flow_kind kind, enum flow_state state, enum flow_action action)
{
	if (kind >= FLOW_KIND_COUNT || state >= FLOW_STATE_COUNT || action >= FLOW_ACTION_COUNT)
		return false;
	return (offered[state] & ~denied[kind] & BIT(action)) != 0;
}

bool
flow_is_over(enum flow_state state)
{
	return state >= FLOW_STATE_COUNT || offered[state] == 0;
}
