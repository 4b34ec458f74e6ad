/*
 * main() of a fuzz target outside libFuzzer: runs every file named on the command line, or in a folder named there, through it once.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define SEED_BYTES_MAX ((size_t)1 << 20)

static uint8_t seed[SEED_BYTES_MAX];

static bool
replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	if (file == NULL) {
		perror(path);
		return false;
	}
	size_t len = fread(seed, 1, sizeof(seed), file);
	bool is_whole = !ferror(file) && fgetc(file) == EOF;
	fclose(file);
	if (!is_whole) {
		fprintf(stderr, "%s: unreadable or over %zu octets\n", path, sizeof(seed));
		return false;
	}
	/* An exact copy, so that a sanitizer sees a read past the end. */
	uint8_t *copy = malloc(len == 0 ? 1 : len);
	if (copy == NULL)
		return false;
	for (size_t i = 0; i < len; i++)
		copy[i] = seed[i];
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
	return true;
}

static bool
replay_directory(const char *path, DIR *directory, size_t *count)
{
	bool is_good = true;
	for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
		if (entry->d_name[0] == '.')
			continue;
		char file[4096];
		int len = snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		if (len < 0 || (size_t)len >= sizeof(file))
			return false;
		is_good = replay_file(file) && is_good;
		*count += 1;
	}
	return is_good;
}

int
main(int argc, char **argv)
{
	bool is_good = true;
	size_t count = 0;
	for (int i = 1; i < argc; i++) {
		DIR *directory = opendir(argv[i]);
		if (directory == NULL) {
			is_good = replay_file(argv[i]) && is_good;
			count++;
			continue;
		}
		is_good = replay_directory(argv[i], directory, &count) && is_good;
		closedir(directory);
	}
	printf("%zu seeds\n", count);
	return is_good && count > 0 ? 0 : 1;
}
