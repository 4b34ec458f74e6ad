/*
 * Looks a password up in a sorted file of SHA-1 digests, which may be 40 GB large: a binary search
 * by octet offsets.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "lib/passwords.h"

#define SHA1_LEN 20
#define HEX_LEN  (2 * SHA1_LEN)
/* Digest, ':', a count, CR and LF. */
#define LINE_LEN_MAX 64

struct lookup {
	int fd;
	char digest[HEX_LEN + 1];
	bool is_broken; /* the file isn't what it should be */
};

static bool
hash_password(const char *password, char ret_hex[HEX_LEN + 1])
{
	static const char digits[] = "0123456789ABCDEF";
	static EVP_MD *sha1;
	uint8_t octets[SHA1_LEN];
	unsigned len = 0;

	if (sha1 == NULL)
		sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
	if (sha1 == NULL || EVP_Digest(password, strlen(password), octets, &len, sha1, NULL) != 1 ||
	    len != SHA1_LEN)
		return false;
	for (size_t i = 0; i < SHA1_LEN; i++) {
		ret_hex[2 * i] = digits[octets[i] >> 4];
		ret_hex[2 * i + 1] = digits[octets[i] & 15];
	}
	ret_hex[HEX_LEN] = '\0';
	return true;
}

/* Reads up to `len` octets at an offset; fewer only at the end of the file. */
static size_t
read_at(struct lookup *lookup, off_t offset, char *data, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t got = pread(lookup->fd, data + done, len - done, offset + (off_t)done);
		if (got < 0)
			lookup->is_broken = true;
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	return done;
}

/* Where the line begins that holds the octet at `middle`; `low` is the beginning of a line. */
static off_t
line_start(struct lookup *lookup, off_t low, off_t middle)
{
	char before[LINE_LEN_MAX];
	off_t from = middle - low > LINE_LEN_MAX ? middle - LINE_LEN_MAX : low;
	size_t len = read_at(lookup, from, before, (size_t)(middle - from));

	const char *end = memrchr(before, '\n', len);
	if (end != NULL)
		return from + (end - before) + 1;
	if (from != low)
		lookup->is_broken = true;
	return low;
}

/* Compares the line at `start` with the digest and says where the next line begins. */
static int
compare_line(struct lookup *lookup, off_t start, off_t *ret_next)
{
	char line[LINE_LEN_MAX];
	size_t len = read_at(lookup, start, line, sizeof(line));
	const char *end = memchr(line, '\n', len);

	if (len < HEX_LEN || (end == NULL && len == sizeof(line)) ||
	    (end != NULL && end - line < HEX_LEN)) {
		lookup->is_broken = true;
		return 0;
	}
	*ret_next = start + (end == NULL ? (off_t)len : (end - line) + 1);
	return strncmp(lookup->digest, line, HEX_LEN);
}

static bool
search(struct lookup *lookup, off_t size)
{
	off_t low = 0;
	off_t high = size;

	while (low < high) {
		off_t start = line_start(lookup, low, low + (high - low) / 2);
		off_t next = 0;
		int order = compare_line(lookup, start, &next);
		if (lookup->is_broken)
			return false;
		if (order == 0)
			return true;
		if (order < 0)
			high = start;
		else
			low = next;
	}
	return false;
}

bool
password_is_breached(const char *file, const char *password, bool *ret_readable)
{
	struct lookup lookup = { .fd = open(file, O_RDONLY | O_CLOEXEC) };
	struct stat status;
	bool is_found = false;

	*ret_readable = false;
	if (lookup.fd < 0)
		return false;
	if (fstat(lookup.fd, &status) == 0 && hash_password(password, lookup.digest)) {
		is_found = search(&lookup, status.st_size);
		*ret_readable = !lookup.is_broken;
	}
	close(lookup.fd);
	OPENSSL_cleanse(lookup.digest, sizeof(lookup.digest));
	return is_found;
}
