/*
 * Sign-in methods as words and as bits.
 */
#include "lib/sign_in_methods.h"

#include <string.h>

const char *const sign_in_method_names[] = {
	[METHOD_PASSWORD] = "password",	    [METHOD_MAGIC_LINK] = "magic_link",
	[METHOD_EMAIL_OTP] = "email_otp",   [METHOD_USERNAME] = "username",
	[METHOD_ANONYMOUS] = "anonymous",   [METHOD_PHONE_OTP] = "phone_otp",
	[METHOD_PASSKEY] = "passkey",	    [METHOD_SOCIAL] = "social",
	[METHOD_SSO] = "sso",		    [METHOD_COUNT] = NULL,
};

static enum sign_in_method
parse(const char *text, size_t len)
{
	for (enum sign_in_method method = 0; method < METHOD_COUNT; method++)
		if (strlen(sign_in_method_names[method]) == len &&
		    memcmp(sign_in_method_names[method], text, len) == 0)
			return method;
	return METHOD_COUNT;
}

enum sign_in_method
sign_in_method_parse(const char *text)
{
	return parse(text, strlen(text));
}

unsigned
sign_in_methods_parse(const char *words)
{
	unsigned methods = 0;

	if (words == NULL)
		return METHODS_ALL;
	while (*words != '\0') {
		size_t len = strcspn(words, " ");
		enum sign_in_method method = parse(words, len);

		if (method != METHOD_COUNT)
			methods |= METHOD_BIT(method);
		words += len + (words[len] == ' ');
	}
	return methods;
}
