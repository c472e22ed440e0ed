#include "io/table.h"
#include "io/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void sgn_table_init(sgn_table *t, const sgn_column *column, int columns)
{
    *t = (sgn_table){.column = column, .columns = columns};
}

void sgn_table_free(sgn_table *t)
{
    if (!t) return;
    for (int i = 0; i < t->cells; i++) free(t->cell[i]);
    free(t->cell);
    *t = (sgn_table){0};
}

static int make_room(sgn_table *t)
{
    if (t->cells < t->space) return 1;
    int space = 2 * t->space + t->columns;
    char **cell = reallocarray(t->cell, (size_t)space, sizeof *cell);
    if (!cell) return 0;
    t->cell = cell;
    t->space = space;
    return 1;
}

void sgn_table_add(sgn_table *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (make_room(t) && vasprintf(&t->cell[t->cells], fmt, ap) >= 0) t->cells++;
    else t->no_memory = 1;
    va_end(ap);
}

static sgn_status check(const sgn_table *t)
{
    if (t->no_memory) return sgn_fail(SGN_EMEM, "out of memory: a table of %d cells", t->cells);
    assert(t->cells % t->columns == 0);
    return SGN_OK;
}

enum { HEADING_MAX = 64 };  // bytes of a line of a heading

static int heading_lines(const char *title)
{
    int lines = 1;
    while ((title = strchr(title, '\n'))) title++, lines++;
    return lines;
}

/* Line `line` of a heading, the last line being -1 and "" standing above the first. */
static void heading_line(const char *title, int line, char *out)
{
    int skip = heading_lines(title) + line;
    for (int i = 0; i < skip; i++) title = strchr(title, '\n') + 1;
    int length = skip < 0 ? 0 : (int)strcspn(title, "\n");
    snprintf(out, HEADING_MAX, "%.*s", length, title);
}

static int column_width(const sgn_table *t, int column)
{
    int width = 0;
    char line[HEADING_MAX];
    for (int k = heading_lines(t->column[column].title); k > 0; k--) {
        heading_line(t->column[column].title, -k, line);
        if (sgn_text_columns(line) > width) width = sgn_text_columns(line);
    }
    for (int i = column; i < t->cells; i += t->columns)
        if (sgn_text_columns(t->cell[i]) > width) width = sgn_text_columns(t->cell[i]);
    return width;
}

/* Columns stand two spaces apart. */
static void put_cell(const sgn_table *t, int column, int width, const char *text, FILE *to)
{
    int gap = width - sgn_text_columns(text), last = column == t->columns - 1;
    if (t->column[column].right) fprintf(to, "%*s", gap, "");
    sgn_text_plain(to, text);
    if (!t->column[column].right && !last) fprintf(to, "%*s", gap, "");
    fputs(last ? "\n" : "  ", to);
}

static void put_headings(const sgn_table *t, const int *width, FILE *to)
{
    int lines = 1;
    char text[HEADING_MAX];
    for (int c = 0; c < t->columns; c++)
        if (heading_lines(t->column[c].title) > lines) lines = heading_lines(t->column[c].title);
    for (int k = lines; k > 0; k--)
        for (int c = 0; c < t->columns; c++) {
            heading_line(t->column[c].title, -k, text);
            put_cell(t, c, width[c], text, to);
        }
    for (int c = 0; c < t->columns; c++) {
        for (int i = 0; i < width[c]; i++) fputc('-', to);
        fputs(c == t->columns - 1 ? "\n" : "  ", to);
    }
}

sgn_status sgn_table_text(const sgn_table *t, FILE *to)
{
    SGN_TRY(check(t));
    int *width = calloc((size_t)t->columns, sizeof *width);
    if (!width) return sgn_fail(SGN_EMEM, "out of memory: a table of %d columns", t->columns);
    for (int c = 0; c < t->columns; c++) width[c] = column_width(t, c);
    put_headings(t, width, to);
    for (int i = 0; i < t->cells; i++)
        put_cell(t, i % t->columns, width[i % t->columns], t->cell[i], to);
    free(width);
    return SGN_OK;
}

sgn_status sgn_table_csv(const sgn_table *t, FILE *to)
{
    SGN_TRY(check(t));
    for (int c = 0; c < t->columns; c++) {
        sgn_text_csv(to, t->column[c].title);
        fputs(c == t->columns - 1 ? "\n" : ",", to);
    }
    for (int i = 0; i < t->cells; i++) {
        sgn_text_csv(to, t->cell[i]);
        fputs(i % t->columns == t->columns - 1 ? "\n" : ",", to);
    }
    return SGN_OK;
}

/* ---- for papers and pages --------------------------------------------------------------------- */

/* A heading of several lines on one, then the cells: `put` escapes, the others frame a row. */
static void put_rows(const sgn_table *t, FILE *to, void (*put)(FILE *, const char *),
                     const char *begin, const char *between, const char *end, const char *rule)
{
    for (int c = 0; c < t->columns; c++) {
        if (c == 0) fputs(begin, to);
        put(to, t->column[c].title);
        fputs(c == t->columns - 1 ? end : between, to);
    }
    fputs(rule, to);
    for (int i = 0; i < t->cells; i++) {
        if (i % t->columns == 0) fputs(begin, to);
        put(to, t->cell[i]);
        fputs(i % t->columns == t->columns - 1 ? end : between, to);
    }
}

sgn_status sgn_table_markdown(const sgn_table *t, FILE *to)
{
    char rule[1024] = "|";
    SGN_TRY(check(t));
    for (int c = 0; c < t->columns; c++)
        strncat(rule, t->column[c].right ? "---:|" : "---|", sizeof rule - strlen(rule) - 1);
    strncat(rule, "\n", sizeof rule - strlen(rule) - 1);
    put_rows(t, to, sgn_text_markdown, "| ", " | ", " |\n", rule);
    return SGN_OK;
}

sgn_status sgn_table_latex(const sgn_table *t, FILE *to)
{
    SGN_TRY(check(t));
    fputs("\\begin{tabular}{", to);
    for (int c = 0; c < t->columns; c++) fputc(t->column[c].right ? 'r' : 'l', to);
    fputs("}\n\\toprule\n", to);
    put_rows(t, to, sgn_text_latex, "", " & ", " \\\\\n", "\\midrule\n");
    fputs("\\bottomrule\n\\end{tabular}\n", to);
    return SGN_OK;
}
