/*
 * Network addresses as 16 octets, IPv4 mapped into IPv6, so that one client has one form.
 */
#include <arpa/inet.h>
#include <string.h>

#include "lib/http.h"

static const uint8_t mapped_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static bool
is_ipv4(const uint8_t *ip)
{
	return memcmp(ip, mapped_prefix, sizeof(mapped_prefix)) == 0;
}

bool
ip_parse(const char *text, uint8_t ret_ip[16])
{
	uint8_t ip[16];

	memcpy(ip, mapped_prefix, sizeof(mapped_prefix));
	if (inet_pton(AF_INET, text, ip + sizeof(mapped_prefix)) != 1 &&
	    inet_pton(AF_INET6, text, ip) != 1)
		return false;
	memcpy(ret_ip, ip, sizeof(ip));
	return true;
}

const char *
ip_format(struct arena *arena, struct bytes ip)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (ip.len != 16)
		return "";
	if (is_ipv4(ip.data))
		inet_ntop(AF_INET, ip.data + sizeof(mapped_prefix), text, sizeof(text));
	else
		inet_ntop(AF_INET6, ip.data, text, sizeof(text));
	return arena_strdup(arena, text);
}

void
ip_to_bucket(uint8_t ip[16])
{
	if (!is_ipv4(ip))
		memset(ip + 8, 0, 8);
}
