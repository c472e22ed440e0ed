/* Tables, and text made safe to show. */
#include "io/table.h"
#include "io/text.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static char shown[4096];

static const char *show(void (*put)(FILE *, const char *), const char *text)
{
    FILE *to = fmemopen(shown, sizeof shown, "w");
    put(to, text);
    fputc('\0', to);
    fclose(to);
    return shown;
}

static const sgn_column columns[] = {{"label", 0}, {"NMSE\n(dB)", 1}, {"note", 0}};

static void fill(sgn_table *t)
{
    sgn_table_init(t, columns, 3);
    sgn_table_add(t, "%s", "a");
    sgn_table_add(t, "%.1f", -22.5);
    sgn_table_add(t, "%s", "x");
    sgn_table_add(t, "%s", "b, \"long\" \u00e9");
    sgn_table_add(t, "%d", 3);
    sgn_table_add(t, "%s", "two\nlines");
}

static const char *write_table(sgn_status (*write)(const sgn_table *, FILE *))
{
    sgn_table t;
    fill(&t);
    FILE *to = fmemopen(shown, sizeof shown, "w");
    cr_assert_eq(write(&t, to), SGN_OK);
    fputc('\0', to);
    fclose(to);
    sgn_table_free(&t);
    return shown;
}

Test(table, columns_line_up_and_numbers_stand_to_the_right)
{
    cr_assert_str_eq(write_table(sgn_table_text), "              NMSE  \n"
                                                  "label         (dB)  note\n"
                                                  "-----------  -----  ---------\n"
                                                  "a            -22.5  x\n"
                                                  "b, \"long\" \u00e9      3  two lines\n");
}

Test(table, csv_fields_are_no_formulas)
{
    cr_expect_str_eq(show(sgn_text_csv, "=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
    cr_expect_str_eq(show(sgn_text_csv, "\x01=1+1"), "'=1+1");
    cr_expect_str_eq(show(sgn_text_csv, "@SUM(A1)"), "'@SUM(A1)");
    cr_expect_str_eq(show(sgn_text_csv, "-2+3+cmd|' /C calc'!A0"), "'-2+3+cmd|' /C calc'!A0");
    cr_expect_str_eq(show(sgn_text_csv, "+A1"), "'+A1");
    cr_expect_str_eq(show(sgn_text_csv, "-22.35"), "-22.35");
    cr_expect_str_eq(show(sgn_text_csv, "-22.35 \u00b1 0.40"), "-22.35 \u00b1 0.40");
    cr_expect_str_eq(show(sgn_text_csv, "-"), "-");
    cr_expect_str_eq(show(sgn_text_csv, "1-bit"), "1-bit");
}

Test(table, csv_quotes_what_would_break_a_row)
{
    cr_assert_str_eq(write_table(sgn_table_csv), "label,NMSE (dB),note\n"
                                                 "a,-22.5,x\n"
                                                 "\"b, \"\"long\"\" \u00e9\",3,two lines\n");
}

Test(table, without_rows_there_is_the_heading)
{
    sgn_table t;
    sgn_table_init(&t, columns, 3);
    FILE *to = fmemopen(shown, sizeof shown, "w");
    cr_assert_eq(sgn_table_csv(&t, to), SGN_OK);
    fputc('\0', to);
    fclose(to);
    cr_assert_str_eq(shown, "label,NMSE (dB),note\n");
    sgn_table_free(&t);
    sgn_table_free(NULL);
}

Test(text, valid_characters_of_every_length_pass_unchanged)
{
    static const char all[] = "a \u00e9 \u2014 \U0001F600";
    cr_assert_str_eq(show(sgn_text_plain, all), all);
}

Test(text, control_characters_and_direction_marks_are_dropped)
{
    cr_assert_str_eq(show(sgn_text_plain, "a\x01\x1b[2J\tb\nc\x7f\u202e\xc2\x85"), "a[2J b c");
    cr_assert_str_eq(show(sgn_text_plain, "\u200bd\u2028\u2066e\ufeff\u2010"), "de\u2010");
}

Test(text, malformed_bytes_become_the_replacement_character)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"\xff", "\ufffd"},
        {"a\xc3", "a\ufffd"},                              // cut short
        {"\xc0\xaf", "\ufffd\ufffd"},                      // overlong '/'
        {"\xed\xa0\x80", "\ufffd\ufffd\ufffd"},            // surrogate
        {"\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd"},  // above U+10FFFF
        {"\xef\xbf\xbe", "\ufffd\ufffd\ufffd"},            // U+FFFE is no XML character
        {"\xef\xbf\xbf", "\ufffd\ufffd\ufffd"},            // nor is U+FFFF
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_str_eq(show(sgn_text_plain, cases[i].in), cases[i].out, "case %zu: %s", i, shown);
}

Test(text, markup_is_escaped)
{
    cr_assert_str_eq(show(sgn_text_xml, "<b a='1' c=\"2\">&</b>"),
                     "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;&lt;/b&gt;");
}

Test(text, commands_of_papers_are_escaped)
{
    cr_assert_str_eq(show(sgn_text_latex, "\\~^\u00b1#a\u00e9"),
                     "\\textbackslash{}\\textasciitilde{}\\textasciicircum{}$\\pm$\\#a\u00e9");
    cr_assert_str_eq(show(sgn_text_markdown, "|a\u00e9`"), "\\|a\u00e9\\`");
}

Test(text, columns_count_characters_and_wide_ones_twice)
{
    static const char *const narrow[] = {"a",      "\u00e9",     "e\u0301",   "\u1160",
                                         "\ua4d0", "\ud7b0",     "\ufb00",    "\ufe70",
                                         "\uff65", "\U0001fb00", "\U000e0100"};
    static const char *const wide[] = {"\u1100", "\u4f60", "\uac00",     "\uf900",
                                       "\ufe30", "\uff21", "\U0001f600", "\U00020000"};
    for (size_t i = 0; i < sizeof narrow / sizeof *narrow; i++)
        cr_expect_eq(sgn_text_columns(narrow[i]), 1, "%s", narrow[i]);
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        cr_expect_eq(sgn_text_columns(wide[i]), 2, "%s", wide[i]);
    cr_expect_eq(sgn_text_columns("abc"), 3);
}

Test(text, broad_characters_take_more_room)
{
    cr_expect_gt(sgn_text_width("WWW", 12), sgn_text_width("iii", 12));
    cr_expect_gt(sgn_text_width("\u4f60", 12), sgn_text_width("\u00e9", 12));
    cr_expect_eq(sgn_text_width("e\u0301", 12), sgn_text_width("e", 12));
}

Test(text, numbers_have_no_negative_zero)
{
    static const struct {
        double value;
        int decimals;
        const char *text;
    } cases[] = {{-0.0, 2, "0.00"}, {-0.004, 2, "0.00"}, {-0.006, 2, "-0.01"}, {7, 0, "7"}};
    char text[32];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sgn_text_number(text, sizeof text, cases[i].value, cases[i].decimals);
        cr_assert_str_eq(text, cases[i].text);
    }
    sgn_text_number(text, sizeof text, (double)NAN, 2);
    cr_assert_str_eq(text, "-");
}

Test(text, exact_numbers_read_back_as_the_same_double)
{
    static const double values[] = {0.1,    1.0 / 3,     -1e-300,
                                    5e-324, 123456789.0, 1.7976931348623157e308};
    char text[SGN_EXACT_MAX];
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        sgn_text_exact(text, values[i]);
        double back = strtod(text, NULL);
        cr_assert_arr_eq(&back, &values[i], sizeof back, "%s", text);
    }
    sgn_text_exact(text, 0.1);
    cr_assert_str_eq(text, "0.1");
}
