/*
 * The words of a person, written with their row.
 */
#include "domain/user_words.h"

#include "lib/search_words.h"
#include "lib/text.h"
#include "sql/gen/queries.h"

#define LABEL_MAX 255

const char *
user_label(struct arena *arena, const struct user_names *names)
{
	const char *const choices[] = { names->email, names->username, names->phone, names->name, names->external_id };

	for (size_t i = 0; i < ARRAY_LEN(choices); i++)
		if (choices[i] != NULL && choices[i][0] != '\0')
			return utf8_cut(arena, choices[i], LABEL_MAX);
	return "";
}

enum err
user_words_add(struct tx *tx, const char *project_id, const char *user_id, const struct user_names *names)
{
	const struct search_text texts[] = {
		{ .text = names->email },
		{ .text = names->name },
		{ .text = names->username },
		{ .text = names->external_id, .is_whole = true },
		{ .text = names->phone, .is_whole = true },
	};

	return q_user_words_insert(tx->db,
				   &(struct q_user_words_insert){
				       .project_id = project_id,
				       .user_id = user_id,
				       .list = search_words(tx->arena, texts, ARRAY_LEN(texts)),
				   },
				   NULL);
}

enum err
user_words_replace(struct tx *tx, const char *project_id, const char *user_id, const struct user_names *names)
{
	TRY(q_user_words_delete(tx->db,
				&(struct q_user_words_delete){ .project_id = project_id, .user_id = user_id }, NULL));
	return user_words_add(tx, project_id, user_id, names);
}
