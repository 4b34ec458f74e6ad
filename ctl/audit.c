/*
 * gatehousectl audit verify, audit export: whole chains, page by page.
 */
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"
#include "domain/audit.h"
#include "domain/audit_export.h"
#include "lib/encode.h"

#define CHAINS_A_PAGE INT64_C(100)

static bool
is_chain(const char *text)
{
	return id_is_valid(ID_ORG, text) || id_is_valid(ID_PROJECT, text);
}

/* ---- audit verify ---- */

struct chain_verdict {
	const char *chain;
	bool valid;
	int64_t checked;
	int64_t unsealed;
	int64_t first_bad_seq;
	int64_t head_seq;
	const char *head_hash;
};

static const struct field chain_verdict_fields[] = {
	OUT_STRING(struct chain_verdict, chain),
	OUT_BOOL(struct chain_verdict, valid),
	OUT_INT(struct chain_verdict, checked),
	OUT_INT(struct chain_verdict, unsealed),
	OUT_INT(struct chain_verdict, first_bad_seq),
	OUT_INT(struct chain_verdict, head_seq),
	OUT_STRING(struct chain_verdict, head_hash),
	FIELDS_END,
};

struct verifying {
	struct ctl *ctl;
	struct audit_check check;
	struct chain_verdict *verdicts;	/* room for a page of chains */
	size_t count;
	bool all_valid;
};

/* "12:5f0c…", as the newest line of an earlier run told it. False after a line on stderr. */
static bool
read_anchor(struct ctl *ctl, struct audit_anchor *ret)
{
	const char *text = ctl_option(ctl, "anchor");
	const char *colon = strchr(text, ':');

	if (colon != NULL && int_parse(arena_strndup(ctl->arena, text, (size_t)(colon - text)), 1, INT64_MAX, &ret->seq) &&
	    hex_decode(ctl->arena, colon + 1, &ret->hash) && ret->hash.len == AUDIT_HASH_SIZE)
		return true;
	ctl_fail("--anchor: a seq, a colon and the hash that it had, in hex");
	return false;
}

static enum err
verify_chain(struct verifying *verifying, const char *chain_id)
{
	struct audit_verdict verdict;

	verifying->check.chain_id = chain_id;
	TRY(audit_verify(&verifying->ctl->tx, &verifying->check, &verdict));
	verifying->verdicts[verifying->count++] = (struct chain_verdict){
		.chain = chain_id,
		.valid = verdict.valid,
		.checked = verdict.checked,
		.unsealed = verdict.unsealed,
		.first_bad_seq = verdict.first_bad_seq,
		.head_seq = verdict.head.seq,
		.head_hash = verdict.head.hash,
	};
	verifying->all_valid = verifying->all_valid && verdict.valid;
	return OK;
}

static enum err
verify_all(struct verifying *verifying)
{
	const char *after_id = "";
	size_t count;

	do {
		struct q_audit_chain_list_row *chains;
		struct chain_verdict *room;

		TRY(q_audit_chain_list(verifying->ctl->db,
				       &(struct q_audit_chain_list){ .after_id = after_id, .limit = CHAINS_A_PAGE },
				       &chains, &count));
		room = ARENA_ARRAY(verifying->ctl->arena, verifying->count + count, struct chain_verdict);
		if (verifying->count > 0)
			memcpy(room, verifying->verdicts, verifying->count * sizeof(room[0]));
		verifying->verdicts = room;
		for (size_t i = 0; i < count; i++)
			TRY(verify_chain(verifying, chains[i].chain_id));
		if (count > 0)
			after_id = chains[count - 1].chain_id;
	} while (count == CHAINS_A_PAGE);
	return OK;
}

enum ctl_exit
ctl_audit_verify(struct ctl *ctl)
{
	struct verifying verifying = { .ctl = ctl, .check = { .from_seq = 1, .to_seq = NONE }, .all_valid = true };
	struct audit_anchor anchor;
	enum err e;

	if (ctl->operand != NULL && !is_chain(ctl->operand))
		return ctl_fail("'%s' is no organization's or project's id", ctl->operand);
	if (ctl_option(ctl, "anchor") != NULL) {
		if (ctl->operand == NULL)
			return ctl_fail("--anchor is for one chain: name it");
		if (!read_anchor(ctl, &anchor))
			return CTL_FAILED;
		verifying.check.anchor = &anchor;
	}
	if (ctl->operand == NULL) {
		e = verify_all(&verifying);
	} else {
		verifying.verdicts = ARENA_NEW(ctl->arena, struct chain_verdict);
		e = verify_chain(&verifying, ctl->operand);
	}
	if (e != OK)
		return ctl_fail_err(e, "audit verify");
	ctl_print_list(ctl, chain_verdict_fields, verifying.verdicts, verifying.count, sizeof(verifying.verdicts[0]));
	return verifying.all_valid ? CTL_OK : ctl_fail("a chain isn't what was sealed: see first_bad_seq");
}

/* ---- audit export ---- */

/* Read and write one page; what it took is given back before the next. */
static enum err
export_pages(struct ctl *ctl, const struct audit_filter *filter, enum audit_format format, struct audit_export *export)
{
	while (!export->is_done) {
		struct arena_mark mark = arena_mark(ctl->arena);
		struct buffer b = buffer_new(ctl->arena);

		TRY(audit_export_page(&ctl->tx, filter, format, export, &b));
		if (arena_is_exhausted(ctl->arena))
			return ERR_BUSY;
		fwrite(buffer_string(&b), 1, b.len, stdout);
		arena_rewind(ctl->arena, mark);
	}
	return OK;
}

struct exporting {
	struct ctl *ctl;
	const char *chain_id;
	const char *format;
	int64_t rows;
};

/* In the organization's chain, as the API does it; an event has no place to go when the project is gone. */
static enum err
record_export(void *context)
{
	struct exporting *exporting = context;
	struct tx *tx = &exporting->ctl->tx;
	struct q_audit_chain_owner_row owner;

	TRY(q_audit_chain_owner(tx->db, &(struct q_audit_chain_owner){ .chain_id = exporting->chain_id }, &owner));
	return record(tx, &(struct record){
			      .event = EV_AUDIT_EXPORTED,
			      .org_id = owner.org_id,
			      .target_id = exporting->chain_id,
			      .target_label = exporting->format,
			      .changes = arena_printf(tx->arena, "{\"rows\":[null,%lld]}", (long long)exporting->rows),
		      });
}

enum ctl_exit
ctl_audit_export(struct ctl *ctl)
{
	const char *asked = ctl_option(ctl, "format");
	bool is_csv = asked != NULL && strcmp(asked, audit_format_names[AUDIT_CSV]) == 0;
	struct audit_filter filter = { .chain_id = ctl->operand, .from_at = NONE, .to_at = NONE };
	struct audit_export export = { .is_done = false };
	struct exporting exporting = { .ctl = ctl, .chain_id = ctl->operand };
	enum err e;

	if (!is_chain(ctl->operand))
		return ctl_fail("'%s' is no organization's or project's id", ctl->operand);
	exporting.format = audit_format_names[is_csv ? AUDIT_CSV : AUDIT_JSONL];
	e = export_pages(ctl, &filter, is_csv ? AUDIT_CSV : AUDIT_JSONL, &export);
	if (e == OK && export.rows == 0)
		return ctl_fail("'%s' has no audit events", ctl->operand);
	exporting.rows = export.rows;
	if (e == OK)
		e = db_transact(ctl->db, TX_WRITE, record_export, &exporting);
	return e == OK ? CTL_OK : ctl_fail_err(e, "audit export");
}
