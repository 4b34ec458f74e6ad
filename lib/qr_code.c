/*
 * Drawing what libqrencode encodes.
 */
#include "lib/qr_code.h"

#include <string.h>

#include <qrencode.h>

#include "lib/buffer.h"

#define QUIET 4 /* modules around the code (ISO/IEC 18004) */

/* The runs of dark modules of one row. */
static void
add_row(struct buffer *path, const uint8_t *row, int width, int y)
{
	for (int x = 0; x < width;) {
		int from = x;

		while (x < width && (row[x] & 1))
			x++;
		if (x > from)
			buffer_printf(path, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x - from,
				      x - from);
		else
			x++;
	}
}

enum err
qr_code_svg(struct arena *arena, const char *text, const char **ret_svg)
{
	QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
	struct buffer svg = buffer_new(arena);

	if (code == NULL)
		return ERR_INTERNAL;
	int size = code->width + 2 * QUIET;
	buffer_printf(&svg,
		      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
		      "shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/>"
		      "<path d=\"",
		      size, size, size, size);
	for (int y = 0; y < code->width; y++)
		add_row(&svg, code->data + (size_t)y * (size_t)code->width, code->width, y);
	buffer_text(&svg, "\"/></svg>");
	QRcode_free(code);
	arena_wipe_later(arena, svg.data, svg.len);
	*ret_svg = buffer_string(&svg);
	return OK;
}
