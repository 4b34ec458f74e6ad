/*
 * A backup file: a line that says what it is, what its key is made of, and sealed chunks. The first chunk holds the small files, the rest
 * is the dump. Without a passphrase the key stands in the file: then the seal protects against damage alone.
 *
 *	"gatehouse-backup 1 sealed\n"   salt (16)              or   "gatehouse-backup 1 plain\n"   salt (16)   key (32)
 *	chunks: length (4 octets, big endian; the highest bit marks the last chunk), sealed octets
 */
#ifndef GATEHOUSE_CTL_BACKUP_FILE_H
#define GATEHOUSE_CTL_BACKUP_FILE_H

#include <sys/types.h>

#include "ctl/ctl.h"
#include "lib/sealed_stream.h"

/* More than the key file and the configuration together may have. */
#define BACKUP_CHUNK_MAX ((size_t)512 * 1024)

struct backup_file {
	const char *path;
	int fd;
	uint8_t key[STREAM_KEY_LEN];
	uint64_t index;		/* of the next chunk */
	bool was_last;		/* reading: the last chunk was read */
	uint8_t *sealed;	/* room for one chunk */
};

/*
 * Starts the first of the database server's programs `names` that there is, on our database, with these options (NULL at the end). -1 for a
 * descriptor: none. False after a line on stderr.
 */
bool backup_start_client(struct ctl *, const char *const names[], const char *const options[], int input, int output,
			 pid_t *ret_pid);

/* The first line of --passphrase-file; NULL without the option. False after a line on stderr. */
bool backup_read_passphrase(struct ctl *, const char **ret_passphrase);

/* Makes it; false after a line on stderr, also when it is there. */
bool backup_create(struct ctl *, const char *passphrase, struct backup_file *ret);
bool backup_write(struct backup_file *, struct bytes plain, bool is_last);

bool backup_open(struct ctl *, const char *passphrase, struct backup_file *ret);
/* One chunk into plain, which has room for BACKUP_CHUNK_MAX. False after a line on stderr: it is damaged, or the passphrase is wrong. */
bool backup_read(struct backup_file *, uint8_t *plain, size_t *ret_len);

/* False after a line on stderr: what was written isn't on the disk. */
bool backup_close(struct backup_file *);

#endif
