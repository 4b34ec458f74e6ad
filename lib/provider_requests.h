/*
 * How requests to providers are put together.
 */
#ifndef GATEHOUSE_LIB_PROVIDER_REQUESTS_H
#define GATEHOUSE_LIB_PROVIDER_REQUESTS_H

#include "lib/providers.h"

#define JSON_TYPE "Content-Type: application/json"
#define FORM_TYPE "Content-Type: application/x-www-form-urlencoded"

/* JSON: {"name":"value" and ,"name":"value". NULL values are left out. */
void add_member(struct buffer *, const char *name, const char *value);
/* name=value with an & before all but the first; left out when NULL. */
void add_form(struct buffer *, const char *name, const char *value);
/* "Authorization: Basic …", registered to be wiped. */
const char *basic_header(struct arena *, const char *user, const char *password);
/* "Name: value", registered to be wiped. */
const char *secret_header(struct arena *, const char *name, const char *format_prefix, const char *secret);
struct bytes buffer_bytes(const struct buffer *);

/* The verdict that the status alone gives. */
enum provider_verdict provider_judge_status(long status);
/* The text of the first of these members that the answer's object has at its top; NULL: none. */
const char *provider_answer_member(struct arena *, const struct provider_answer *, const char *const *names);
/* "HTTP 403: what the provider said", in one line of bounded length. */
const char *provider_explain(struct arena *, const struct provider_answer *);

#endif
