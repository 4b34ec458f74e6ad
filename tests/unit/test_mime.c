/*
 * Tests of lib/mime.c.
 */
#include <string.h>

#include "lib/mime.h"
#include "tests/unit/unit.h"

static struct mime_mail
plain_mail(void)
{
	return (struct mime_mail){
		.from_name = "Gatehouse",
		.from_address = "gatehouse@example.com",
		.to_address = "ada@example.com",
		.subject = "Hello",
		.text = "One line\nanother\n",
		.message_id = "msg_0000000000000001@example.com",
		.date_ms = INT64_C(1768473000123),
	};
}

static const char *
write_mail(struct mime_mail mail)
{
	struct bytes data = mime_write(arena, &mail);

	assert_int_equal(strlen((const char *)data.data), data.len);
	return (const char *)data.data;
}

static void
assert_holds(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("'%s' isn't in:\n%s", part, text);
}

static void
a_plain_mail_is_readable_as_it_is(void **state)
{
	(void)state;
	assert_string_equal(write_mail(plain_mail()),
			    "Date: Thu, 15 Jan 2026 10:30:00 +0000\r\n"
			    "From: \"Gatehouse\" <gatehouse@example.com>\r\n"
			    "To: <ada@example.com>\r\n"
			    "Subject: Hello\r\n"
			    "Message-ID: <msg_0000000000000001@example.com>\r\n"
			    "Auto-Submitted: auto-generated\r\n"
			    "MIME-Version: 1.0\r\n"
			    "Content-Type: text/plain; charset=utf-8\r\n"
			    "Content-Transfer-Encoding: 7bit\r\n"
			    "\r\n"
			    "One line\r\nanother\r\n\r\n");
}

static void
two_forms_stand_between_boundaries_the_plain_one_first(void **state)
{
	(void)state;
	struct mime_mail mail = plain_mail();

	mail.html = "<p>One</p>";
	const char *text = write_mail(mail);
	assert_holds(text, "Content-Type: multipart/alternative; "
			   "boundary=\"=_msg_0000000000000001\"\r\n\r\n--=_msg_0000000000000001\r\n");
	assert_holds(text, "\r\n--=_msg_0000000000000001--\r\n");
	assert_true(strstr(text, "text/plain") < strstr(text, "text/html"));
}

/* RFC 2047 section 2: no encoded word over 75 characters, no line with one over 76, no character in two words.
 */
static void
a_long_subject_beyond_ascii_becomes_encoded_words_of_whole_characters(void **state)
{
	(void)state;
	struct mime_mail mail = plain_mail();

	mail.subject = "Grüße aus dem Bürgerbüro von Ünterköpenick: 🙂🙂🙂🙂🙂🙂🙂🙂🙂 und "
		       "noch mehr davon";
	const char *text = write_mail(mail);
	const char *line = strstr(text, "Subject: ");
	size_t words = 0;
	do {
		size_t len = strcspn(line, "\r");
		assert_true(len <= 76);
		assert_memory_equal(line + len - 2, "?=", 2);
		const char *word = strstr(line, "=?UTF-8?Q?");
		assert_non_null(word);
		/* No word begins with an octet from within a character (10xxxxxx). */
		assert_false(word[10] == '=' && strchr("89AB", word[11]) != NULL);
		line += len + 2;
		words++;
	} while (line[0] == ' ');
	assert_true(words >= 3);
}

static void
no_text_can_add_a_header(void **state)
{
	(void)state;
	struct mime_mail mail = plain_mail();

	mail.subject = "Hello\r\nBcc: eve@example.com";
	mail.from_name = "A\" <eve@example.com>\r\nX-Evil: 1";
	const char *text = write_mail(mail);
	assert_holds(text, "Subject: Hello  Bcc: eve@example.com\r\n");
	assert_holds(text, "From: \"A\\\" <eve@example.com>  X-Evil: 1\" <gatehouse@example.com>\r\n");
	assert_null(strstr(text, "\nBcc:"));
	assert_null(strstr(text, "\nX-Evil:"));
}

static void
what_looks_like_an_encoded_word_is_encoded(void **state)
{
	(void)state;
	struct mime_mail mail = plain_mail();

	mail.subject = "=?UTF-8?Q?=41?=";
	assert_holds(write_mail(mail), "Subject: =?UTF-8?Q?=3D=3FUTF=2D8=3FQ=3F=3D41=3F=3D?=\r\n");
}

static void
text_beyond_ascii_is_quoted_printable_in_lines_of_76(void **state)
{
	(void)state;
	struct mime_mail mail = plain_mail();

	mail.text =
		"Zoë = 1 \nüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü https://localhost/verify#mlt_0123456789\nEnd";
	const char *text = write_mail(mail);
	const char *body = strstr(text, "\r\n\r\n") + 4;
	assert_holds(text, "Content-Transfer-Encoding: quoted-printable\r\n");
	assert_holds(body, "Zo=C3=AB =3D 1=20\r\n");
	assert_holds(body, "\r\nEnd\r\n");
	for (const char *line = body; *line != '\0';) {
		size_t len = strcspn(line, "\r");
		assert_true(len <= 76);
		line += len + 2;
	}
}

static void
a_line_too_long_for_a_mail_server_isnt_left_plain(void **state)
{
	(void)state;
	struct mime_mail mail = plain_mail();
	char *text = arena_alloc(arena, 1001);

	memset(text, 'a', 1000);
	mail.text = text;
	assert_holds(write_mail(mail), "quoted-printable");
	text[900] = '\0';
	assert_holds(write_mail(mail), "7bit");
}

static void
an_envelope_address_is_ascii_with_its_local_part_as_typed(void **state)
{
	(void)state;
	static const char *const bad[] = { "nonsense", "ünï@example.com", "a b@example.com", "a<b@example.com",
					   "",         "@example.com" };
	const char *address = NULL;

	assert_true(mime_envelope_address(arena, "Ada.Lovelace@Bücher.Example", &address));
	assert_string_equal(address, "Ada.Lovelace@xn--bcher-kva.example");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(mime_envelope_address(arena, bad[i], &address));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_plain_mail_is_readable_as_it_is),
		TEST(two_forms_stand_between_boundaries_the_plain_one_first),
		TEST(a_long_subject_beyond_ascii_becomes_encoded_words_of_whole_characters),
		TEST(no_text_can_add_a_header),
		TEST(what_looks_like_an_encoded_word_is_encoded),
		TEST(text_beyond_ascii_is_quoted_printable_in_lines_of_76),
		TEST(a_line_too_long_for_a_mail_server_isnt_left_plain),
		TEST(an_envelope_address_is_ascii_with_its_local_part_as_typed),
	};

	return cmocka_run_group_tests_name("mime", tests, NULL, NULL);
}
