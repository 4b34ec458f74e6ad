// The text of the configuration lines, filled with a project's ids. They use the snippets that Gatehouse installs for nginx.
import type { Project } from "../api/types";

export function nginxSnippet(project: Project): string {
	return [`set $gatehouse_client ${project.client_id};`, "include snippets/protect-with-gatehouse.conf;"].join("\n");
}

/** The line that lets people in, too. */
export const NGINX_SIGN_IN = "include snippets/sign-in-with-gatehouse.conf;";

/** The lines that let access tokens in, too. */
export const NGINX_TOKENS = `set $gatehouse_audience https://api.your-site.example/;   # the identifier of a resource server
include snippets/tokens-with-gatehouse.conf;

location /orders/ {
	set $gatehouse_needs orders:read;                     # scopes, several with %20 between
}`;

export const CALLBACK = "https://your-site.example/_gatehouse/callback";

export const SIGN_OUT_LINK = `<a href="/_gatehouse/sign_out">Sign out</a>`;

export const NGINX_ALL_LOCATIONS = `location ~ \\.php$ {
	include snippets/fastcgi-php.conf;
	include snippets/gatehouse-identity.conf;
	fastcgi_pass unix:/run/php/php-fpm.sock;
}`;

export const STATIC_LOCATION = `location /public/ {
	auth_request off;
}`;

export function phpLines(project: Project): string {
	return `<?php
// Set by nginx once Gatehouse has let the caller through.
$kind = $_SERVER["HTTP_X_GATEHOUSE_KIND"];             // "api_key", "token" or "session"
$credential = $_SERVER["HTTP_X_GATEHOUSE_CREDENTIAL"]; // "key_…"
$scopes = explode(" ", $_SERVER["HTTP_X_GATEHOUSE_SCOPE"]);

if ($_SERVER["HTTP_X_GATEHOUSE_PROJECT"] !== "${project.id}") {
	http_response_code(403);
	exit;
}`;
}

export function checkCommand(project: Project): string {
	return [
		"curl -i https://your-site.example/",
		`curl -i https://your-site.example/ -H "Authorization: Bearer $GATEHOUSE_KEY"   # gsk_${project.environment}_…`,
	].join("\n");
}
