/*
 * Network addresses as 16 octets, IPv4 mapped into IPv6, so that one client has one form.
 */
#include <arpa/inet.h>
#include <string.h>

#include "lib/encode.h"
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

/* IPv4 is public unless listed; of IPv6 only global unicast (2000::/3, RFC 4291 section 2.4) is, less what is listed. */
#define RESERVED_IPV4                                                                              \
	"0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 "             \
	"192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 "   \
	"203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
#define GLOBAL_IPV6   "2000::/3"
#define RESERVED_IPV6 "2001::/23 2001:db8::/32 2002::/16 3fff::/20"

bool
ip_is_public(const uint8_t ip[16])
{
	if (is_ipv4(ip))
		return !ip_is_in(RESERVED_IPV4, ip);
	return ip_is_in(GLOBAL_IPV6, ip) && !ip_is_in(RESERVED_IPV6, ip);
}

void
ip_to_bucket(uint8_t ip[16])
{
	if (!is_ipv4(ip))
		memset(ip + 8, 0, 8);
}

struct network {
	uint8_t ip[16];
	unsigned bits;	/* of the 128 */
};

/* "10.0.0.0/8", "::1", of len characters. */
static bool
network_parse(const char *text, size_t len, struct network *ret)
{
	char copy[INET6_ADDRSTRLEN + 4];
	int64_t bits = 128;

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	char *slash = strchr(copy, '/');
	if (slash != NULL)
		*slash = '\0';
	if (!ip_parse(copy, ret->ip))
		return false;
	bool is_short = strchr(copy, ':') == NULL;
	if (slash != NULL && !int_parse(slash + 1, 0, is_short ? 32 : 128, &bits))
		return false;
	ret->bits = (unsigned)bits + (is_short && slash != NULL ? 96 : 0);
	return true;
}

static bool
network_has(const struct network *network, const uint8_t ip[16])
{
	for (unsigned i = 0; i < 16 && network->bits > 8 * i; i++) {
		unsigned left = network->bits - 8 * i;
		unsigned mask = left >= 8 ? 0xffU : 0xffU << (8 - left) & 0xffU;

		if (((unsigned)(network->ip[i] ^ ip[i]) & mask) != 0)
			return false;
	}
	return true;
}

bool
ip_networks_are_valid(const char *networks)
{
	struct network network;

	for (const char *at = networks + strspn(networks, " "); *at != '\0'; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");
		if (!network_parse(at, len, &network))
			return false;
		at += len;
	}
	return true;
}

bool
ip_is_in(const char *networks, const uint8_t ip[16])
{
	struct network network;

	for (const char *at = networks + strspn(networks, " "); *at != '\0'; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");
		if (network_parse(at, len, &network) && network_has(&network, ip))
			return true;
		at += len;
	}
	return false;
}
