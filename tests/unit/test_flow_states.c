/*
 * Tests of lib/flow_states.c: every pair of state and event, and every action of every kind, against the contract typed out a second time.
 */
#include <string.h>

#include "lib/flow_states.h"
#include "lib/sign_in_methods.h"
#include "tests/unit/unit.h"

/* All steps there are; every other pair is impossible. */
static const struct {
	enum flow_state from;
	enum flow_event event;
	enum flow_state to;
} steps[] = {
	{ FLOW_IDENTIFY, FLOW_IDENTIFIED, FLOW_FIRST_FACTOR },
	{ FLOW_IDENTIFY, FLOW_SIGN_UP_HELD, FLOW_VERIFICATION },
	{ FLOW_IDENTIFY, FLOW_RECOVERY_ASKED, FLOW_VERIFICATION },
	{ FLOW_IDENTIFY, FLOW_CODE_SENT, FLOW_IDENTIFY },
	{ FLOW_IDENTIFY, FLOW_WAITS, FLOW_WAITING },
	{ FLOW_IDENTIFY, FLOW_SECOND_DUE, FLOW_SECOND_FACTOR },
	{ FLOW_IDENTIFY, FLOW_ADDRESS_DUE, FLOW_VERIFICATION },
	{ FLOW_IDENTIFY, FLOW_ENROLL_DUE, FLOW_ENROLL_FACTOR },
	{ FLOW_IDENTIFY, FLOW_PLAN_DUE, FLOW_PLAN },
	{ FLOW_IDENTIFY, FLOW_NOTHING_DUE, FLOW_DONE },
	{ FLOW_FIRST_FACTOR, FLOW_WENT_BACK, FLOW_IDENTIFY },
	{ FLOW_FIRST_FACTOR, FLOW_CODE_SENT, FLOW_FIRST_FACTOR },
	{ FLOW_FIRST_FACTOR, FLOW_WAITS, FLOW_WAITING },
	{ FLOW_FIRST_FACTOR, FLOW_SECOND_DUE, FLOW_SECOND_FACTOR },
	{ FLOW_FIRST_FACTOR, FLOW_ADDRESS_DUE, FLOW_VERIFICATION },
	{ FLOW_FIRST_FACTOR, FLOW_PASSWORD_DUE, FLOW_NEW_PASSWORD },
	{ FLOW_FIRST_FACTOR, FLOW_ENROLL_DUE, FLOW_ENROLL_FACTOR },
	{ FLOW_FIRST_FACTOR, FLOW_PLAN_DUE, FLOW_PLAN },
	{ FLOW_FIRST_FACTOR, FLOW_NOTHING_DUE, FLOW_DONE },
	{ FLOW_FIRST_FACTOR, FLOW_REFUSED, FLOW_FAILED },
	{ FLOW_WAITING, FLOW_WAIT_FAILED, FLOW_IDENTIFY },
	{ FLOW_WAITING, FLOW_WAIT_FAILED_KNOWN, FLOW_FIRST_FACTOR },
	{ FLOW_WAITING, FLOW_CHECK_OVER, FLOW_IDENTIFY },
	{ FLOW_WAITING, FLOW_SECOND_DUE, FLOW_SECOND_FACTOR },
	{ FLOW_WAITING, FLOW_ADDRESS_DUE, FLOW_VERIFICATION },
	{ FLOW_WAITING, FLOW_ENROLL_DUE, FLOW_ENROLL_FACTOR },
	{ FLOW_WAITING, FLOW_PLAN_DUE, FLOW_PLAN },
	{ FLOW_WAITING, FLOW_NOTHING_DUE, FLOW_DONE },
	{ FLOW_WAITING, FLOW_REFUSED, FLOW_FAILED },
	{ FLOW_SECOND_FACTOR, FLOW_CODE_SENT, FLOW_SECOND_FACTOR },
	{ FLOW_SECOND_FACTOR, FLOW_ADDRESS_DUE, FLOW_VERIFICATION },
	{ FLOW_SECOND_FACTOR, FLOW_PASSWORD_DUE, FLOW_NEW_PASSWORD },
	{ FLOW_SECOND_FACTOR, FLOW_PLAN_DUE, FLOW_PLAN },
	{ FLOW_SECOND_FACTOR, FLOW_NOTHING_DUE, FLOW_DONE },
	{ FLOW_SECOND_FACTOR, FLOW_REFUSED, FLOW_FAILED },
	{ FLOW_VERIFICATION, FLOW_CODE_SENT, FLOW_VERIFICATION },
	{ FLOW_VERIFICATION, FLOW_SECOND_DUE, FLOW_SECOND_FACTOR },
	{ FLOW_VERIFICATION, FLOW_PASSWORD_DUE, FLOW_NEW_PASSWORD },
	{ FLOW_VERIFICATION, FLOW_ENROLL_DUE, FLOW_ENROLL_FACTOR },
	{ FLOW_VERIFICATION, FLOW_PLAN_DUE, FLOW_PLAN },
	{ FLOW_VERIFICATION, FLOW_NOTHING_DUE, FLOW_DONE },
	{ FLOW_VERIFICATION, FLOW_REFUSED, FLOW_FAILED },
	{ FLOW_NEW_PASSWORD, FLOW_ENROLL_DUE, FLOW_ENROLL_FACTOR },
	{ FLOW_NEW_PASSWORD, FLOW_PLAN_DUE, FLOW_PLAN },
	{ FLOW_NEW_PASSWORD, FLOW_NOTHING_DUE, FLOW_DONE },
	{ FLOW_ENROLL_FACTOR, FLOW_CODE_SENT, FLOW_ENROLL_FACTOR },
	{ FLOW_ENROLL_FACTOR, FLOW_PLAN_DUE, FLOW_PLAN },
	{ FLOW_ENROLL_FACTOR, FLOW_NOTHING_DUE, FLOW_DONE },
	{ FLOW_PLAN, FLOW_PAYMENT_BEGUN, FLOW_PLAN },
	{ FLOW_PLAN, FLOW_NOTHING_DUE, FLOW_DONE },
	{ FLOW_DONE, FLOW_COMPLETED, FLOW_CONSUMED },
};

static enum flow_state
expected_step(enum flow_state from, enum flow_event event)
{
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (steps[i].from == from && steps[i].event == event)
			return steps[i].to;
	return FLOW_STATE_NONE;
}

static void
every_pair_of_state_and_event(void **state)
{
	(void)state;
	size_t possible = 0;

	for (enum flow_state from = FLOW_STATE_NONE; from < FLOW_STATE_COUNT; from++)
		for (enum flow_event event = 0; event < FLOW_EVENT_COUNT; event++) {
			assert_int_equal(flow_next(from, event), expected_step(from, event));
			possible += flow_next(from, event) != FLOW_STATE_NONE;
		}
	assert_int_equal(possible, ARRAY_LEN(steps));
	assert_int_equal(flow_next(FLOW_STATE_COUNT, FLOW_COMPLETED), FLOW_STATE_NONE);
	assert_int_equal(flow_next(FLOW_DONE, FLOW_EVENT_COUNT), FLOW_STATE_NONE);
}

/* "kind state: actions"; what isn't named is refused. */
static const struct {
	const char *kind;
	const char *state;
	const char *actions;
} offers[] = {
	{ "sign_in", "identify", " identify sign_up recover social passkey_options passkey anonymous " },
	{ "sign_in", "first_factor", " password send_code verify_code send_link social passkey_options passkey back " },
	{ "sign_in", "second_factor", " totp backup_code send_code verify_code passkey_options passkey " },
	{ "sign_in", "verification", " send_code verify_code " },
	{ "sign_in", "new_password", " set_password " },
	{ "sign_in", "enroll_factor", " send_code verify_code totp_start totp_verify passkey_register_options passkey_register " },
	{ "sign_in", "plan", " choose skip " },
	{ "sign_in", "done", " complete " },
	{ "sign_up", "identify", " identify sign_up recover social passkey_options passkey anonymous " },
	{ "sign_up", "first_factor", " password send_code verify_code send_link social passkey_options passkey back " },
	{ "sign_up", "second_factor", " totp backup_code send_code verify_code passkey_options passkey " },
	{ "sign_up", "verification", " send_code verify_code " },
	{ "sign_up", "new_password", " set_password " },
	{ "sign_up", "enroll_factor", " send_code verify_code totp_start totp_verify passkey_register_options passkey_register " },
	{ "sign_up", "plan", " choose skip " },
	{ "sign_up", "done", " complete " },
	{ "recover", "identify", " identify sign_up recover social passkey_options passkey anonymous " },
	{ "recover", "first_factor", " password send_code verify_code send_link social passkey_options passkey back " },
	{ "recover", "second_factor", " totp backup_code send_code verify_code passkey_options passkey " },
	{ "recover", "verification", " send_code " },
	{ "recover", "new_password", " set_password " },
	{ "recover", "enroll_factor", " send_code verify_code totp_start totp_verify passkey_register_options passkey_register " },
	{ "recover", "plan", " choose skip " },
	{ "recover", "done", " complete " },
	{ "reauthenticate", "identify", "" },
	{ "reauthenticate", "first_factor", " password send_code verify_code send_link social passkey_options passkey " },
	{ "reauthenticate", "second_factor", " totp backup_code send_code verify_code passkey_options passkey " },
	{ "reauthenticate", "verification", " send_code verify_code " },
	{ "reauthenticate", "new_password", " set_password " },
	{ "reauthenticate", "enroll_factor", " send_code verify_code totp_start totp_verify passkey_register_options passkey_register " },
	{ "reauthenticate", "plan", " choose skip " },
	{ "reauthenticate", "done", " complete " },
	{ "link", "identify", " social " },
	{ "link", "first_factor", " password send_code verify_code send_link social passkey_options passkey back " },
	{ "link", "second_factor", " totp backup_code send_code verify_code passkey_options passkey " },
	{ "link", "verification", " send_code verify_code " },
	{ "link", "new_password", " set_password " },
	{ "link", "enroll_factor", " send_code verify_code totp_start totp_verify passkey_register_options passkey_register " },
	{ "link", "plan", " choose skip " },
	{ "link", "done", " complete " },
	{ "upgrade", "identify", " sign_up social " },
	{ "upgrade", "first_factor", " password send_code verify_code send_link social passkey_options passkey back " },
	{ "upgrade", "second_factor", " totp backup_code send_code verify_code passkey_options passkey " },
	{ "upgrade", "verification", " send_code verify_code " },
	{ "upgrade", "new_password", " set_password " },
	{ "upgrade", "enroll_factor", " send_code verify_code totp_start totp_verify passkey_register_options passkey_register " },
	{ "upgrade", "plan", " choose skip " },
	{ "upgrade", "done", " complete " },
};

static const char *
expected_actions(enum flow_kind kind, enum flow_state in)
{
	for (size_t i = 0; i < ARRAY_LEN(offers); i++)
		if (flow_kind_parse(offers[i].kind) == kind && flow_state_parse(offers[i].state) == in)
			return offers[i].actions;
	return "";
}

static void
every_action_of_every_kind_and_state(void **state)
{
	(void)state;

	for (enum flow_kind kind = FLOW_SIGN_IN; kind < FLOW_KIND_COUNT; kind++)
		for (enum flow_state in = FLOW_STATE_NONE; in < FLOW_STATE_COUNT; in++)
			for (enum flow_action action = 0; action < FLOW_ACTION_COUNT; action++) {
				const char *word = arena_printf(arena, " %s ", flow_action_name(action));
				bool expected = strstr(expected_actions(kind, in), word) != NULL;

				assert_int_equal(flow_allows(kind, in, action), expected);
			}
	assert_false(flow_allows(FLOW_KIND_COUNT, FLOW_DONE, FLOW_DO_COMPLETE));
	assert_false(flow_allows(FLOW_SIGN_IN, FLOW_STATE_COUNT, FLOW_DO_COMPLETE));
	assert_false(flow_allows(FLOW_SIGN_IN, FLOW_DONE, FLOW_ACTION_COUNT));
}

static void
an_action_rests_on_the_methods_that_can_do_it(void **state)
{
	(void)state;
	const unsigned by_mail = METHOD_BIT(METHOD_MAGIC_LINK) | METHOD_BIT(METHOD_EMAIL_OTP);

	assert_int_equal(flow_methods_needed(FLOW_IDENTIFY, FLOW_DO_IDENTIFY),
			 by_mail | METHOD_BIT(METHOD_PASSWORD) | METHOD_BIT(METHOD_PHONE_OTP) | METHOD_BIT(METHOD_PASSKEY));
	assert_int_equal(flow_methods_needed(FLOW_IDENTIFY, FLOW_DO_SIGN_UP), by_mail | METHOD_BIT(METHOD_PASSWORD));
	assert_int_equal(flow_methods_needed(FLOW_IDENTIFY, FLOW_DO_RECOVER), METHOD_BIT(METHOD_PASSWORD));
	assert_int_equal(flow_methods_needed(FLOW_IDENTIFY, FLOW_DO_ANONYMOUS), METHOD_BIT(METHOD_ANONYMOUS));
	assert_int_equal(flow_methods_needed(FLOW_FIRST_FACTOR, FLOW_DO_PASSWORD), METHOD_BIT(METHOD_PASSWORD));
	assert_int_equal(flow_methods_needed(FLOW_FIRST_FACTOR, FLOW_DO_SEND_CODE),
			 METHOD_BIT(METHOD_EMAIL_OTP) | METHOD_BIT(METHOD_PHONE_OTP));
	assert_int_equal(flow_methods_needed(FLOW_FIRST_FACTOR, FLOW_DO_SEND_LINK), METHOD_BIT(METHOD_MAGIC_LINK));
	assert_int_equal(flow_methods_needed(FLOW_FIRST_FACTOR, FLOW_DO_SOCIAL), METHOD_BIT(METHOD_SOCIAL));
	assert_int_equal(flow_methods_needed(FLOW_NEW_PASSWORD, FLOW_DO_SET_PASSWORD), METHOD_BIT(METHOD_PASSWORD));
	assert_int_equal(flow_methods_needed(FLOW_FIRST_FACTOR, FLOW_DO_BACK), 0);
	assert_int_equal(flow_methods_needed(FLOW_VERIFICATION, FLOW_DO_SEND_CODE), 0);
	assert_int_equal(flow_methods_needed(FLOW_SECOND_FACTOR, FLOW_DO_PASSKEY), 0);
	assert_int_equal(flow_methods_needed(FLOW_STATE_COUNT, FLOW_DO_PASSWORD), 0);
}

static void
only_the_last_states_are_over(void **state)
{
	(void)state;

	for (enum flow_state in = FLOW_IDENTIFY; in < FLOW_STATE_COUNT; in++)
		assert_int_equal(flow_is_over(in), in == FLOW_CONSUMED || in == FLOW_FAILED);
	assert_true(flow_is_over(FLOW_STATE_NONE));
	assert_true(flow_is_over(FLOW_STATE_COUNT));
}

static void
words_go_both_ways(void **state)
{
	(void)state;

	for (enum flow_kind kind = FLOW_SIGN_IN; kind < FLOW_KIND_COUNT; kind++)
		assert_int_equal(flow_kind_parse(flow_kind_name(kind)), kind);
	for (enum flow_state in = FLOW_IDENTIFY; in < FLOW_STATE_COUNT; in++)
		assert_int_equal(flow_state_parse(flow_state_name(in)), in);
	assert_int_equal(flow_kind_parse("upgrades"), FLOW_KIND_NONE);
	assert_int_equal(flow_kind_parse(NULL), FLOW_KIND_NONE);
	assert_int_equal(flow_state_parse("Identify"), FLOW_STATE_NONE);
	assert_int_equal(flow_state_parse(NULL), FLOW_STATE_NONE);
	assert_null(flow_kind_name(FLOW_KIND_NONE));
	assert_null(flow_state_name(FLOW_STATE_COUNT));
	assert_null(flow_action_name(FLOW_ACTION_COUNT));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_pair_of_state_and_event),
		TEST(every_action_of_every_kind_and_state),
		TEST(an_action_rests_on_the_methods_that_can_do_it),
		TEST(only_the_last_states_are_over),
		TEST(words_go_both_ways),
	};

	return cmocka_run_group_tests_name("flow_states", tests, NULL, NULL);
}
