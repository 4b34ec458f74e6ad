/*
 * The steps of a sign-in, sign-up or recovery as tables: which state an event leads to, which actions
 * a state offers, and which sign-in methods an action needs (users.md section 4).
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
	FLOW_LINK,	/* a signed-in person adds a way to sign in */
	FLOW_UPGRADE,	/* a guest becomes a user with credentials */
	FLOW_KIND_COUNT
};

enum flow_state {
	FLOW_STATE_NONE = 0,
	FLOW_IDENTIFY,		/* who is it? */
	FLOW_FIRST_FACTOR,	/* prove it */
	FLOW_WAITING,		/* a job worker asks somebody outside */
	FLOW_SECOND_FACTOR,	/* prove it another way */
	FLOW_VERIFICATION,	/* prove the address: by a code or a mailed link */
	FLOW_NEW_PASSWORD,	/* choose one */
	FLOW_ENROLL_FACTOR,	/* set a second factor up: the project demands one */
	FLOW_PLAN,		/* choose a plan, or don't (licensing.md rule 24) */
	FLOW_DONE,		/* only complete is left */
	FLOW_CONSUMED,		/* it became a session */
	FLOW_FAILED,		/* nothing can come of it any more */
	FLOW_STATE_COUNT
};

/*
 * What happened. After a proof it is named by what is still due: handlers/users/flow_next.c finds
 * that out, in one place for all proofs.
 */
enum flow_event {
	FLOW_IDENTIFIED,	/* somebody said who they are; nobody has looked whether they exist */
	FLOW_SIGN_UP_HELD,	/* a new account waits for the proof of its address */
	FLOW_RECOVERY_ASKED,
	FLOW_WENT_BACK,
	FLOW_CODE_SENT,		/* or a link, or a challenge: something to answer */
	FLOW_WAITS,		/* for a provider's answer */
	FLOW_WAIT_FAILED,	/* it didn't come, or was no; nobody had been identified */
	FLOW_WAIT_FAILED_KNOWN, /* the same, of somebody who had been */
	FLOW_CHECK_OVER,	/* the bot check is, whatever came of it */
	FLOW_SECOND_DUE,	/* proven; the person has a second factor */
	FLOW_ADDRESS_DUE,	/* proven, but the address never was */
	FLOW_PASSWORD_DUE,	/* proven; a password has to be chosen */
	FLOW_ENROLL_DUE,	/* proven; a second factor has to be set up */
	FLOW_PLAN_DUE,		/* proven; there are plans to choose from */
	FLOW_NOTHING_DUE,	/* proven, and that is all */
	FLOW_PAYMENT_BEGUN,	/* of the plan that was chosen: paid or not, the flow waits for its person */
	FLOW_REFUSED,		/* the proof was good, but nothing may come of it */
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
	FLOW_DO_SEND_LINK,
	FLOW_DO_SOCIAL,
	FLOW_DO_PASSKEY_OPTIONS,
	FLOW_DO_PASSKEY,
	FLOW_DO_ANONYMOUS,
	FLOW_DO_TOTP,
	FLOW_DO_BACKUP_CODE,
	FLOW_DO_TOTP_START,
	FLOW_DO_TOTP_VERIFY,
	FLOW_DO_PASSKEY_REGISTER_OPTIONS,
	FLOW_DO_PASSKEY_REGISTER,
	FLOW_DO_SET_PASSWORD,
	FLOW_DO_CHOOSE,
	FLOW_DO_SKIP,
	FLOW_DO_COMPLETE,
	FLOW_ACTION_COUNT
};

/* The words of the columns and of the API, ended by NULL. Kinds and states begin with the one after NONE. */
extern const char *const flow_kind_names[];
extern const char *const flow_state_names[];
extern const char *const flow_action_names[];

/* NULL for what isn't one; NONE for an unknown word. */
const char *flow_kind_name(enum flow_kind);
enum flow_kind flow_kind_parse(const char *text);
const char *flow_state_name(enum flow_state);
enum flow_state flow_state_parse(const char *text);
const char *flow_action_name(enum flow_action);

/* FLOW_STATE_NONE when the event can't happen in this state. */
enum flow_state flow_next(enum flow_state, enum flow_event);
bool flow_allows(enum flow_kind, enum flow_state, enum flow_action);
/* The action is possible while one of these is on (METHOD_BIT); 0: whatever is on. */
unsigned flow_methods_needed(enum flow_state, enum flow_action);
/* No action will ever be possible again. */
bool flow_is_over(enum flow_state);

#endif
