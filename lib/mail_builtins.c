/*
 * The table of built-in mails.
 */
#include "lib/mail_builtins.h"

#include <string.h>
#include <strings.h>

#define BLOCKS(...)    "[" __VA_ARGS__ "]"
#define TEXT(words)    "{\"type\":\"text\",\"text\":\"" words "\"}"
#define BUTTON(words)  "{\"type\":\"button\",\"text\":\"" words "\",\"url\":\"{{url}}\"}"
#define CODE(words)    "{\"type\":\"code\",\"text\":\"{{code}}\",\"label\":\"" words "\"}"
#define HELLO	       TEXT("Hello {{user_name}},") ","
#define HOLA	       TEXT("Hola {{user_name}}:") ","
#define ENGLISH	       .locale = "en"
#define SPANISH	       .locale = "es"
#define REQUIRED(text) { .name = text, .is_required = true }
#define OPTIONAL(text) { .name = text }

const char *const mail_categories[] = {
	"auth", "transactional", "onboarding", "notification", "marketing", "custom", NULL,
};

const struct mail_builtin mail_builtins[] = {
	{
		.slug = "verification",
		.category = "auth",
		/* The code belongs to the page that waits for it; a mail that a member sends has none. */
		.variables = { REQUIRED("url"), OPTIONAL("code") },
		.texts = {
			{ ENGLISH, .name = "Proof of an e-mail address",
			  .draft = { .subject = "Confirm your e-mail address for {{app_name}}",
				     .blocks = BLOCKS(
					 HELLO TEXT("Somebody, probably you, wants to use this e-mail address with {{app_name}}.") ","
					 CODE("Enter this code on the page that asked for it:") ","
					 TEXT("This link proves that the address is yours:") "," BUTTON("Verify this address") ","
					 TEXT("If it wasn't you, do nothing: nothing happens then.")) } },
			{ SPANISH, .name = "Prueba de una dirección de correo",
			  .draft = { .subject = "Confirma tu dirección de correo para {{app_name}}",
				     .blocks = BLOCKS(
					 HOLA TEXT("Alguien, probablemente tú, quiere usar esta dirección de correo con {{app_name}}.") ","
					 CODE("Escribe este código en la página que lo pidió:") ","
					 TEXT("Este enlace demuestra que la dirección es tuya:") "," BUTTON("Verificar esta dirección") ","
					 TEXT("Si no fuiste tú, no hagas nada: entonces no pasa nada.")) } },
		},
	},
	{
		.slug = "password-reset",
		.category = "auth",
		.variables = { REQUIRED("url") },
		.texts = {
			{ ENGLISH, .name = "New password",
			  .draft = { .subject = "Choose a new password for {{app_name}}",
				     .blocks = BLOCKS(
					 HELLO TEXT("Somebody, probably you, asked for a new password for {{app_name}}.") ","
					 TEXT("Open this link to choose one. It works once, and not for long:") ","
					 BUTTON("Choose a new password") ","
					 TEXT("If it wasn't you, do nothing: your password stays as it is.")) } },
			{ SPANISH, .name = "Contraseña nueva",
			  .draft = { .subject = "Elige una contraseña nueva para {{app_name}}",
				     .blocks = BLOCKS(
					 HOLA TEXT("Alguien, probablemente tú, pidió una contraseña nueva para {{app_name}}.") ","
					 TEXT("Abre este enlace para elegirla. Funciona una vez y por poco tiempo:") ","
					 BUTTON("Elegir una contraseña nueva") ","
					 TEXT("Si no fuiste tú, no hagas nada: tu contraseña sigue igual.")) } },
		},
	},
	{
		.slug = "magic-link",
		.category = "auth",
		.variables = { REQUIRED("url") },
		.texts = {
			{ ENGLISH, .name = "Link to sign in",
			  .draft = { .subject = "Sign in to {{app_name}}",
				     .blocks = BLOCKS(
					 HELLO TEXT("Somebody, probably you, wants to sign in to {{app_name}} with this e-mail address.") ","
					 TEXT("Open this link to sign in. It works once, and not for long:") ","
					 BUTTON("Sign in") ","
					 TEXT("If it wasn't you, do nothing: without the link nobody signs in.")) } },
			{ SPANISH, .name = "Enlace para entrar",
			  .draft = { .subject = "Entra en {{app_name}}",
				     .blocks = BLOCKS(
					 HOLA TEXT("Alguien, probablemente tú, quiere entrar en {{app_name}} con esta dirección de correo.") ","
					 TEXT("Abre este enlace para entrar. Funciona una vez y por poco tiempo:") ","
					 BUTTON("Entrar") ","
					 TEXT("Si no fuiste tú, no hagas nada: sin el enlace no entra nadie.")) } },
		},
	},
	{
		.slug = "email-otp",
		.category = "auth",
		.variables = { REQUIRED("code") },
		.texts = {
			{ ENGLISH, .name = "Code to sign in",
			  .draft = { .subject = "{{code}} is your code for {{app_name}}",
				     .blocks = BLOCKS(
					 HELLO TEXT("Somebody, probably you, wants to sign in to {{app_name}} with this e-mail address.") ","
					 CODE("Enter this code on the page that asked for it:") ","
					 TEXT("If it wasn't you, do nothing: without the code nobody signs in. Never tell it to anybody.")) } },
			{ SPANISH, .name = "Código para entrar",
			  .draft = { .subject = "{{code}} es tu código para {{app_name}}",
				     .blocks = BLOCKS(
					 HOLA TEXT("Alguien, probablemente tú, quiere entrar en {{app_name}} con esta dirección de correo.") ","
					 CODE("Escribe este código en la página que lo pidió:") ","
					 TEXT("Si no fuiste tú, no hagas nada: sin el código no entra nadie. No se lo digas a nadie.")) } },
		},
	},
	{
		.slug = "invitation",
		.category = "transactional",
		.variables = { REQUIRED("organization_name"), OPTIONAL("inviter_name"), REQUIRED("url") },
		.texts = {
			{ ENGLISH, .name = "Invitation",
			  .draft = { .subject = "{{inviter_name}} invites you to {{organization_name}}",
				     .blocks = BLOCKS(
					 HELLO TEXT("{{inviter_name}} invites you to join {{organization_name}} on {{app_name}}.") ","
					 TEXT("Open this link to accept:") "," BUTTON("Accept the invitation") ","
					 TEXT("If you don't know {{inviter_name}}, do nothing: the invitation will expire.")) } },
			{ SPANISH, .name = "Invitación",
			  .draft = { .subject = "{{inviter_name}} te invita a {{organization_name}}",
				     .blocks = BLOCKS(
					 HOLA TEXT("{{inviter_name}} te invita a unirte a {{organization_name}} en {{app_name}}.") ","
					 TEXT("Abre este enlace para aceptar:") "," BUTTON("Aceptar la invitación") ","
					 TEXT("Si no conoces a {{inviter_name}}, no hagas nada: la invitación caducará.")) } },
		},
	},
	{
		.slug = "welcome",
		.category = "onboarding",
		.variables = { REQUIRED("url") },
		.texts = {
			{ ENGLISH, .name = "Welcome",
			  .draft = { .subject = "Welcome to {{app_name}}",
				     .blocks = BLOCKS(
					 HELLO TEXT("You have an account at {{app_name}} now.") ","
					 TEXT("Sign in here:") "," BUTTON("Sign in") ","
					 TEXT("You get this mail because somebody made an account with this e-mail address.")) } },
			{ SPANISH, .name = "Bienvenida",
			  .draft = { .subject = "Te damos la bienvenida a {{app_name}}",
				     .blocks = BLOCKS(
					 HOLA TEXT("Ya tienes una cuenta en {{app_name}}.") ","
					 TEXT("Entra aquí:") "," BUTTON("Entrar") ","
					 TEXT("Recibes este correo porque alguien creó una cuenta con esta dirección.")) } },
		},
	},
	{
		.slug = "email-changed",
		.category = "notification",
		.variables = { REQUIRED("new_email") },
		.texts = {
			{ ENGLISH, .name = "E-mail address changed",
			  .draft = { .subject = "Your e-mail address for {{app_name}} was changed",
				     .blocks = BLOCKS(
					 HELLO TEXT("Your account at {{app_name}} has a new e-mail address: {{new_email}}.") ","
					 TEXT("If it wasn't you, write to those who run {{app_name}} at once.")) } },
			{ SPANISH, .name = "Dirección de correo cambiada",
			  .draft = { .subject = "Tu dirección de correo para {{app_name}} ha cambiado",
				     .blocks = BLOCKS(
					 HOLA TEXT("Tu cuenta en {{app_name}} tiene una dirección de correo nueva: {{new_email}}.") ","
					 TEXT("Si no fuiste tú, escribe cuanto antes a quienes llevan {{app_name}}.")) } },
		},
	},
	{
		.slug = "new-sign-in",
		.category = "notification",
		.variables = { OPTIONAL("device"), OPTIONAL("ip"), REQUIRED("time") },
		.texts = {
			{ ENGLISH, .name = "New sign-in",
			  .draft = { .subject = "New sign-in to {{app_name}}",
				     .blocks = BLOCKS(
					 HELLO TEXT("Somebody, probably you, signed in to {{app_name}}:") ","
					 TEXT("{{device}}\\n{{ip}}\\n{{time}}") ","
					 TEXT("If it wasn't you, reset your password at once and look at your sessions.")) } },
			{ SPANISH, .name = "Nuevo acceso",
			  .draft = { .subject = "Nuevo acceso a {{app_name}}",
				     .blocks = BLOCKS(
					 HOLA TEXT("Alguien, probablemente tú, ha entrado en {{app_name}}:") ","
					 TEXT("{{device}}\\n{{ip}}\\n{{time}}") ","
					 TEXT("Si no fuiste tú, cambia tu contraseña cuanto antes y revisa tus sesiones.")) } },
		},
	},
	{
		.slug = "mfa-changed",
		.category = "notification",
		.variables = { REQUIRED("change") },
		.texts = {
			{ ENGLISH, .name = "Sign-in changed",
			  .draft = { .subject = "How you sign in to {{app_name}} was changed",
				     .blocks = BLOCKS(
					 HELLO TEXT("Something about your sign-in to {{app_name}} was changed: {{change}}.") ","
					 TEXT("If it wasn't you, reset your password at once and look at your sessions.")) } },
			{ SPANISH, .name = "Acceso cambiado",
			  .draft = { .subject = "Ha cambiado tu forma de entrar en {{app_name}}",
				     .blocks = BLOCKS(
					 HOLA TEXT("Algo ha cambiado en tu acceso a {{app_name}}: {{change}}.") ","
					 TEXT("Si no fuiste tú, cambia tu contraseña cuanto antes y revisa tus sesiones.")) } },
		},
	},
	{
		.slug = "account-exists",
		.category = "auth",
		.variables = { REQUIRED("url") },
		.texts = {
			{ ENGLISH, .name = "Account exists",
			  .draft = { .subject = "You have an account at {{app_name}} already",
				     .blocks = BLOCKS(
					 HELLO TEXT("Somebody, probably you, tried to sign up to {{app_name}} with this e-mail address, "
						    "which has an account already.") ","
					 TEXT("Sign in here, or have your password reset there:") "," BUTTON("Sign in") ","
					 TEXT("If it wasn't you, do nothing: your account stays as it is.")) } },
			{ SPANISH, .name = "La cuenta ya existe",
			  .draft = { .subject = "Ya tienes una cuenta en {{app_name}}",
				     .blocks = BLOCKS(
					 HOLA TEXT("Alguien, probablemente tú, quiso registrarse en {{app_name}} con esta dirección de correo, "
						   "que ya tiene una cuenta.") ","
					 TEXT("Entra aquí, o pide una contraseña nueva:") "," BUTTON("Entrar") ","
					 TEXT("Si no fuiste tú, no hagas nada: tu cuenta sigue igual.")) } },
		},
	},
	{
		.slug = "password-changed",
		.category = "notification",
		.variables = { REQUIRED("time") },
		.texts = {
			{ ENGLISH, .name = "Password changed",
			  .draft = { .subject = "Your password for {{app_name}} was changed",
				     .blocks = BLOCKS(
					 HELLO TEXT("Your password for {{app_name}} was changed at {{time}}.") ","
					 TEXT("If it wasn't you, reset your password at once and look at your sessions.")) } },
			{ SPANISH, .name = "Contraseña cambiada",
			  .draft = { .subject = "Tu contraseña para {{app_name}} ha cambiado",
				     .blocks = BLOCKS(
					 HOLA TEXT("Tu contraseña para {{app_name}} cambió el {{time}}.") ","
					 TEXT("Si no fuiste tú, cambia tu contraseña cuanto antes y revisa tus sesiones.")) } },
		},
	},
	{
		.slug = "test",
		.category = "notification",
		.variables = { REQUIRED("time") },
		.texts = {
			{ ENGLISH, .name = "Test of the mail settings",
			  .draft = { .subject = "A test of {{app_name}}",
				     .blocks = BLOCKS(
					 HELLO TEXT("This mail was sent at {{time}} to see whether mail from {{app_name}} arrives. It does.")) } },
			{ SPANISH, .name = "Prueba del correo",
			  .draft = { .subject = "Una prueba de {{app_name}}",
				     .blocks = BLOCKS(
					 HOLA TEXT("Este correo se envió el {{time}} para ver si el correo de {{app_name}} llega. Llega.")) } },
		},
	},
};

const size_t mail_builtin_count = ARRAY_LEN(mail_builtins);

const struct mail_builtin *
mail_builtin_find(const char *slug)
{
	for (size_t i = 0; i < mail_builtin_count; i++)
		if (strcmp(mail_builtins[i].slug, slug) == 0)
			return &mail_builtins[i];
	return NULL;
}

const struct mail_builtin_text *
mail_builtin_text(const struct mail_builtin *builtin, const char *locale)
{
	for (size_t i = 0; i < ARRAY_LEN(builtin->texts); i++)
		if (locale != NULL && locale_has_language(locale, builtin->texts[i].locale))
			return &builtin->texts[i];
	return &builtin->texts[0];
}

size_t
mail_builtin_values(const struct mail_builtin *builtin, struct mail_value ret[MAIL_BUILTIN_VARIABLES_MAX + 2])
{
	size_t count = 0;

	ret[count++] = (struct mail_value){ .name = "app_name" };
	ret[count++] = (struct mail_value){ .name = "user_name" };
	for (size_t i = 0; builtin != NULL && i < MAIL_BUILTIN_VARIABLES_MAX && builtin->variables[i].name != NULL; i++)
		ret[count++] = builtin->variables[i];
	return count;
}

bool
locale_has_language(const char *locale, const char *language)
{
	size_t len = strcspn(language, "-");

	return strncasecmp(locale, language, len) == 0 && (locale[len] == '\0' || locale[len] == '-');
}

/* RFC 5646 section 2.1 as far as letters, digits and lengths go. */
bool
locale_is_valid(const char *locale)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	size_t len = strspn(locale, letters);

	if (strlen(locale) > 35 || len < 2 || len > 8)
		return false;
	for (locale += len; *locale != '\0'; locale += len) {
		if (*locale++ != '-')
			return false;
		len = strspn(locale, signs);
		if (len < 1 || len > 8)
			return false;
	}
	return true;
}

const char *
locale_check(const char *locale)
{
	return locale_is_valid(locale) ? NULL : "pattern";
}
