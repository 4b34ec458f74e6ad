/*
 * The table of what is counted, and the packing of a count's key.
 */
#include "lib/stats.h"

#include <string.h>

#include "lib/encode.h"

#define PROJECT_PREFIX     "prj_"
#define PROJECT_PREFIX_LEN (sizeof(PROJECT_PREFIX) - 1)
#define PROJECT_TAIL_LEN   16
#define TEXT_LEN           104

static const struct stat_info infos[STAT_COUNT] = {
	[STAT_USER_DAY] = { "", "", { "user" } },
#define STAT(symbol, metric, meter, ...) [STAT_##symbol] = { metric, meter, { __VA_ARGS__ } },
#include "lib/stats.def"
#undef STAT
};

/* Values end with a line feed each; spaces fill the rest, so that no word is zero. */
struct packed {
	char project[PROJECT_TAIL_LEN];
	uint32_t hour;
	uint16_t stat;
	uint16_t unused;
	char text[TEXT_LEN];
};

_Static_assert(sizeof(struct packed) == sizeof(struct stat_key), "a key is its words");

const struct stat_info *
stat_info(enum stat_kind stat)
{
	return &infos[stat];
}

static bool
is_plain(unsigned char c)
{
	return c > ' ' && c < 0x7f && c != '%';
}

/* How many octets the character there has; text that isn't UTF-8 goes octet by octet. */
static size_t
character_len(const char *text)
{
	size_t len = 1;

	while ((text[len] & 0xc0) == 0x80 && len < 4)
		len++;
	return len;
}

/* Writes at most `room` octets, whole characters only; how many. */
static size_t
value_encode(const char *text, char *ret, size_t room)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t used = 0;

	while (*text != '\0') {
		size_t len = character_len(text);
		size_t needed = is_plain((unsigned char)*text) ? len : 3 * len;
		if (used + needed > room)
			break;
		for (; len > 0; len--, text++) {
			unsigned char c = (unsigned char)*text;
			if (is_plain(c)) {
				ret[used++] = (char)c;
				continue;
			}
			ret[used++] = '%';
			ret[used++] = digits[c >> 4];
			ret[used++] = digits[c & 15];
		}
	}
	return used;
}

static void
text_put(char ret_text[TEXT_LEN], const struct stat_info *info, const char *const values[STAT_DIMS_MAX])
{
	size_t used = 0;

	memset(ret_text, ' ', TEXT_LEN);
	for (size_t i = 0; i < STAT_DIMS_MAX && info->dims[i] != NULL; i++) {
		const char *value = values[i] != NULL && values[i][0] != '\0' ? values[i] : "other";
		size_t room = TEXT_LEN - used - 1;
		if (room > STAT_VALUE_SIZE - 1)
			room = STAT_VALUE_SIZE - 1;
		used += value_encode(value, ret_text + used, room);
		ret_text[used++] = '\n';
		if (used == TEXT_LEN)
			return;
	}
}

bool
stat_key_make(const struct stat_count *counted, int64_t now_ms, struct stat_key *ret_key)
{
	struct packed packed = {
		.hour = (uint32_t)(now_ms / HOUR_MS) + 1,
		.stat = (uint16_t)counted->stat,
	};

	if (counted->project_id == NULL || !id_is_valid(ID_PROJECT, counted->project_id))
		return false;
	memcpy(packed.project, counted->project_id + PROJECT_PREFIX_LEN, PROJECT_TAIL_LEN);
	text_put(packed.text, stat_info(counted->stat), counted->values);
	memcpy(ret_key, &packed, sizeof(packed));
	return true;
}

void
stat_key_read(const struct stat_key *key, struct stat_parts *ret_parts)
{
	struct packed packed;
	struct stat_parts parts = { .project_id = PROJECT_PREFIX };
	size_t at = 0;

	memcpy(&packed, key, sizeof(packed));
	memcpy(parts.project_id + PROJECT_PREFIX_LEN, packed.project, PROJECT_TAIL_LEN);
	parts.stat = packed.stat < STAT_COUNT ? packed.stat : STAT_USER_DAY;
	parts.hour_at = ((int64_t)packed.hour - 1) * HOUR_MS;
	for (size_t i = 0; i < STAT_DIMS_MAX && stat_info(parts.stat)->dims[i] != NULL; i++) {
		size_t len = 0;
		while (at < TEXT_LEN && packed.text[at] != '\n' && len < STAT_VALUE_SIZE - 1)
			parts.values[i][len++] = packed.text[at++];
		at++;
	}
	*ret_parts = parts;
}

const char *
stat_value_text(struct arena *arena, const char *value)
{
	const char *text;

	return percent_decode(arena, value, strlen(value), false, &text) ? text : value;
}
