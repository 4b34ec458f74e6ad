/*
 * Words that can't be bare names in MySQL 8, MariaDB or C, and functions that mustn't be called.
 */
#include "sql/compiler/sqlc.h"

#include <string.h>

/*
 * Reserved in MySQL 8.0 or 8.4, or in MariaDB 10.6 to 11: a name that works on one server breaks on
 * the other.
 */
static const char sql_words[] =
	" accessible add all alter analyze and as asc asensitive before between bigint "
	"binary blob both by call cascade case change char character check collate "
	"column condition constraint continue convert create cross cube cume_dist "
	"current_date current_role current_time current_timestamp current_user cursor "
	"database databases day_hour day_microsecond day_minute day_second dec decimal "
	"declare default delayed delete dense_rank desc describe deterministic distinct "
	"distinctrow div double drop dual each else elseif empty enclosed escaped "
	"except exists exit explain false fetch first_value float float4 float8 for "
	"force foreign from fulltext function generated get grant group grouping groups "
	"having high_priority hour_microsecond hour_minute hour_second if ignore in "
	"index infile inner inout insensitive insert int int1 int2 int3 int4 int8 "
	"integer intersect interval into io_after_gtids io_before_gtids is iterate join "
	"json_table key keys kill lag last_value lateral lead leading leave left like "
	"limit linear lines load localtime localtimestamp lock long longblob longtext "
	"loop low_priority manual master_bind master_heartbeat_period "
	"master_ssl_verify_server_cert match maxvalue mediumblob mediumint mediumtext "
	"middleint minute_microsecond minute_second mod modifies natural not "
	"no_write_to_binlog nth_value ntile null numeric of offset on optimize "
	"optimizer_costs option optionally or order out outer outfile over "
	"page_checksum parallel parse_vcol_expr partition percent_rank position "
	"precision primary procedure purge qualify range rank read reads read_write "
	"real recursive references ref_system_id regexp release rename repeat replace "
	"require resignal restrict return returning revoke right rlike row row_number "
	"rows schema schemas second_microsecond select sensitive separator set show "
	"signal slow smallint spatial specific sql sqlexception sqlstate sqlwarning "
	"sql_big_result sql_calc_found_rows sql_small_result ssl starting "
	"stats_auto_recalc stats_persistent stats_sample_pages stored straight_join "
	"system table tablesample terminated then tinyblob tinyint tinytext to trailing "
	"trigger true undo union unique unlock unsigned update usage use using utc_date "
	"utc_time utc_timestamp values varbinary varchar varcharacter varying vector "
	"virtual when where while window with write xor year_month zerofill ";

static const char c_words[] =
	" auto bool break case char const continue default do double else enum extern "
	"false float for goto if inline int long register restrict return short signed "
	"sizeof static struct switch true typedef union unsigned void volatile while ";

static const struct {
	const char *name;
	const char *reason;
} refused_functions[] = {
	{ "now", "a request has one clock: bind :now" },
	{ "current_timestamp", "a request has one clock: bind :now" },
	{ "current_date", "a request has one clock: bind :now" },
	{ "current_time", "a request has one clock: bind :now" },
	{ "curdate", "a request has one clock: bind :now" },
	{ "curtime", "a request has one clock: bind :now" },
	{ "localtime", "a request has one clock: bind :now" },
	{ "localtimestamp", "a request has one clock: bind :now" },
	{ "sysdate", "a request has one clock: bind :now" },
	{ "unix_timestamp", "a request has one clock: bind :now" },
	{ "utc_date", "a request has one clock: bind :now" },
	{ "utc_time", "a request has one clock: bind :now" },
	{ "utc_timestamp", "a request has one clock: bind :now" },
	{ "rand", "randomness comes from the program: bind it" },
	{ "uuid", "ids come from the program: bind one made by tx_make_id()" },
	{ "uuid_short", "ids come from the program: bind one made by tx_make_id()" },
	{ "last_insert_id", "ids come from the program: bind one made by tx_make_id()" },
	{ "lower", "the server's case rules merge accounts: compare keys that lib/text.h made" },
	{ "upper", "the server's case rules merge accounts: compare keys that lib/text.h made" },
	{ "get_lock", "it is local to one node: write a guard row" },
	{ "sleep", "it holds a worker" },
};

/* list: words with a space before and after each. */
static bool
is_in(const char *word, const char *list)
{
	return strstr(list, text_printf(" %s ", word)) != NULL;
}

bool
is_reserved_in_sql(const char *word)
{
	char *lower = text_copy(word, strlen(word));

	for (char *c = lower; *c != '\0'; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	}
	return is_in(lower, sql_words);
}

bool
is_reserved_in_c(const char *word)
{
	return is_in(word, c_words);
}

const char *
refused_function(const char *name)
{
	for (size_t i = 0; i < sizeof(refused_functions) / sizeof(refused_functions[0]); i++) {
		if (same_word(name, refused_functions[i].name))
			return refused_functions[i].reason;
	}
	return NULL;
}
