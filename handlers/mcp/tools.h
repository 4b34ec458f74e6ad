/*
 * The tools of the MCP server (oauth.md section 4.3): each is one route of the API, which says what it takes, whom it lets in and what it
 * does. Only their names, groups, and which of them are sensitive, stand here.
 */
#ifndef GATEHOUSE_HANDLERS_MCP_TOOLS_H
#define GATEHOUSE_HANDLERS_MCP_TOOLS_H

#include "fcgi/request.h"
#include "lib/json.h"

/* What of them a client wants, by ?tools= and ?profile=. */
struct tool_filter {
	unsigned groups;
	bool with_sensitive;
};

struct tool;

/* "projects,users" (NULL: all) and "core" or "all" (NULL: core). False for a word that isn't known. */
bool tool_filter_parse(const char *groups, const char *profile, struct tool_filter *ret);

/* The tools that the caller's kind of credential can call, as tools/list shows them: a JSON array. */
void tools_list(const struct request *, const struct tool_filter *, struct buffer *);
/* NULL: none of that name for this caller and filter. */
const struct tool *tool_find(const struct request *, const struct tool_filter *, const char *name);
/* arguments NULL: none. False when a part of the route's address is missing, *ret_missing says which. */
bool tool_arguments(const struct request *, const struct tool *, const struct json *arguments, struct inner_call *ret, const char **ret_missing);

#endif
