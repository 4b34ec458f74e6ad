/*
 * The words of the built-in mails. Only {{name}} is replaced, by values escaped for their place
 * (users.md rule 39).
 */
#include "domain/mail_texts.h"

#include <string.h>

#include "lib/buffer.h"
#include "lib/encode.h"
#include "lib/text.h"

#define VALUE_LENGTH_MAX 120

struct text {
	const char *slug;
	const char *subject;
	const char *intro;
	const char *code_line;	/* above the code; NULL: none */
	const char *link_line;	/* above the link; NULL: none */
	const char *button;
	const char *outro;
};

static const struct text texts[] = {
	[MAIL_VERIFICATION] = {
		.slug = "verification",
		.subject = "Your code for {{app_name}}",
		.intro = "somebody, probably you, wants to use this e-mail address with {{app_name}}.",
		.code_line = "Enter this code on the page that asked for it:",
		.link_line = "Or open this link:",
		.button = "Verify this address",
		.outro = "If it wasn't you, do nothing: without the code or the link nothing happens.",
	},
	[MAIL_PASSWORD_RESET] = {
		.slug = "password-reset",
		.subject = "Choose a new password for {{app_name}}",
		.intro = "somebody, probably you, asked for a new password for {{app_name}}.",
		.link_line = "Open this link to choose one. It works once, and not for long:",
		.button = "Choose a new password",
		.outro = "If it wasn't you, do nothing: your password stays as it is.",
	},
	[MAIL_INVITATION] = {
		.slug = "invitation",
		.subject = "{{inviter_name}} invites you to {{organization_name}}",
		.intro = "{{inviter_name}} invites you to join {{organization_name}} on {{app_name}}.",
		.link_line = "Open this link to accept:",
		.button = "Accept the invitation",
		.outro = "If you don't know {{inviter_name}}, do nothing: the invitation will expire.",
	},
	[MAIL_ACCOUNT_EXISTS] = {
		.slug = "account-exists",
		.subject = "You have an account at {{app_name}} already",
		.intro = "somebody, probably you, tried to sign up to {{app_name}} with this e-mail "
			 "address, which has an account already.",
		.link_line = "Sign in here, or have your password reset there:",
		.button = "Sign in",
		.outro = "If it wasn't you, do nothing: your account stays as it is.",
	},
	[MAIL_PASSWORD_CHANGED] = {
		.slug = "password-changed",
		.subject = "Your password for {{app_name}} was changed",
		.intro = "your password for {{app_name}} was changed at {{time}}.",
		.outro = "If it wasn't you, reset your password at once and look at your sessions.",
	},
	[MAIL_MAGIC_LINK] = {
		.slug = "magic-link",
		.subject = "Sign in to {{app_name}}",
		.intro = "somebody, probably you, wants to sign in to {{app_name}} with this e-mail address.",
		.link_line = "Open this link to sign in. It works once, and not for long:",
		.button = "Sign in",
		.outro = "If it wasn't you, do nothing: without the link nobody signs in.",
	},
	[MAIL_EMAIL_OTP] = {
		.slug = "email-otp",
		.subject = "{{code}} is your code for {{app_name}}",
		.intro = "somebody, probably you, wants to sign in to {{app_name}} with this e-mail address.",
		.code_line = "Enter this code on the page that asked for it:",
		.outro = "If it wasn't you, do nothing: without the code nobody signs in. Never tell it to anybody.",
	},
	[MAIL_WELCOME] = {
		.slug = "welcome",
		.subject = "Welcome to {{app_name}}",
		.intro = "you have an account at {{app_name}} now.",
		.link_line = "Sign in here:",
		.button = "Sign in",
		.outro = "You get this mail because somebody made an account with this e-mail address.",
	},
	[MAIL_EMAIL_CHANGED] = {
		.slug = "email-changed",
		.subject = "Your e-mail address for {{app_name}} was changed",
		.intro = "your account at {{app_name}} has a new e-mail address: {{new_email}}.",
		.outro = "If it wasn't you, write to those who run {{app_name}} at once.",
	},
	[MAIL_NEW_SIGN_IN] = {
		.slug = "new-sign-in",
		.subject = "New sign-in to {{app_name}}",
		.intro = "somebody, probably you, signed in to {{app_name}} from {{device}} ({{ip}}) at {{time}}.",
		.outro = "If it wasn't you, reset your password at once and look at your sessions.",
	},
	[MAIL_MFA_CHANGED] = {
		.slug = "mfa-changed",
		.subject = "How you sign in to {{app_name}} was changed",
		.intro = "something about your sign-in to {{app_name}} was changed: {{change}}.",
		.outro = "If it wasn't you, reset your password at once and look at your sessions.",
	},
};

/* What {{name}} stands for. */
struct values {
	const char *app_name, *user_name, *organization_name, *inviter_name, *time, *code, *new_email, *device, *ip, *change;
};

const char *
mail_template_slug(enum mail_template template)
{
	return texts[template].slug;
}

static const char *
value_of(const struct values *values, const char *name, size_t len)
{
	const struct {
		const char *name, *value;
	} known[] = {
		{ "app_name", values->app_name },
		{ "user_name", values->user_name },
		{ "organization_name", values->organization_name },
		{ "inviter_name", values->inviter_name },
		{ "time", values->time },
		{ "code", values->code },
		{ "new_email", values->new_email },
		{ "device", values->device },
		{ "ip", values->ip },
		{ "change", values->change },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strlen(known[i].name) == len && memcmp(known[i].name, name, len) == 0)
			return known[i].value;
	return "";
}

static void
add_escaped(struct buffer *out, const char *text)
{
	for (; *text != '\0'; text++)
		switch (*text) {
		case '&':
			buffer_text(out, "&amp;");
			break;
		case '<':
			buffer_text(out, "&lt;");
			break;
		case '>':
			buffer_text(out, "&gt;");
			break;
		case '"':
			buffer_text(out, "&quot;");
			break;
		case '\'':
			buffer_text(out, "&#39;");
			break;
		default:
			buffer_char(out, *text);
		}
}

typedef void add_text(struct buffer *, const char *);

static void
add_expanded(struct buffer *out, const char *text, const struct values *values, add_text *add)
{
	const char *open;

	while ((open = strstr(text, "{{")) != NULL) {
		const char *close = strstr(open, "}}");

		if (close == NULL)
			break;
		add(out, arena_strndup(out->arena, text, (size_t)(open - text)));
		add(out, value_of(values, open + 2, (size_t)(close - open - 2)));
		text = close + 2;
	}
	add(out, text);
}

static const char *
compose_text(struct arena *arena, const struct mail *mail, const struct text *text,
	     const struct values *values)
{
	struct buffer out = buffer_new(arena);

	buffer_printf(&out, values->user_name[0] != '\0' ? "Hello %s,\n\n" : "Hello%s,\n\n",
		      values->user_name);
	add_expanded(&out, text->intro, values, buffer_text);
	/* The code first: it is what people look for. */
	if (text->code_line != NULL && mail->code != NULL)
		buffer_printf(&out, "\n\n%s\n\n    %s", text->code_line, mail->code);
	if (text->link_line != NULL && mail->url != NULL)
		buffer_printf(&out, "\n\n%s\n\n%s", text->link_line, mail->url);
	buffer_text(&out, "\n\n");
	add_expanded(&out, text->outro, values, buffer_text);
	buffer_text(&out, "\n");
	return buffer_string(&out);
}

#define PARAGRAPH "<p style=\"margin:0 0 16px\">"

static const char *
compose_html(struct arena *arena, const struct mail *mail, const struct text *text,
	     const struct values *values)
{
	struct buffer out = buffer_new(arena);

	buffer_text(&out, "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><body style=\""
			  "font:16px/1.5 system-ui,sans-serif;color:#1f2937;max-width:480px;"
			  "margin:32px auto;padding:0 16px\">" PARAGRAPH "Hello");
	if (values->user_name[0] != '\0')
		buffer_char(&out, ' ');
	add_escaped(&out, values->user_name);
	buffer_text(&out, ",</p>" PARAGRAPH);
	add_expanded(&out, text->intro, values, add_escaped);
	buffer_text(&out, "</p>");
	if (text->code_line != NULL && mail->code != NULL) {
		buffer_text(&out, PARAGRAPH);
		add_escaped(&out, text->code_line);
		buffer_text(&out, "</p><p style=\"font:28px/1 ui-monospace,monospace;letter-spacing:6px;"
				  "margin:0 0 16px\">");
		add_escaped(&out, mail->code);
		buffer_text(&out, "</p>");
	}
	if (text->link_line != NULL && mail->url != NULL) {
		buffer_text(&out, PARAGRAPH);
		add_escaped(&out, text->link_line);
		buffer_text(&out, "</p>" PARAGRAPH "<a style=\"display:inline-block;background:#0f766e;"
				  "color:#fff;padding:10px 18px;border-radius:8px;text-decoration:none\" href=\"");
		add_escaped(&out, mail->url);
		buffer_text(&out, "\">");
		add_escaped(&out, text->button);
		buffer_text(&out, "</a></p>");
	}
	buffer_text(&out, "<p style=\"margin:0;color:#6b7280\">");
	add_expanded(&out, text->outro, values, add_escaped);
	buffer_text(&out, "</p></body></html>\n");
	return buffer_string(&out);
}

/* Other people's names come from other people: a long one would be a letter of its own. */
static const char *
bounded(struct arena *arena, const char *value)
{
	return value == NULL ? "" : utf8_cut(arena, value, VALUE_LENGTH_MAX);
}

struct letter
mail_compose(struct arena *arena, const struct mail *mail, const char *app_name, int64_t now_ms)
{
	const struct text *text = &texts[mail->template];
	struct buffer subject = buffer_new(arena);
	char time[TIME_TEXT_SIZE];

	time_format(now_ms, time);
	struct values values = {
		.app_name = bounded(arena, app_name),
		.user_name = bounded(arena, mail->user_name),
		.organization_name = bounded(arena, mail->organization_name),
		.inviter_name = bounded(arena, mail->inviter_name),
		.code = bounded(arena, mail->code),
		.new_email = bounded(arena, mail->new_email),
		.device = bounded(arena, mail->device),
		.ip = bounded(arena, mail->ip),
		.change = bounded(arena, mail->change),
		.time = arena_printf(arena, "%.10s %.5s UTC", time, time + strlen("2026-01-15T")),
	};
	add_expanded(&subject, text->subject, &values, buffer_text);
	return (struct letter){
		.subject = buffer_string(&subject),
		.text = compose_text(arena, mail, text, &values),
		.html = compose_html(arena, mail, text, &values),
		.expires_at = mail->expires_at,
	};
}
