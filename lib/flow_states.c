/*
 * The sign-in flow as tables: words, state × event → state, state × action with the methods it needs.
 */
#include "lib/flow_states.h"

#include <string.h>

#include "lib/sign_in_methods.h"

const char *const flow_kind_names[] = {
	[FLOW_SIGN_IN - 1] = "sign_in",
	[FLOW_SIGN_UP - 1] = "sign_up",
	[FLOW_RECOVER - 1] = "recover",
	[FLOW_REAUTHENTICATE - 1] = "reauthenticate",
	[FLOW_LINK - 1] = "link",
	[FLOW_UPGRADE - 1] = "upgrade",
	[FLOW_KIND_COUNT - 1] = NULL,
};

const char *const flow_state_names[] = {
	[FLOW_IDENTIFY - 1] = "identify",
	[FLOW_FIRST_FACTOR - 1] = "first_factor",
	[FLOW_WAITING - 1] = "waiting",
	[FLOW_SECOND_FACTOR - 1] = "second_factor",
	[FLOW_VERIFICATION - 1] = "verification",
	[FLOW_NEW_PASSWORD - 1] = "new_password",
	[FLOW_ENROLL_FACTOR - 1] = "enroll_factor",
	[FLOW_PLAN - 1] = "plan",
	[FLOW_DONE - 1] = "done",
	[FLOW_CONSUMED - 1] = "consumed",
	[FLOW_FAILED - 1] = "failed",
	[FLOW_STATE_COUNT - 1] = NULL,
};

const char *const flow_action_names[] = {
	[FLOW_DO_IDENTIFY] = "identify",
	[FLOW_DO_SIGN_UP] = "sign_up",
	[FLOW_DO_RECOVER] = "recover",
	[FLOW_DO_PASSWORD] = "password",
	[FLOW_DO_BACK] = "back",
	[FLOW_DO_SEND_CODE] = "send_code",
	[FLOW_DO_VERIFY_CODE] = "verify_code",
	[FLOW_DO_SEND_LINK] = "send_link",
	[FLOW_DO_SOCIAL] = "social",
	[FLOW_DO_PASSKEY_OPTIONS] = "passkey_options",
	[FLOW_DO_PASSKEY] = "passkey",
	[FLOW_DO_ANONYMOUS] = "anonymous",
	[FLOW_DO_TOTP] = "totp",
	[FLOW_DO_BACKUP_CODE] = "backup_code",
	[FLOW_DO_TOTP_START] = "totp_start",
	[FLOW_DO_TOTP_VERIFY] = "totp_verify",
	[FLOW_DO_PASSKEY_REGISTER_OPTIONS] = "passkey_register_options",
	[FLOW_DO_PASSKEY_REGISTER] = "passkey_register",
	[FLOW_DO_SET_PASSWORD] = "set_password",
	[FLOW_DO_CHOOSE] = "choose",
	[FLOW_DO_SKIP] = "skip",
	[FLOW_DO_COMPLETE] = "complete",
	[FLOW_ACTION_COUNT] = NULL,
};

/* What isn't here can't happen. consumed and failed have no row: nothing leads out of them. */
static const enum flow_state next[FLOW_STATE_COUNT][FLOW_EVENT_COUNT] = {
	[FLOW_IDENTIFY] = {
		[FLOW_IDENTIFIED] = FLOW_FIRST_FACTOR,
		[FLOW_SIGN_UP_HELD] = FLOW_VERIFICATION,
		[FLOW_RECOVERY_ASKED] = FLOW_VERIFICATION,
		[FLOW_CODE_SENT] = FLOW_IDENTIFY,
		[FLOW_WAITS] = FLOW_WAITING,
		[FLOW_SECOND_DUE] = FLOW_SECOND_FACTOR,
		[FLOW_ADDRESS_DUE] = FLOW_VERIFICATION,
		[FLOW_ENROLL_DUE] = FLOW_ENROLL_FACTOR,
		[FLOW_PLAN_DUE] = FLOW_PLAN,
		[FLOW_NOTHING_DUE] = FLOW_DONE,
	},
	[FLOW_FIRST_FACTOR] = {
		[FLOW_WENT_BACK] = FLOW_IDENTIFY,
		[FLOW_CODE_SENT] = FLOW_FIRST_FACTOR,
		[FLOW_WAITS] = FLOW_WAITING,
		[FLOW_SECOND_DUE] = FLOW_SECOND_FACTOR,
		[FLOW_ADDRESS_DUE] = FLOW_VERIFICATION,
		[FLOW_PASSWORD_DUE] = FLOW_NEW_PASSWORD,
		[FLOW_ENROLL_DUE] = FLOW_ENROLL_FACTOR,
		[FLOW_PLAN_DUE] = FLOW_PLAN,
		[FLOW_NOTHING_DUE] = FLOW_DONE,
		[FLOW_REFUSED] = FLOW_FAILED,
	},
	[FLOW_WAITING] = {
		[FLOW_WAIT_FAILED] = FLOW_IDENTIFY,
		[FLOW_WAIT_FAILED_KNOWN] = FLOW_FIRST_FACTOR,
		[FLOW_CHECK_OVER] = FLOW_IDENTIFY,
		[FLOW_SECOND_DUE] = FLOW_SECOND_FACTOR,
		[FLOW_ADDRESS_DUE] = FLOW_VERIFICATION,
		[FLOW_ENROLL_DUE] = FLOW_ENROLL_FACTOR,
		[FLOW_PLAN_DUE] = FLOW_PLAN,
		[FLOW_NOTHING_DUE] = FLOW_DONE,
		[FLOW_REFUSED] = FLOW_FAILED,
	},
	[FLOW_SECOND_FACTOR] = {
		[FLOW_CODE_SENT] = FLOW_SECOND_FACTOR,
		[FLOW_ADDRESS_DUE] = FLOW_VERIFICATION,
		[FLOW_PASSWORD_DUE] = FLOW_NEW_PASSWORD,
		[FLOW_PLAN_DUE] = FLOW_PLAN,
		[FLOW_NOTHING_DUE] = FLOW_DONE,
		[FLOW_REFUSED] = FLOW_FAILED,
	},
	[FLOW_VERIFICATION] = {
		[FLOW_CODE_SENT] = FLOW_VERIFICATION,
		[FLOW_SECOND_DUE] = FLOW_SECOND_FACTOR,
		[FLOW_PASSWORD_DUE] = FLOW_NEW_PASSWORD,
		[FLOW_ENROLL_DUE] = FLOW_ENROLL_FACTOR,
		[FLOW_PLAN_DUE] = FLOW_PLAN,
		[FLOW_NOTHING_DUE] = FLOW_DONE,
		[FLOW_REFUSED] = FLOW_FAILED,
	},
	[FLOW_NEW_PASSWORD] = {
		[FLOW_ENROLL_DUE] = FLOW_ENROLL_FACTOR,
		[FLOW_PLAN_DUE] = FLOW_PLAN,
		[FLOW_NOTHING_DUE] = FLOW_DONE,
	},
	[FLOW_ENROLL_FACTOR] = {
		[FLOW_CODE_SENT] = FLOW_ENROLL_FACTOR,
		[FLOW_PLAN_DUE] = FLOW_PLAN,
		[FLOW_NOTHING_DUE] = FLOW_DONE,
	},
	[FLOW_PLAN] = {
		[FLOW_PAYMENT_BEGUN] = FLOW_PLAN,
		[FLOW_NOTHING_DUE] = FLOW_DONE,
	},
	[FLOW_DONE] = {
		[FLOW_COMPLETED] = FLOW_CONSUMED,
	},
};

#define BIT(action) (1u << (action))
#define ANY	    METHOD_BIT(METHOD_COUNT)
#define BY(method)  METHOD_BIT(METHOD_##method)
#define BY_MAIL	    (BY(MAGIC_LINK) | BY(EMAIL_OTP))

/* What a state offers: 0 is what it doesn't; else the methods of which one must be on, or ANY of none. */
static const unsigned offered[FLOW_STATE_COUNT][FLOW_ACTION_COUNT] = {
	[FLOW_IDENTIFY] = {
		[FLOW_DO_IDENTIFY] = BY(PASSWORD) | BY_MAIL | BY(PHONE_OTP) | BY(PASSKEY),
		[FLOW_DO_SIGN_UP] = BY(PASSWORD) | BY_MAIL,
		[FLOW_DO_RECOVER] = BY(PASSWORD),
		[FLOW_DO_SOCIAL] = BY(SOCIAL),
		[FLOW_DO_PASSKEY_OPTIONS] = BY(PASSKEY),
		[FLOW_DO_PASSKEY] = BY(PASSKEY),
		[FLOW_DO_ANONYMOUS] = BY(ANONYMOUS),
	},
	[FLOW_FIRST_FACTOR] = {
		[FLOW_DO_PASSWORD] = BY(PASSWORD),
		[FLOW_DO_SEND_CODE] = BY(EMAIL_OTP) | BY(PHONE_OTP),
		[FLOW_DO_VERIFY_CODE] = BY(EMAIL_OTP) | BY(PHONE_OTP),
		[FLOW_DO_SEND_LINK] = BY(MAGIC_LINK),
		[FLOW_DO_SOCIAL] = BY(SOCIAL),
		[FLOW_DO_PASSKEY_OPTIONS] = BY(PASSKEY),
		[FLOW_DO_PASSKEY] = BY(PASSKEY),
		[FLOW_DO_BACK] = ANY,
	},
	[FLOW_SECOND_FACTOR] = {
		[FLOW_DO_TOTP] = ANY,
		[FLOW_DO_BACKUP_CODE] = ANY,
		[FLOW_DO_SEND_CODE] = ANY,
		[FLOW_DO_VERIFY_CODE] = ANY,
		[FLOW_DO_PASSKEY_OPTIONS] = ANY,
		[FLOW_DO_PASSKEY] = ANY,
	},
	[FLOW_VERIFICATION] = {
		[FLOW_DO_SEND_CODE] = ANY,
		[FLOW_DO_VERIFY_CODE] = ANY,
	},
	[FLOW_NEW_PASSWORD] = {
		[FLOW_DO_SET_PASSWORD] = BY(PASSWORD),
	},
	[FLOW_ENROLL_FACTOR] = {
		[FLOW_DO_SEND_CODE] = ANY,
		[FLOW_DO_VERIFY_CODE] = ANY,
		[FLOW_DO_TOTP_START] = ANY,
		[FLOW_DO_TOTP_VERIFY] = ANY,
		[FLOW_DO_PASSKEY_REGISTER_OPTIONS] = ANY,
		[FLOW_DO_PASSKEY_REGISTER] = ANY,
	},
	[FLOW_PLAN] = {
		[FLOW_DO_CHOOSE] = ANY,
		[FLOW_DO_SKIP] = ANY,
	},
	[FLOW_DONE] = {
		[FLOW_DO_COMPLETE] = ANY,
	},
};

/* What a kind may not do although the state offers it. */
static const struct {
	enum flow_kind kind;
	enum flow_state state;
	unsigned actions;
} denied[] = {
	/* Recovery mails a link and no code. */
	{ FLOW_RECOVER, FLOW_VERIFICATION, BIT(FLOW_DO_VERIFY_CODE) },
	/* Whoever proves themselves again can't become somebody else. */
	{ FLOW_REAUTHENTICATE, FLOW_IDENTIFY, ~0u },
	{ FLOW_REAUTHENTICATE, FLOW_FIRST_FACTOR, BIT(FLOW_DO_BACK) },
	{ FLOW_LINK, FLOW_IDENTIFY, ~BIT(FLOW_DO_SOCIAL) },
	/* A guest stays who they are and proves something new. */
	{ FLOW_UPGRADE, FLOW_IDENTIFY, ~(BIT(FLOW_DO_SIGN_UP) | BIT(FLOW_DO_SOCIAL)) },
};

const char *
flow_kind_name(enum flow_kind kind)
{
	return kind > FLOW_KIND_NONE && kind < FLOW_KIND_COUNT ? flow_kind_names[kind - 1] : NULL;
}

enum flow_kind
flow_kind_parse(const char *text)
{
	for (enum flow_kind kind = FLOW_SIGN_IN; kind < FLOW_KIND_COUNT; kind++)
		if (text != NULL && strcmp(flow_kind_name(kind), text) == 0)
			return kind;
	return FLOW_KIND_NONE;
}

const char *
flow_state_name(enum flow_state state)
{
	return state > FLOW_STATE_NONE && state < FLOW_STATE_COUNT ? flow_state_names[state - 1] : NULL;
}

enum flow_state
flow_state_parse(const char *text)
{
	for (enum flow_state state = FLOW_IDENTIFY; state < FLOW_STATE_COUNT; state++)
		if (text != NULL && strcmp(flow_state_name(state), text) == 0)
			return state;
	return FLOW_STATE_NONE;
}

const char *
flow_action_name(enum flow_action action)
{
	return action < FLOW_ACTION_COUNT ? flow_action_names[action] : NULL;
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
	for (size_t i = 0; i < ARRAY_LEN(denied); i++)
		if (denied[i].kind == kind && denied[i].state == state &&
		    (denied[i].actions & BIT(action)) != 0)
			return false;
	return offered[state][action] != 0;
}

unsigned
flow_methods_needed(enum flow_state state, enum flow_action action)
{
	if (state >= FLOW_STATE_COUNT || action >= FLOW_ACTION_COUNT)
		return 0;
	return offered[state][action] & ~ANY;
}

/* waiting has no action either, but something is coming. */
bool
flow_is_over(enum flow_state state)
{
	return state == FLOW_STATE_NONE || state == FLOW_CONSUMED || state == FLOW_FAILED ||
	       state >= FLOW_STATE_COUNT;
}
