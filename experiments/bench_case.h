/* bench_case.h -- what `signroll bench` can measure: the names of its cases.
 *
 *     wx-<m>x<n>-b<batch>-<format>              Y = W X, W (m, n) of packed signs, against OpenBLAS
 *     wtx-<m>x<n>-b<batch>-<format>             Y = W' X
 *         dense       every link is there
 *         support50   half of the links, at random; any percentage from 1 to 99
 *         blocks10    a tenth of the blocks of 64 x 32 links, at random; likewise
 *
 *     step-<links>-<solver>-<m>x<n>-k<K>-b<batch>     one training step of a network of K layers
 *     infer-<links>-<solver>-<m>x<n>-k<K>-b<batch>    its estimates for a batch, run as a packed model
 *         full        real links
 *         onebit      a sign a link, a scale a matrix
 *         pm1         likewise, on the support of A', with A sparse +-1 of density 0.1: every operator
 *                     has one bit (solver cp)
 *         lista       x <- shrink(W1 y + W2 x, theta);   cp: x <- shrink(x + W (y - A x), theta)
 */
#ifndef SGN_EXPERIMENTS_BENCH_CASE_H
#define SGN_EXPERIMENTS_BENCH_CASE_H

#include "core/base.h"

typedef enum {
    SGN_BENCH_PRODUCT,
    SGN_BENCH_TRANSPOSED,
    SGN_BENCH_STEP,
    SGN_BENCH_INFERENCE,
    SGN_BENCH_KINDS
} sgn_bench_kind;

typedef enum { SGN_BENCH_DENSE, SGN_BENCH_SUPPORT, SGN_BENCH_BLOCKS } sgn_bench_format;
typedef enum { SGN_BENCH_FULL, SGN_BENCH_ONEBIT, SGN_BENCH_PM1 } sgn_bench_links;
typedef enum { SGN_BENCH_LISTA, SGN_BENCH_CP } sgn_bench_solver;

enum { SGN_BENCH_NAME = 96 };

typedef struct {
    char name[SGN_BENCH_NAME];
    sgn_bench_kind kind;
    sgn_bench_format format;  // of products
    int percent;              // of the links that are there: 100 where dense
    sgn_bench_links links;    // of networks, as what follows
    sgn_bench_solver solver;
    int depth;
    int m, n, batch;
} sgn_bench_case;

typedef struct {
    sgn_bench_case *at;  // (n) owned
    int n;
} sgn_bench_cases;

/* The cases a pattern (fnmatch(3); NULL: all) matches.  A pattern that spells the sizes of a name out
   chooses among all names with these sizes, any other among those that are measured by default.
   SGN_ENAME where it matches none.  sgn_bench_cases_free. */
SGN_MUST_CHECK sgn_status sgn_bench_cases_match(sgn_bench_cases *out, const char *pattern);
void sgn_bench_cases_free(sgn_bench_cases *c);  // the members; NULL is fine

/* Writes the name of what the other members say; 0 when that is no case. */
int sgn_bench_case_name(sgn_bench_case *c);
int sgn_bench_is_product(const sgn_bench_case *c);

#endif
