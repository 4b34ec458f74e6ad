/*
 * The guard of outgoing connections, as libcurl's callbacks.
 */
#include "sys/outgoing.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/http.h"

/* The configuration's list is a line; more characters than this in one detour are a mistake. */
#define DETOUR_MAX 600

static bool
address_of(const struct sockaddr *address, uint8_t ret_ip[16])
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	if (address->sa_family == AF_INET) {
		struct sockaddr_in ipv4;
		memcpy(&ipv4, address, sizeof(ipv4));
		memcpy(ret_ip, mapped, sizeof(mapped));
		memcpy(ret_ip + sizeof(mapped), &ipv4.sin_addr, 4);
		return true;
	}
	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 ipv6;
		memcpy(&ipv6, address, sizeof(ipv6));
		memcpy(ret_ip, &ipv6.sin6_addr, 16);
		return true;
	}
	return false;
}

static curl_socket_t
open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct outgoing *outgoing = context;
	uint8_t ip[16];

	(void)purpose;
	if (!address_of(&address->addr, ip) ||
	    (!ip_is_public(ip) && !ip_is_in(outgoing->config->outgoing.allow, ip))) {
		outgoing->was_refused = true;
		return CURL_SOCKET_BAD;
	}
	outgoing->surveyed++;
	if (outgoing->is_survey)
		return CURL_SOCKET_BAD;	/* and so to the next */
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static int
show_life(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct outgoing *outgoing = context;

	(void)a, (void)b, (void)c, (void)d;
	if (outgoing->heartbeat != NULL)
		outgoing->heartbeat();
	return 0;
}

static void
add_detours(struct outgoing *outgoing)
{
	const char *at = outgoing->config->outgoing.connect_to;

	for (at += strspn(at, " "); *at != '\0'; at += strspn(at, " ")) {
		char detour[DETOUR_MAX];
		size_t len = strcspn(at, " ");
		if (len < sizeof(detour)) {
			memcpy(detour, at, len);
			detour[len] = '\0';
			struct curl_slist *more = curl_slist_append(outgoing->detours, detour);
			if (more != NULL)
				outgoing->detours = more;
		}
		at += len;
	}
}

void
outgoing_guard(struct outgoing *outgoing, CURL *curl)
{
	outgoing->was_refused = false;
	outgoing->detours = NULL;
	add_detours(outgoing);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, outgoing);
	curl_easy_setopt(curl, CURLOPT_CONNECT_TO, outgoing->detours);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, show_life);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, outgoing);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (outgoing->config->outgoing.ca_file[0] != '\0')
		curl_easy_setopt(curl, CURLOPT_CAINFO, outgoing->config->outgoing.ca_file);
}

/* Without a socket libcurl goes on to the next address until there is none left; what the name resolved to stays in the handle's cache. */
CURLcode
outgoing_survey(struct outgoing *outgoing, CURL *curl)
{
	outgoing->is_survey = true;
	curl_easy_setopt(curl, CURLOPT_DNS_CACHE_TIMEOUT, -1L);
	CURLcode code = curl_easy_perform(curl);
	outgoing->is_survey = false;
	return outgoing->was_refused || outgoing->surveyed == 0 ? code : CURLE_OK;
}

void
outgoing_end(struct outgoing *outgoing)
{
	curl_slist_free_all(outgoing->detours);
	outgoing->detours = NULL;
}
