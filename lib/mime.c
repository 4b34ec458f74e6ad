/*
 * Writes a mail. What is plain ASCII stays readable as it is; everything else is quoted-printable.
 */
#include "lib/mime.h"

#include <string.h>
#include <time.h>

#include "lib/buffer.h"
#include "lib/text.h"

/*
 * RFC 2045 section 6.7 rule 5; RFC 2047 section 2: an encoded word has 75 characters at most, "=?UTF-8?Q?" and
 * "?=" included.
 */
#define QP_LINE_MAX 76
#define WORD_TEXT_MAX (75 - 12)
/* "Subject: " stands before the first word of a line of 76. */
#define LONGEST_NAME 9
/* RFC 5321 section 4.5.3.1.6 allows 1000 with the line's end; mail that is read raw looks better well below. */
#define PLAIN_LINE_MAX 900
#define PLAIN_HEADER_MAX 60

static const char hex_digits[] = "0123456789ABCDEF";

static bool
is_printable_ascii(const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (*p < 0x20 || *p > 0x7E)
			return false;
	}
	return true;
}

/* ---- headers ---- */

static void
add_escape(struct buffer *out, unsigned char octet)
{
	buffer_char(out, '=');
	buffer_char(out, hex_digits[octet >> 4]);
	buffer_char(out, hex_digits[octet & 15]);
}

/* Octets of the UTF-8 character at p. */
static size_t
character_len(const char *p)
{
	size_t len = 1;

	while (((unsigned char)p[len] & 0xC0) == 0x80)
		len++;
	return len;
}

/*
 * Letters and digits stand for themselves everywhere an encoded word may stand, also in a phrase (RFC 2047
 * section 5 (3)).
 */
static bool
is_literal_in_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Whole characters only; the space between two encoded words isn't shown (RFC 2047 section 6.2). */
static void
add_encoded_words(struct buffer *out, const char *text)
{
	size_t used = LONGEST_NAME;

	buffer_text(out, "=?UTF-8?Q?");
	for (const char *p = text; *p != '\0';) {
		size_t len = character_len(p);
		bool is_plain = len == 1 && (is_literal_in_word(*p) || *p == ' ');
		size_t width = is_plain ? 1 : 3 * len;

		if (used + width > WORD_TEXT_MAX) {
			buffer_text(out, "?=\r\n =?UTF-8?Q?");
			used = 0;
		}
		if (is_plain) {
			buffer_char(out, *p == ' ' ? '_' : *p);
		} else {
			for (size_t i = 0; i < len; i++)
				add_escape(out, (unsigned char)p[i]);
		}
		used += width;
		p += len;
	}
	buffer_text(out, "?=");
}

static const char *
without_controls(struct arena *arena, const char *text)
{
	char *clean = arena_strndup(arena, text, strlen(text));

	for (char *p = clean; *p != '\0'; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7F)
			*p = ' ';
	}
	return clean;
}

static void
add_unstructured(struct buffer *out, const char *name, const char *value)
{
	const char *clean = without_controls(out->arena, value);

	buffer_printf(out, "%s: ", name);
	if (is_printable_ascii(clean) && strlen(clean) <= PLAIN_HEADER_MAX && strstr(clean, "=?") == NULL)
		buffer_text(out, clean);
	else
		add_encoded_words(out, clean);
	buffer_text(out, "\r\n");
}

/*
 * A display name is a quoted string when it can be (RFC 5322 section 3.2.4), so that no character of it has a
 * meaning.
 */
static void
add_from(struct buffer *out, const char *name, const char *address)
{
	const char *clean = without_controls(out->arena, name);

	buffer_text(out, "From: ");
	if (clean[0] != '\0' && is_printable_ascii(clean) && strlen(clean) <= PLAIN_HEADER_MAX) {
		buffer_char(out, '"');
		for (const char *p = clean; *p != '\0'; p++) {
			if (*p == '"' || *p == '\\')
				buffer_char(out, '\\');
			buffer_char(out, *p);
		}
		buffer_text(out, "\" ");
	} else if (clean[0] != '\0') {
		add_encoded_words(out, clean);
		buffer_text(out, "\r\n ");
	}
	buffer_printf(out, "<%s>\r\n", address);
}

static void
add_date(struct buffer *out, int64_t at_ms)
{
	static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t seconds = (time_t)(at_ms / 1000);
	struct tm at;

	gmtime_r(&seconds, &at);
	buffer_printf(out, "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\n", days[at.tm_wday], at.tm_mday,
		      months[at.tm_mon], at.tm_year + 1900, at.tm_hour, at.tm_min, at.tm_sec);
}

/* ---- bodies ---- */

static bool
may_stay_plain(const char *text)
{
	size_t line_len = 0;

	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\n') {
			line_len = 0;
			continue;
		}
		if ((*p < 0x20 && *p != '\t' && *p != '\r') || *p > 0x7E || ++line_len > PLAIN_LINE_MAX)
			return false;
	}
	return true;
}

static void
add_plain(struct buffer *out, const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\n')
			buffer_text(out, "\r\n");
		else if (*p != '\r')
			buffer_char(out, *p);
	}
}

/* A space or tab at a line's end is escaped: relays strip it (RFC 2045 section 6.7 rule 3). */
static bool
is_literal_in_quoted_printable(const char *p)
{
	if (*p == ' ' || *p == '\t')
		return p[1] != '\n' && p[1] != '\r' && p[1] != '\0';
	return *p > 0x20 && *p < 0x7F && *p != '=';
}

static void
add_quoted_printable(struct buffer *out, const char *text)
{
	size_t used = 0;

	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\n') {
			buffer_text(out, "\r\n");
			used = 0;
			continue;
		}
		if (*p == '\r')
			continue;
		bool is_literal = is_literal_in_quoted_printable(p);
		size_t width = is_literal ? 1 : 3;
		if (used + width > QP_LINE_MAX - 1) {
			buffer_text(out, "=\r\n");
			used = 0;
		}
		if (is_literal)
			buffer_char(out, *p);
		else
			add_escape(out, (unsigned char)*p);
		used += width;
	}
}

/* The headers of one form, an empty line, the form, and an end of line. */
static void
add_part(struct buffer *out, const char *subtype, const char *text)
{
	bool is_plain = may_stay_plain(text);

	buffer_printf(out, "Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n\r\n",
		      subtype, is_plain ? "7bit" : "quoted-printable");
	if (is_plain)
		add_plain(out, text);
	else
		add_quoted_printable(out, text);
	buffer_text(out, "\r\n");
}

/*
 * The boundary can't stand in a body: "=_" never appears in quoted-printable (RFC 2045 section 6.7 names this
 * trick), and in a plain body only by somebody who guesses the message's id.
 */
static void
add_alternatives(struct buffer *out, const struct mime_mail *mail)
{
	size_t id_len = strcspn(mail->message_id, "@");
	const char *boundary = arena_printf(out->arena, "=_%.*s", (int)id_len, mail->message_id);

	buffer_printf(out, "Content-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n--%s\r\n", boundary,
		      boundary);
	add_part(out, "plain", mail->text);
	buffer_printf(out, "--%s\r\n", boundary);
	add_part(out, "html", mail->html);
	buffer_printf(out, "--%s--\r\n", boundary);
}

struct bytes
mime_write(struct arena *arena, const struct mime_mail *mail)
{
	struct buffer out = buffer_new(arena);

	add_date(&out, mail->date_ms);
	add_from(&out, mail->from_name, mail->from_address);
	buffer_printf(&out, "To: <%s>\r\n", mail->to_address);
	if (mail->reply_to != NULL)
		buffer_printf(&out, "Reply-To: <%s>\r\n", mail->reply_to);
	add_unstructured(&out, "Subject", mail->subject);
	buffer_printf(&out, "Message-ID: <%s>\r\n", mail->message_id);
	/* RFC 3834: vacation notices don't answer it. */
	buffer_text(&out, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n");
	if (mail->html == NULL)
		add_part(&out, "plain", mail->text);
	else
		add_alternatives(&out, mail);
	return (struct bytes){ .data = (const uint8_t *)out.data, .len = out.len };
}

bool
mime_envelope_address(struct arena *arena, const char *address, const char **ret_address)
{
	const char *key;

	if (!email_key(arena, address, &key))
		return false;
	size_t local_len = strcspn(address, "@");
	const char *domain = strchr(key, '@');
	const char *ascii =
		arena_printf(arena, "%.*s%s", (int)local_len, address, domain == NULL ? "" : domain);
	if (domain == NULL || !is_printable_ascii(ascii) || strpbrk(ascii, " <>\"") != NULL)
		return false;
	*ret_address = ascii;
	return true;
}
