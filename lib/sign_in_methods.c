/*
 * Sign-in methods as words and as bits.
 */
#include "lib/sign_in_methods.h"

#include <string.h>

#include "lib/text.h"

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

static bool
has(const char *words, const char *word)
{
	return words_have(words, word, strlen(word));
}

static bool
begins(const char *words, const char *word)
{
	size_t len = strlen(word);

	return strncmp(words, word, len) == 0 && (words[len] == '\0' || words[len] == ' ');
}

static unsigned
mailed_methods(const char *auth_strength)
{
	if (strcmp(auth_strength, "email_otp") == 0)
		return METHOD_BIT(METHOD_EMAIL_OTP);
	if (strcmp(auth_strength, "magic_link") == 0)
		return METHOD_BIT(METHOD_MAGIC_LINK);
	return METHOD_BIT(METHOD_EMAIL_OTP) | METHOD_BIT(METHOD_MAGIC_LINK);
}

unsigned
sign_in_methods_of_session(const char *auth_strength, const char *amr)
{
	unsigned methods = 0;

	if (has(amr, "pwd"))
		methods |= METHOD_BIT(METHOD_PASSWORD);
	if (has(amr, "pop"))
		methods |= METHOD_BIT(METHOD_PASSKEY);
	if (has(amr, "fed"))
		methods |= METHOD_BIT(METHOD_SOCIAL);
	if (has(amr, "anonymous"))
		methods |= METHOD_BIT(METHOD_ANONYMOUS);
	if (begins(amr, "sms"))
		methods |= METHOD_BIT(METHOD_PHONE_OTP);
	if (begins(amr, "otp"))
		methods |= mailed_methods(auth_strength);
	return methods;
}
