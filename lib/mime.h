/*
 * A mail as octets: headers and the two forms of its body (RFC 5322, RFC 2045 to 2047). Pure.
 */
#ifndef GATEHOUSE_LIB_MIME_H
#define GATEHOUSE_LIB_MIME_H

#include "lib/arena.h"

struct mime_mail {
	const char *from_name;		/* UTF-8; "" for none */
	const char *from_address;	/* ASCII */
	const char *to_address;		/* ASCII */
	const char *reply_to;		/* ASCII; NULL: none */
	const char *subject;		/* UTF-8 */
	const char *text;		/* UTF-8, lines end with \n or \r\n */
	const char *html;		/* the same; NULL: text alone */
	const char *message_id;		/* "msg_…@host", without the angle brackets */
	int64_t date_ms;
};

/* Lines end with CRLF. Control characters in headers become spaces: no text can add a header. */
struct bytes mime_write(struct arena *, const struct mime_mail *);

/*
 * The ASCII form of an address for an envelope: local part as typed, domain as A-label. False for what no
 * envelope can carry (not an address, a local part beyond ASCII, brackets).
 */
bool mime_envelope_address(struct arena *, const char *address, const char **ret_address);

#endif
