/* problem.h -- sparse recovery: y = A x + e, A known, x sparse.
 *
 * A problem is a sensing matrix and a signal model.  The kinds of matrix are a registry
 * (problems.def, one file each); the signals are Bernoulli-Gaussian, drawn sample by sample from
 * addressed streams (core/rng.h), or the test vectors of a file.
 */
#ifndef SGN_SOLVERS_PROBLEM_H
#define SGN_SOLVERS_PROBLEM_H

#include "core/mat.h"
#include "core/option.h"
#include "core/rng.h"
#include "unroll/solver.h"

typedef struct {
    char kind[SGN_NAME_MAX];
    int m, n;
    double density;   // sparse-pm1: share of the entries of a column of A that are not zero
    int blocks;       // block-*: diagonal blocks of A
    double sparsity;  // probability that an entry of x is not zero
    double snr_db;    // of y against e, per sample; INFINITY: no noise
    uint64_t seed;    // of A; 0: the run's seed
    char file[SGN_PATH_MAX];
    int measurements;    // columns of a sample, whose x share one support
    int pilots;          // qpsk: sgn_pilots
    int sign_only;       // y is sign(A x + e); x is drawn with norm 1, which signs do not tell
    int exact_sparsity;  // x has round(sparsity n) nonzeros, not so many on average
} sgn_problem_settings;

/* What the test samples, and they alone, are drawn under; NAN: as the problem says. */
typedef struct {
    double snr_db, sparsity;
    double matrix_error;  // they are measured with A + E, |E| = matrix_error |A| (Frobenius norms)
} sgn_condition;

extern const sgn_option sgn_condition_options[];
extern const int sgn_condition_option_count;

typedef enum { SGN_PILOTS_QPSK, SGN_PILOTS_ZADOFF_CHU, SGN_PILOTS_GAUSSIAN } sgn_pilots;

extern const sgn_option sgn_problem_options[];
extern const int sgn_problem_option_count;

/* A ready problem.  It owns its matrix and vectors. */
typedef struct sgn_problem {
    sgn_problem_settings as;
    sgn_physics physics;  // lambda is 0.1 until a caller sets another
    sgn_condition test;   // as the problem, until sgn_problem_test_under
    sgn_mat test_A;       // A + E (m, n); no columns where they are measured with A
    /* vectors that came with a file; 0 columns where it has none */
    sgn_mat test_x, test_y;    // (n, N), (m, N)
    sgn_mat train_x, train_y;  // (n, N), (m, N)
} sgn_problem;

/* One kind of sensing matrix. */
typedef struct {
    const char *name, *title, *cite;
    /* Fills A (m, n), which is zero; unit columns where that makes sense. */
    sgn_status (*draw)(const sgn_problem_settings *as, sgn_rng *rng, sgn_mat A);
    /* Every entry is -c or +c, 1 over the root of m, and columns are drawn one after the other: draw may
       be given a few of them at a time. */
    int has_sign_columns;
    int has_blocks;  // A is block-diagonal with as.blocks blocks
    int is_complex;  // A is [Re -Im; Im Re] of a complex matrix; m and n are the real sizes
} sgn_problem_kind;

const sgn_problem_kind *const *sgn_problem_kinds(void);  // NULL-ended
SGN_MUST_CHECK sgn_status sgn_problem_kind_find(const char *name, const sgn_problem_kind **out);

void sgn_unit_columns(sgn_mat A);  // scales every column to norm 1; none may be zero

/* Draws the problem of any kind but `file`.  *out only on success. */
SGN_MUST_CHECK sgn_status sgn_problem_new(sgn_problem **out, const sgn_problem_settings *as,
                                          uint64_t seed);
/* The same for those who only run a network.  It has no largest eigenvalue, which takes long, and where
   A's kind has sign columns no A of reals but physics.signs, a bit an entry.  Nothing can be drawn. */
SGN_MUST_CHECK sgn_status sgn_problem_new_to_run(sgn_problem **out, const sgn_problem_settings *as,
                                                 uint64_t seed);
/* The problem whose matrix and vectors are given: (m, n), (n, N) or no columns, (m, N) or no
   columns.  The data are copied; m and n become the matrix's; y is made from x where only x is
   given.  SGN_EDATA names what is not finite or does not fit. */
SGN_MUST_CHECK sgn_status sgn_problem_from_data(sgn_problem **out, const sgn_problem_settings *as,
                                                sgn_mat A, sgn_mat test_x, sgn_mat test_y,
                                                sgn_mat train_x, sgn_mat train_y);
void sgn_problem_free(sgn_problem *q);  // NULL is fine

/* ---- test conditions (solvers/condition.c) ---- */

/* From now on test samples are drawn under `c`; E is that of the seed.  SGN_ECONFIG where they came with
   a file, and `c` says anything. */
SGN_MUST_CHECK sgn_status sgn_problem_test_under(sgn_problem *q, const sgn_condition *c,
                                                 uint64_t seed);
/* Views of a problem, which owns what they show: the one test samples are drawn from; and the same
   problem whose test samples are drawn as all others. */
sgn_problem sgn_problem_tested(const sgn_problem *q);
sgn_problem sgn_problem_nominal(const sgn_problem *q);
int sgn_condition_is_any(const sgn_condition *c);
/* "snr=10 p=0.2 |E|=0.1|A|": what is not as the problem says; nothing for "". */
void sgn_condition_text(const sgn_condition *c, char *text, size_t size);

/* ---- signals (solvers/signal.c) ---- */

/* Draws x (n, N) and y = A x + e (m, N): the columns from j * measurements on are sample (purpose,
   epoch, first + j), and never zero.  N is whole samples.  Allocates nothing. */
void sgn_problem_draw(const sgn_problem *q, uint64_t seed, sgn_rng_purpose purpose, uint32_t epoch,
                      uint32_t first, sgn_mat x, sgn_mat y);

/* The second half alone: y = A x + e for x (n, N) that is there already. */
void sgn_problem_observe(const sgn_problem *q, uint64_t seed, sgn_rng_purpose purpose,
                         uint32_t epoch, uint32_t first, sgn_mat x, sgn_mat y);

void sgn_take_signs(sgn_mat y);  // y <- sign(y), sign(0) = 1: what one bit can tell

#endif
