/*
 * Countries of addresses by libmaxminddb.
 */
#include "sys/countries.h"

#include <netinet/in.h>
#include <string.h>

#include <maxminddb.h>

static MMDB_s database;
static bool is_open;

bool
countries_open(const char *file)
{
	countries_close();
	is_open = MMDB_open(file, MMDB_MODE_MMAP, &database) == MMDB_SUCCESS;
	return is_open;
}

void
countries_close(void)
{
	if (is_open)
		MMDB_close(&database);
	is_open = false;
}

/* IPv4 comes as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2); the database has it as such. */
static MMDB_lookup_result_s
look_up(const uint8_t ip[16])
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr_in four = { .sin_family = AF_INET };
	int error;

	memcpy(&six.sin6_addr, ip, sizeof(six.sin6_addr));
	memcpy(&four.sin_addr, ip + 12, sizeof(four.sin_addr));
	const struct sockaddr *address =
	    IN6_IS_ADDR_V4MAPPED(&six.sin6_addr) ? (const struct sockaddr *)&four : (const struct sockaddr *)&six;
	return MMDB_lookup_sockaddr(&database, address, &error);
}

static bool
is_code(const MMDB_entry_data_s *data)
{
	return data->has_data && data->type == MMDB_DATA_TYPE_UTF8_STRING && data->data_size == COUNTRY_LEN &&
	       data->utf8_string[0] >= 'A' && data->utf8_string[0] <= 'Z' && data->utf8_string[1] >= 'A' && data->utf8_string[1] <= 'Z';
}

void
country_of(const uint8_t ip[16], char ret_country[COUNTRY_LEN + 1])
{
	MMDB_lookup_result_s found = { .found_entry = false };
	MMDB_entry_data_s data = { .has_data = false };

	memcpy(ret_country, COUNTRY_UNKNOWN, COUNTRY_LEN + 1);
	if (is_open)
		found = look_up(ip);
	if (found.found_entry && MMDB_get_value(&found.entry, &data, "country", "iso_code", NULL) == MMDB_SUCCESS && is_code(&data))
		memcpy(ret_country, data.utf8_string, COUNTRY_LEN);
}
