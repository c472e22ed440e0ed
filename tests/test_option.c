#include "core/option.h"
#include "core/rng.h"
#include "tests/slow.h"

#include <criterion/criterion.h>
#include <string.h>

typedef struct {
    int depth, tied, stages;
    uint64_t seed;
    double lr, theta;
    char solver[SGN_NAME_MAX];
    char file[SGN_PATH_MAX];
} settings;

enum { DEPTH, TIED, STAGES, SEED, LR, THETA, SOLVER, PATH, ROWS };
static const sgn_option rows[ROWS] = {
    {"depth", SGN_OPT_INT, offsetof(settings, depth), 16, 1, 1000, NULL, "layers"},
    {"tied", SGN_OPT_BOOL, offsetof(settings, tied), 0, 0, 0, NULL, "one matrix"},
    {"stages", SGN_OPT_CHOICE, offsetof(settings, stages), 1, 0, 0, "one|two|ladder", "stages"},
    {"seed", SGN_OPT_SEED, offsetof(settings, seed), 7, 0, 0, NULL, "seed"},
    {"lr", SGN_OPT_REAL, offsetof(settings, lr), 1e-3, 0, (double)INFINITY, NULL, "step size"},
    {"theta", SGN_OPT_REAL, offsetof(settings, theta), (double)NAN, 0, 0, NULL, "threshold"},
    {"solver", SGN_OPT_NAME, offsetof(settings, solver), 0, 0, 0, "lista", "solver"},
    {"file", SGN_OPT_PATH, offsetof(settings, file), 0, 0, 0, "", "data"},
};

static settings presets(void)
{
    settings s;
    memset(&s, 0, sizeof s);
    sgn_option_presets(rows, ROWS, &s);
    return s;
}

static void accepts(settings *s, int row, const char *text)
{
    cr_assert_eq(sgn_option_parse("net", &rows[row], text, s), SGN_OK, "'%s': %s", text,
                 sgn_last_error());
}

/* `sentence`: what has to be said; NULL: anything. */
static void refuses(int row, const char *text, const char *sentence)
{
    settings s = presets(), before = s;
    cr_assert_eq(sgn_option_parse("net", &rows[row], text, &s), SGN_ECONFIG, "'%s' accepted", text);
    if (sentence) cr_assert_str_eq(sgn_last_error(), sentence);
    cr_assert_eq(memcmp(&s, &before, sizeof s), 0, "'%s' was refused but left its mark", text);
}

static void prints(const settings *s, int row, const char *text)
{
    char printed[SGN_OPTION_TEXT_MAX];
    sgn_option_print(&rows[row], s, printed, sizeof printed);
    cr_assert_str_eq(printed, text);
}

Test(option, presets_are_the_defaults_of_the_rows)
{
    settings s = presets();
    const char *text[ROWS] = {"16", "false", "two", "7", "0.001", "auto", "lista", "\"\""};
    for (int i = 0; i < ROWS; i++) prints(&s, i, text[i]);
    cr_assert(isnan(s.theta));
}

Test(option, a_whole_number_may_have_an_exponent_but_no_fraction)
{
    settings s = presets();
    accepts(&s, DEPTH, "1e2");
    cr_assert_eq(s.depth, 100);
    accepts(&s, DEPTH, "12");
    cr_assert_eq(s.depth, 12);
    refuses(DEPTH, "1.5", "net.depth is 1.5, must be a whole number");
    refuses(DEPTH, "eight", "net.depth is eight, must be a whole number");
    refuses(DEPTH, "", "net.depth is empty, must be a whole number");
    const char *const bad[] = {"8x", " 8", "8 ", "+-8", "--8", "- 8", "nan", "auto", "1e", "0.1x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) refuses(DEPTH, bad[i], NULL);
}

Test(option, a_range_includes_both_ends_and_is_told_when_missed)
{
    settings s = presets();
    accepts(&s, DEPTH, "1");
    accepts(&s, DEPTH, "1000");
    refuses(DEPTH, "0", "net.depth is 0, must be at least 1");
    refuses(DEPTH, "1001", "net.depth is 1001, must be at most 1000");
    refuses(DEPTH, "1e300", "net.depth is 1e300, must be at most 1000");
    refuses(DEPTH, "-inf", "net.depth is -inf, must be at least 1");
    refuses(LR, "-1e-9", "net.lr is -1e-9, must be at least 0");
}

Test(option, a_whole_number_without_a_range_fits_an_int)
{
    const sgn_option any = {"any", SGN_OPT_INT, offsetof(settings, depth), 0, 0, 0, NULL, "any"};
    settings s = presets();
    cr_assert_eq(sgn_option_parse("", &any, "-2147483647", &s), SGN_OK);
    cr_assert_eq(s.depth, -2147483647);
    cr_assert_eq(sgn_option_parse("", &any, "2147483648", &s), SGN_ECONFIG);
    cr_assert_str_eq(sgn_last_error(),
                     "any is 2147483648, must be a whole number within +-2147483647");
    cr_assert_eq(sgn_option_parse("", &any, "inf", &s), SGN_ECONFIG);
}

Test(option, a_seed_keeps_all_its_64_bits)
{
    settings s = presets();
    accepts(&s, SEED, "18446744073709551615");
    cr_assert_eq(s.seed, UINT64_MAX);
    prints(&s, SEED, "18446744073709551615");
    accepts(&s, SEED, "9007199254740993");  // 2^53 + 1 is no double
    cr_assert_eq(s.seed, 9007199254740993u);
    accepts(&s, SEED, "1e3");
    cr_assert_eq(s.seed, 1000u);
    const char *const bad[] = {"18446744073709551616", "-1", "1.5", "1e30", "inf", "", "x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) refuses(SEED, bad[i], NULL);
}

Test(option, a_real_may_be_infinite_but_not_nan)
{
    settings s = presets();
    const char *const infinite[] = {"inf", "+inf", ".inf", "+.inf", "Inf", ".INF"};
    for (size_t i = 0; i < sizeof infinite / sizeof *infinite; i++) {
        s.lr = 0;
        accepts(&s, LR, infinite[i]);
        cr_assert(isinf(s.lr) && s.lr > 0, "%s", infinite[i]);
    }
    accepts(&s, THETA, "-.inf");
    cr_assert(isinf(s.theta) && s.theta < 0);
    const char *const bad[] = {"nan", ".nan", "-nan", "nan(1)", "1e400", "1,5", "0.1x", "", "."};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) refuses(THETA, bad[i], NULL);
}

Test(option, auto_is_a_number_only_where_the_default_is_auto)
{
    settings s = presets();
    s.theta = 1;
    accepts(&s, THETA, "auto");
    cr_assert(isnan(s.theta));
    refuses(LR, "auto", "net.lr is auto, must be a number");
    refuses(THETA, "automatic", "net.theta is automatic, must be a number or auto");
}

Test(option, booleans_have_six_words)
{
    const char *const word[] = {"false", "true", "no", "yes", "off", "on"};
    settings s = presets();
    for (int i = 0; i < 6; i++) {
        accepts(&s, TIED, word[i]);
        cr_assert_eq(s.tied, i % 2, "%s", word[i]);
    }
    refuses(TIED, "2", "net.tied is 2, must be true or false");
}

Test(option, a_choice_is_its_index_and_a_near_miss_is_helped)
{
    settings s = presets();
    accepts(&s, STAGES, "ladder");
    cr_assert_eq(s.stages, 2);
    refuses(STAGES, "lader",
            "net.stages is lader, must be one of one|two|ladder; did you mean 'ladder'?");
    refuses(STAGES, "sideways", "net.stages is sideways, must be one of one|two|ladder");
    refuses(STAGES, "one|two", NULL);
}

Test(option, names_and_paths_are_printable_and_fit)
{
    settings s = presets();
    char longest[SGN_NAME_MAX];
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    accepts(&s, SOLVER, longest);
    cr_assert_str_eq(s.solver, longest);
    accepts(&s, PATH,
            "donn\xc3\xa9"
            "es/x y.h5");
    accepts(&s, PATH, "");
    refuses(SOLVER, "", "net.solver is empty, must be a name");
    refuses(SOLVER, "0123456789012345678901234567890123456789012345678901234567890123",
            "net.solver is 64 bytes long, must be at most 63");
    const char *const bad[] = {
        "a\nb",         "a\tb",     "\x1b[31m",     "\x7f",         "\xff", "caf\xe9", "\xc0\xaf",
        "\xed\xa0\x80", "\xc2\x85", "\xe2\x80\xa8", "\xef\xbb\xbf", "\xc3", "\u202e",  "\u2066"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        refuses(SOLVER, bad[i], NULL);
        refuses(PATH, bad[i], NULL);
    }
}

Test(option, a_message_is_one_line_that_no_terminal_obeys)
{
    static const char *const said[][2] = {
        {"caf\u00e9 \u00b1 100 %", "caf\u00e9 \u00b1 100 %"},
        {"a\nb\tc\r", "a?b?c?"},
        {"\x1b]0;title\x07\x1b[2J", "?]0;title??[2J"},
        {"\x7f \xc2\x9b 1m", "? ?? 1m"},
        {"\xff caf\xe9 \xc3", "? caf? ?"},
        {"gnp.\u202eexe", "gnp.???exe"},
    };
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        sgn_fail(SGN_EDATA, "%s", said[i][0]);
        cr_expect_str_eq(sgn_last_error(), said[i][1]);
    }
}

Test(option, text_is_quoted_where_yaml_would_read_something_else)
{
    static const char *const as[][2] = {
        {"lista-cp", "lista-cp"},
        {"/data/a_1.h5", "/data/a_1.h5"},
        {"", "\"\""},
        {"a b", "\"a b\""},
        {"12", "\"12\""},
        {"true", "\"true\""},
        {"Null", "\"Null\""},
        {"inf", "\"inf\""},
        {"a: b", "\"a: b\""},
        {"#a", "\"#a\""},
        {"a\"b\\", "\"a\\\"b\\\\\""},
        {"-", "\"-\""},
        {"./a", "\"./a\""},
        {"\xc3\xa9", "\"\xc3\xa9\""},
    };
    settings s = presets();
    for (size_t i = 0; i < sizeof as / sizeof *as; i++) {
        accepts(&s, PATH, as[i][0]);
        prints(&s, PATH, as[i][1]);
    }
}

Test(option, reals_are_printed_as_short_as_they_read_back)
{
    static const struct {
        double v;
        const char *text;
    } as[] = {{0.003, "0.003"}, {1000, "1000"},  {250, "250"},
              {1e-5, "1e-05"},  {0, "0"},        {-0.0, "-0"},
              {0.1, "0.1"},     {1e22, "1e+22"}, {1.0 / 3, "0.3333333333333333"}};
    char text[32];
    for (size_t i = 0; i < sizeof as / sizeof *as; i++) {
        sgn_text_real(as[i].v, text, sizeof text);
        cr_assert_str_eq(text, as[i].text);
    }
}

Test(option, every_real_survives_print_and_parse_bit_by_bit)
{
    sgn_rng r = sgn_rng_stream(1, SGN_RNG_FREE, 0, 0);
    settings s = presets(), back = presets();
    char text[SGN_OPTION_TEXT_MAX];
    for (int i = 0; i < 20000 / slower(); i++) {
        uint64_t bits = (uint64_t)sgn_rng_u32(&r) << 32 | sgn_rng_u32(&r);
        memcpy(&s.theta, &bits, sizeof bits);
        if (isnan(s.theta)) continue;
        sgn_option_print(&rows[THETA], &s, text, sizeof text);
        accepts(&back, THETA, text);
        cr_assert_eq(memcmp(&s.theta, &back.theta, sizeof s.theta), 0, "%s", text);
    }
}

Test(words, nearest_is_near_and_first_among_equals)
{
    const char *const names[] = {"depth", "density", "lr", "lista-cp", "lista-ss", NULL};
    cr_assert_str_eq(sgn_nearest("dept", names), "depth");
    cr_assert_str_eq(sgn_nearest("dpeth", names), "depth");
    cr_assert_str_eq(sgn_nearest("denstiy", names), "density");
    cr_assert_str_eq(sgn_nearest("lista-xx", names), "lista-cp");
    cr_assert_str_eq(sgn_nearest("lista-s", names), "lista-ss");
    cr_assert_null(sgn_nearest("momentum", names));
    cr_assert_null(sgn_nearest("zz", names), "two letters that are both wrong are another word");
    cr_assert_null(sgn_nearest("", names));
    cr_assert_null(sgn_nearest("depth", (const char *const[]){NULL}));
}
