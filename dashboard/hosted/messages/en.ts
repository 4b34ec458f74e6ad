// The words of the hosted pages in English; other catalogues have the same keys.

export const en = {
	// Frame
	loading: "One moment…",
	start_again: "Start again",
	try_again: "Try again",
	back: "Back",
	continue: "Continue",
	or: "or",
	request: "Request {id}",
	terms: "Terms",
	privacy: "Privacy",
	support: "Help",

	// Fields
	email: "E-mail address",
	password: "Password",
	new_password: "New password",
	name: "Your name",
	code: "Code from the mail",
	show: "Show",
	hide: "Hide",
	password_hint: "At least 8 characters that aren't easy to guess",

	// Sign-in and sign-up
	sign_in: "Sign in",
	sign_in_to: "Sign in to {app}",
	sign_up: "Create an account",
	sign_up_to: "Create your {app} account",
	no_account: "New here?",
	have_account: "Have an account?",
	forgot_link: "Forgot your password?",
	signing_in_as: "Signing in as {who}",
	other_account: "Use another account",

	// Codes
	verify_title: "Check your mail",
	verify_text: "If {who} can get mail from us, a 6-digit code and a link are on their way.",
	verify_text_plain: "If the address can get mail from us, a 6-digit code and a link are on their way.",
	verify_text_link: "If {who} has an account, a link is on its way. Open it to choose a new password; it works once.",
	verify_text_link_plain:
		"If the address has an account, a link is on its way. Open it to choose a new password; it works once.",
	verify_button: "Confirm",
	resend: "Send it again",
	resend_in: "Send it again in {s} s",
	tries_left: "{n} tries left.",

	// Links from mails
	verify_link_title: "Confirm your e-mail address",
	verify_link_text: "Press the button to confirm that this address is yours.",
	verify_link_button: "Confirm my address",
	reset_link_title: "Choose a new password",
	reset_link_text: "Press the button to go on. The link works once.",
	link_missing: "This page needs the whole link from the mail. Open it from there again.",

	// Recovery
	forgot_title: "Forgot your password?",
	forgot_text: "Tell us your e-mail address, and we'll send you a link to choose a new one.",
	forgot_button: "Send the mail",
	new_password_title: "Choose a new password",
	new_password_text: "All other sessions end when you save it.",
	first_password_title: "Choose your password",
	first_password_text: "This isn't the browser in which you signed up, so choose the password for your account here.",
	new_password_button: "Save and sign in",
	back_to_sign_in: "Back to sign-in",

	// Set-up
	setup_title: "Set up Gatehouse",
	setup_text: "You become the owner of this installation.",
	setup_done_title: "Already set up",
	setup_done_text: "This installation has its owner. Sign in to go on.",
	setup_missing: "Open the set-up link that the installation printed, or run `gatehousectl setup` for a new one.",
	unowned_title: "This installation has no owner yet",
	org_name: "Name of your organization",
	who_may_sign_up: "Who may have an account here?",
	invite_only: "Only people who are invited",
	open: "Anybody",
	setup_button: "Set up",

	// Invitations
	invite_title: "Join {org}",
	invite_text: "{inviter} invites you to join {org} as {role}.",
	invite_text_plain: "You are invited to join {org} as {role}.",
	invite_for: "The invitation is for {email}.",
	invite_as: "You are signed in as {email}.",
	invite_accept: "Accept and join",
	invite_sign_up: "Create an account and join",
	invite_sign_in: "I have an account",
	invite_other: "Sign in as somebody else",
	invite_decline: "Decline",
	invite_declined_title: "Declined",
	invite_declined_text: "The invitation is over. You can close this page.",
	invite_until: "It works until {date}.",
	invite_over_title: "This invitation doesn't work any more",
	invite_over_text: "Ask the person who invited you for a new one.",
	invite_missing: "This page needs the whole invitation link. Open it from the mail again.",

	// Joining by a code
	join_title: "Join by a code",
	join_text: "Somebody gave you a code for their organization.",
	join_code: "Code, such as XXXX-XXXX-XXXX",
	join_button: "Join",

	// The error page
	error_title: "That didn't work",
	error_text: "Go back to the app and try again.",
	no_page_title: "There is no such page",
	no_page_text: "The address may be misspelled, or what it named is gone.",
	home: "Go to Gatehouse",
	nowhere_title: "You can go back to the app",
	nowhere_text: "There is nothing more to do on this page.",
	unknown_project_title: "There is no such app here",
	unknown_project_text: "The address may be misspelled, or the app was removed.",

	// Refusals by code
	error_unreachable: "The server didn't answer. Check your connection and try again.",
	error_invalid_credentials: "That e-mail address and password don't go together.",
	error_invalid_code: "That code is wrong or too old.",
	error_invalid_setup_token: "This set-up link is wrong or too old. Run `gatehousectl setup` for a new one.",
	error_flow_expired: "This took too long or is over. Start again.",
	error_redirect_not_registered: "The app asked to lead back to an address that isn't registered. Tell whoever runs it.",
	error_link_invalid: "This link was used already, or it's too old.",
	error_csrf_failed: "This page is out of date. Start again.",
	error_sign_up_disabled: "New accounts are by invitation only here.",
	error_method_disabled: "This way of signing in is turned off.",
	error_user_banned: "This account is blocked.",
	error_user_deactivated: "This account is turned off.",
	error_email_taken: "There is an account with that address already. Sign in instead.",
	error_weak_password: "Choose a password that is harder to guess.",
	error_validation_failed: "Please look at the marked fields.",
	error_too_many_attempts: "Too many tries. Wait {s} s, then try again.",
	error_rate_limited: "That was a lot at once. Wait {s} s, then try again.",
	error_busy: "We're busy right now. Try again in a moment.",
	error_outcome_unknown: "The answer got lost: it may have worked. Try to sign in before you repeat it.",
	error_internal: "Something went wrong on our side.",
	error_not_found: "There is nothing by that name here. Check what you typed.",
	error_invitation_email_mismatch:
		"The invitation was made for another e-mail address than the one you are signed in with.",
	error_invitation_expired: "The invitation is too old.",
	error_invitation_revoked: "The invitation was withdrawn.",
	error_invitation_used: "The invitation is used up.",
	error_already_member: "You are a member already.",
	error_email_not_verified: "Verify your e-mail address first.",
};

export type MessageKey = keyof typeof en;
export type Catalogue = Record<MessageKey, string>;
