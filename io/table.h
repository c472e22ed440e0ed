/* table.h -- a table of text: aligned for a terminal, or as CSV.
 *
 * The table is filled cell by cell, row after row.  Running out of memory is remembered and told
 * by the functions that write, so filling needs no checks.
 */
#ifndef SGN_IO_TABLE_H
#define SGN_IO_TABLE_H

#include "core/base.h"

#include <stdio.h>

typedef struct {
    const char *title;  // a line break in it makes a heading of several lines
    int right;          // numbers stand to the right
} sgn_column;

typedef struct {
    const sgn_column *column;  // borrowed
    int columns, cells;        // cells filled so far, row by row
    char **cell;               // (cells)
    int space;                 // for so many cells there is room
    int no_memory;
} sgn_table;

void sgn_table_init(sgn_table *t, const sgn_column *column, int columns);
void sgn_table_free(sgn_table *t);  // the cells; NULL is fine

/* Fills the next cell. */
void sgn_table_add(sgn_table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

SGN_MUST_CHECK sgn_status sgn_table_text(const sgn_table *t, FILE *to);
SGN_MUST_CHECK sgn_status sgn_table_csv(const sgn_table *t, FILE *to);
SGN_MUST_CHECK sgn_status sgn_table_markdown(const sgn_table *t, FILE *to);
/* A tabular for \usepackage{booktabs}. */
SGN_MUST_CHECK sgn_status sgn_table_latex(const sgn_table *t, FILE *to);

#endif
