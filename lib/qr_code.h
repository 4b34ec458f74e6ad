/*
 * A QR code as an SVG picture of its own: one path, four modules of quiet around it, black on white whatever the page's colours.
 */
#ifndef GATEHOUSE_LIB_QR_CODE_H
#define GATEHOUSE_LIB_QR_CODE_H

#include "lib/arena.h"
#include "lib/errors.h"

/* ERR_INTERNAL for text that doesn't fit into a code (2,331 octets). The picture is registered with the arena to be wiped. */
enum err qr_code_svg(struct arena *, const char *text, const char **ret_svg) MUST_CHECK;

#endif
