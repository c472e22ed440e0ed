/* Figures: ticks are round and cover the data, and whatever the data are, the SVG is whole. */
#include "io/axis.h"
#include "io/plot.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- axes ---- */

static void check_ticks(sgn_scale s, double least, double most)
{
    cr_assert(s.ticks >= 2 && s.ticks <= SGN_TICKS_MAX, "%g..%g: %d ticks", least, most, s.ticks);
    cr_assert_leq(s.tick[0], least + 1e-9 * fabs(least));
    cr_assert_geq(s.tick[s.ticks - 1], most - 1e-9 * fabs(most));
    for (int k = 0; k < s.ticks; k++) {
        double place = sgn_scale_place(&s, s.tick[k]);
        cr_assert(place > -1e-6 && place < 1 + 1e-6, "tick %g stands at %g", s.tick[k], place);
        if (k) cr_assert_gt(s.tick[k], s.tick[k - 1]);
    }
}

static const double ranges[][2] = {{-37.8, -4.1}, {0, 1},       {-22.35, -22.35}, {0, 0},
                                   {0.02, 32},    {1, 1},       {1e-9, 3e-9},     {1e6, 1e6 + 1e-6},
                                   {-1e99, 1e99}, {1e-99, 1e99}};
enum { RANGES = sizeof ranges / sizeof *ranges };

Test(axis, ticks_rise_and_enclose_the_data)
{
    for (int i = 0; i < RANGES; i++) {
        double least = ranges[i][0], most = ranges[i][1];
        check_ticks(sgn_scale_linear(least, most, 0), least, most);
        if (least > 0) check_ticks(sgn_scale_log(least, most), least, most);
    }
}

Test(axis, steps_are_one_two_or_five_times_a_power_of_ten)
{
    for (int i = 0; i < RANGES; i++) {
        sgn_scale s = sgn_scale_linear(ranges[i][0], ranges[i][1], 0);
        double step = s.tick[1] - s.tick[0], part = step / pow(10, floor(log10(step) + 1e-6));
        cr_assert(fabs(part - 1) < 1e-3 || fabs(part - 2) < 1e-3 || fabs(part - 5) < 1e-3,
                  "%g..%g: a step of %g", ranges[i][0], ranges[i][1], step);
    }
}

Test(axis, layers_are_whole_numbers)
{
    for (int depth = 1; depth < 200; depth++) {
        sgn_scale s = sgn_scale_linear(1, depth, 1);
        cr_assert_geq(s.ticks, 1);
        for (int k = 0; k < s.ticks; k++) {
            cr_assert_eq(s.tick[k], round(s.tick[k]));
            cr_assert(s.tick[k] >= 1 && s.tick[k] <= depth);
        }
    }
}

Test(axis, tick_texts_are_short_and_have_no_negative_zero)
{
    char text[32];
    sgn_scale s = sgn_scale_linear(-0.3, 0.3, 0);
    for (int k = 0; k < s.ticks; k++) {
        sgn_scale_text(&s, k, text, sizeof text);
        cr_assert(strlen(text) <= 4 && strcmp(text, "-0.0"), "%s", text);
    }
    s = sgn_scale_log(0.25, 1);
    sgn_scale_text(&s, 1, text, sizeof text);
    cr_assert_str_eq(text, "0.5");
}

Test(axis, what_an_axis_cannot_show)
{
    static const double never[] = {HUGE_VAL, -HUGE_VAL, 1e308};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        cr_assert(!sgn_scale_shows(0, never[i]) && !sgn_scale_shows(1, never[i]));
    cr_assert(!sgn_scale_shows(0, (double)NAN) && !sgn_scale_shows(1, (double)NAN));
    cr_assert(sgn_scale_shows(0, -3) && !sgn_scale_shows(1, -3));
    cr_assert(sgn_scale_shows(0, -0.0) && !sgn_scale_shows(1, -0.0));
}

/* ---- SVG ---- */

static char *written(void (*write)(FILE *, const sgn_plot *), const sgn_plot *p)
{
    char *text;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    write(to, p);
    cr_assert_eq(fclose(to), 0);
    return text;
}

static int count(const char *text, const char *what)
{
    int n = 0;
    while ((text = strstr(text, what))) text += strlen(what), n++;
    return n;
}

/* Whether every element that opens closes in its order, with no bare & or < between them. */
static int is_well_formed(const char *at)
{
    char open[16][16];
    int depth = 0;
    for (; *at; at++) {
        if (*at == '&' && !strchr("lgaq#", at[1])) return 0;
        if (*at != '<') continue;
        int closing = at[1] == '/', length = 0;
        char name[16] = "";
        for (at += 1 + closing; isalnum((unsigned char)*at) && length < 15; at++)
            name[length++] = *at;
        at = strchr(at, '>');
        if (!length || !at) return 0;
        if (closing && (depth == 0 || strcmp(open[--depth], name))) return 0;
        if (!closing && at[-1] != '/') strcpy(open[depth++], name);
        if (depth == 16) return 0;
    }
    return depth == 0;
}

Test(plot, the_check_for_well_formed_text_can_fail)
{
    cr_assert(is_well_formed("<svg><text x=\"1\">a &amp; b</text><line/></svg>"));
    cr_assert(!is_well_formed("<svg><text></svg></text>"));
    cr_assert(!is_well_formed("<svg>a & b</svg>"));
    cr_assert(!is_well_formed("<svg><text></svg>"));
}

static const double layer[] = {1, 2, 3, 4, 5, 6};
static const double error[] = {-3, -6, (double)NAN, -9, HUGE_VAL, -0.0};

static sgn_plot lines(const sgn_series *series, int n)
{
    return (sgn_plot){.title = "Error & <layers>",
                      .x = {.title = "layer", .kind = SGN_AXIS_WHOLE},
                      .y = {.title = "NMSE (dB)"},
                      .series = series,
                      .n = n};
}

Test(plot, points_that_cannot_be_shown_are_left_out_and_counted)
{
    sgn_series s = {"a \"run\" <1>", layer, error, 6, 0};
    sgn_plot p = lines(&s, 1);
    char *svg = written(sgn_plot_svg, &p);
    cr_assert(is_well_formed(svg), "%s", svg);
    cr_assert(strstr(svg, "2 points are not drawn"));
    cr_assert(!strstr(svg, "nan") && !strstr(svg, "inf ") && !strstr(svg, "\"inf"));
    cr_assert(strstr(svg, "a &quot;run&quot; &lt;1&gt;"));
    free(svg);
}

Test(plot, a_figure_without_gaps_has_no_note)
{
    sgn_series s = {"a", layer, layer, 6, 0};
    sgn_plot p = lines(&s, 1);
    char *svg = written(sgn_plot_svg, &p);
    cr_assert_null(strstr(svg, "not drawn"));
    free(svg);
}

Test(plot, nothing_to_show_is_still_a_figure)
{
    sgn_series s = {"a", layer, error + 2, 1, 0};
    sgn_plot p = lines(&s, 1);
    char *svg = written(sgn_plot_svg, &p);
    cr_assert(is_well_formed(svg) && strstr(svg, "1 point is not drawn"), "%s", svg);
    free(svg);
    p = lines(NULL, 0);
    svg = written(sgn_plot_svg, &p);
    cr_assert(is_well_formed(svg), "%s", svg);
    free(svg);
}

Test(plot, seeds_of_one_method_stand_once_in_the_legend)
{
    sgn_series s[] = {{"full", layer, layer, 6, 0},
                      {"one-bit", layer, layer, 6, 1},
                      {"full", layer, error, 6, 0}};
    sgn_plot p = lines(s, 3);
    char *svg = written(sgn_plot_svg, &p);
    cr_assert_eq(count(svg, ">full</text>"), 1);
    cr_assert_eq(count(svg, ">one-bit</text>"), 1);
    free(svg);
}

/* The lines of two coinciding curves differ in dash or width, so that the lower one is seen. */
Test(plot, no_two_of_the_first_twelve_styles_look_alike)
{
    char *looks[12];
    for (int i = 0; i < 12; i++) {
        sgn_series s = {"a", layer, layer, 6, i};
        sgn_plot p = lines(&s, 1);
        char *svg = written(sgn_plot_svg, &p);
        char *dash = strstr(strstr(svg, "<path fill=\"none\""), "stroke-width=\"");
        cr_assert(dash);
        looks[i] = strndup(dash, strcspn(dash, "j"));
        for (int k = 0; k < i; k++) cr_assert_str_neq(looks[i], looks[k], "styles %d and %d", i, k);
        free(svg);
    }
    for (int i = 0; i < 12; i++) free(looks[i]);
}

Test(plot, zeros_stand_left_of_a_logarithmic_axis_under_their_name)
{
    static const double bits[] = {0, -0.0, 0.25, 32, -1};
    sgn_series s = {"a", bits, layer, 5, 0};
    sgn_plot p = {.title = "t",
                  .kind = SGN_PLOT_POINTS,
                  .x = {.title = "bits", .kind = SGN_AXIS_LOG, .zero = "no learned bits"},
                  .y = {.title = "y"},
                  .series = &s,
                  .n = 1};
    char *svg = written(sgn_plot_svg, &p);
    cr_assert_eq(count(svg, ">no learned bits</text>"), 1);
    cr_assert(strstr(svg, "1 point is not drawn"), "-1 is not on the axis");
    cr_assert_eq(count(svg, "<title>a: "), 4);
    free(svg);
    s.x = bits + 2, s.n = 2;
    svg = written(sgn_plot_svg, &p);
    cr_assert_eq(count(svg, ">no learned bits</text>"), 0);
    free(svg);
}

Test(plot, names_stand_at_their_rows)
{
    static const char *const name[] = {"first & long", "second"};
    static const double row[] = {0, 1};
    sgn_series s[] = {{"train", layer, row, 2, 0}, {"test", layer + 1, row, 2, 1}};
    sgn_plot p = {.title = "t",
                  .kind = SGN_PLOT_PAIRS,
                  .x = {.title = "NMSE (dB)"},
                  .y = {.title = "", .kind = SGN_AXIS_NAMES, .name = name, .names = 2},
                  .series = s,
                  .n = 2};
    char *svg = written(sgn_plot_svg, &p), *csv = written(sgn_plot_csv, &p);
    cr_assert(is_well_formed(svg) && strstr(svg, ">first &amp; long</text>"), "%s", svg);
    cr_assert_str_eq(csv, "label,NMSE (dB),run\ntrain,1,first & long\ntrain,2,second\n"
                          "test,2,first & long\ntest,3,second\n");
    free(svg), free(csv);
}

Test(plot, the_csv_has_every_point_the_figure_leaves_out_too)
{
    sgn_series s = {"a, b", layer, error, 3, 0};
    sgn_plot p = lines(&s, 1);
    char *csv = written(sgn_plot_csv, &p);
    cr_assert_str_eq(csv, "label,layer,NMSE (dB)\n\"a, b\",1,-3\n\"a, b\",2,-6\n\"a, b\",3,nan\n");
    free(csv);
}
