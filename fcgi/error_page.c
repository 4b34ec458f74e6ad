/*
 * An error as a page, for browsers that an app has sent here (oauth.md rule 1): it names the code and the request, and leads nowhere.
 */
#include "fcgi/pipeline.h"

#include <string.h>
#include <strings.h>

#include "lib/encode.h"

static const char STYLE[] =
    ":root{color-scheme:light dark}"
    "body{display:grid;place-content:center;min-height:100vh;margin:0;padding:24px 16px;box-sizing:border-box;"
    "background:light-dark(#f5f5f4,#131110);color:light-dark(#1c1917,#ebe8e5);font:16px/1.5 system-ui,sans-serif}"
    "main{max-width:420px;padding:32px;border-radius:14px;background:light-dark(#fff,#1e1b19);"
    "border:1px solid light-dark(#e5e3e1,#3a3633);overflow-wrap:anywhere}"
    "h1{margin:0 0 6px;font-size:22px}p{margin:0 0 12px}"
    ".detail{margin:20px 0 0;font-size:14px;color:light-dark(#57534e,#b3ada7)}";

struct words {
	const char *language, *title, *back, *later, *request;
};

static const struct words WORDS[] = {
	{ "en", "Something went wrong", "Go back to the app and try again. If it happens again, its makers need the lines below.",
	  "There is too much to do right now. Wait a moment and load this page again.", "Request" },
	{ "es", "Algo salió mal", "Vuelve a la aplicación e inténtalo de nuevo. Si vuelve a ocurrir, quienes la hacen necesitan las líneas de abajo.",
	  "Hay demasiado que hacer ahora mismo. Espera un momento y vuelve a cargar esta página.", "Solicitud" },
};

/* The language that the browser names first, where it is one of ours. */
static const struct words *
words_for(const char *accept_language)
{
	for (size_t i = 0; accept_language != NULL && i < ARRAY_LEN(WORDS); i++)
		if (strncasecmp(accept_language, WORDS[i].language, strlen(WORDS[i].language)) == 0)
			return &WORDS[i];
	return &WORDS[0];
}

void
error_page_render(struct exchange *x, struct buffer *b, const char *message)
{
	const struct words *words = words_for(x->in.accept_language);
	unsigned status = error_info(x->response.error)->status;
	bool is_busy = status == 429 || status == 503;

	buffer_printf(b, "<!doctype html><html lang=\"%s\"><meta charset=\"utf-8\"><title>%s</title>", words->language, words->title);
	buffer_printf(b, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style nonce=\"%s\">%s</style>",
		      x->rq.id, STYLE);
	buffer_printf(b, "<main><h1>%s</h1><p>%s</p><p class=\"detail\"><code>%s</code>: %s</p>", words->title,
		      is_busy ? words->later : words->back, error_oauth_code(x->response.error), html_escape(x->arena, message));
	buffer_printf(b, "<p class=\"detail\">%s %s</p></main></html>", words->request, x->rq.id);
	reply_header(&x->rq, "Content-Security-Policy",
		     arena_printf(x->arena, "default-src 'none'; style-src 'nonce-%s'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
				  x->rq.id));
}
