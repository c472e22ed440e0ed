/* solver.h -- what it takes to be a solver.
 *
 * A solver is one iteration, written once over the operations of the tape, and the values that
 * make it the classical method.  Unrolling, training, one-bit links, checkpoints, the classical
 * run, `list` and the tests are done for every solver by the rest of the house.
 *
 * To add one: write solvers/NAME.c and add the line SOLVER(NAME) to solvers/solvers.def.
 */
#ifndef SGN_UNROLL_SOLVER_H
#define SGN_UNROLL_SOLVER_H

#include "core/mat.h"
#include "unroll/tape.h"

enum { SGN_MAX_SLOTS = 8, SGN_MAX_STATE = 4 };

/* What is known before anything is learned:  min_x 1/2 |y - A x|^2 + lambda |x|_1 */
typedef struct {
    sgn_mat A;          // (m, n); without memory where `signs` is there instead
    double lipschitz;   // the largest eigenvalue of A'A
    double lambda;      // the l1 weight of the classical methods
    sgn_mat pattern;    // (n, m) not 0 where the user says that links exist; no columns: not said
    int blocks;         // diagonal blocks A is known to have; 1: none
    int one_bit;        // every entry of A is -c, 0 or +c for one c
    sgn_packed *signs;  // such an A, of which nothing else is kept; NULL: its reals are
    double sparsity;    // expected share of nonzeros in x, for methods that are told it
    int width;      // a sample is so many consecutive columns, whose x share a support; 1: vectors
    int folds;      // 2: x, A are the real form of complex ones, entry i and i + n/2 are one; or 1
    int sign_only;  // y = sign(A x + e)
} sgn_physics;

typedef enum { SGN_DIM_NONE, SGN_DIM_1, SGN_DIM_M, SGN_DIM_N } sgn_dim;  // of A, (m, n)

/* What kind of thing a slot holds, and so how it is stored and trained. */
typedef enum {
    SGN_SLOT_LINKS,      // a link matrix: obeys the weight constraint
    SGN_SLOT_THRESHOLD,  // positive, learned as its logarithm
    SGN_SLOT_POSITIVE,   // likewise: steps and gains
    SGN_SLOT_REAL,       // any sign: momentum
} sgn_slot_kind;

/* Something an iteration can learn. */
typedef struct {
    const char *name;
    sgn_dim rows, cols;
    sgn_slot_kind kind;
    int shared;  // one value for all layers, whatever network.tied says
} sgn_slot;

typedef enum { SGN_MOMENTUM_NONE, SGN_MOMENTUM_LEARNED, SGN_MOMENTUM_NESTEROV } sgn_momentum;

/* The settings every iteration can be run with; see unroll/iteration.h for what each does. */
typedef struct {
    sgn_momentum momentum;
    int selection;           // the largest entries pass the threshold unshrunk
    int residual_threshold;  // tau = theta |r| / sqrt(m), per sample
    int step;                // a learned gain on the link matrix's output
    int rows;                // what shares a support is shrunk together
    int physics_term;        // 0 none, 1 adjoint: g A' r, 2 analytic: g W_pinv' r
    double least, most;      // every entry of x is clipped to them; least = most: it is not
} sgn_iteration;

typedef struct sgn_layer sgn_layer;  // unroll/iteration.h

/* How a classical run went; NAN where a figure does not apply. */
typedef struct {
    int iterations;    // the most any sample took
    double objective;  // mean over the columns of 1/2 |y - A x|^2 + lambda |x|_1
    double gap;        // largest duality gap of a column, relative to its objective (lasso solvers)
} sgn_classical_info;

typedef struct sgn_solver {
    const char *name;  // as configs say it
    const char *title, *cite;
    sgn_slot slot[SGN_MAX_SLOTS];  // ends at the first without a name
    sgn_dim state[SGN_MAX_STATE];  // carried vectors; the first is the estimate of x
    sgn_iteration classical;       // the settings of the published method
    sgn_iteration trained;         // what `auto` means in a config: the settings that train best
    const char *init;  // what weights.init: auto means, "analytic" or "adjoint"; with no setup() he
    int tied, frozen;  // its network has one matrix for all layers; does not learn it
    int coupled;  // x <- shrink(v + W (y - A v)), v extrapolated: what unroll/net_layer.h can take apart
    int lasso;  // classically it minimises 1/2 |y - A x|^2 + lambda |x|_1
    /* Records iteration l->k: reads state, replaces it. */
    void (*step)(sgn_layer *l, sgn_var y, sgn_var *state);
    /* The values to start from.  W0 (n, m) is the matrix the residual is to be multiplied by:
       A'/L for the classical method.  slot[i] is zero and has the shape of slot i.  NULL: there is
       no classical method, only a network, whose links start at random (weights.init he). */
    sgn_status (*setup)(const sgn_physics *q, sgn_mat W0, sgn_mat *slot);
    /* Instead of step and setup, a method that cannot be unrolled: solves for every column of y (m, N)
       into x (n, N) and sets info->iterations. */
    sgn_status (*solve)(const sgn_physics *q, int iterations, double tolerance, sgn_mat y,
                        sgn_mat x, sgn_classical_info *info);
} sgn_solver;

int sgn_solver_slots(const sgn_solver *s);  // how many are named

#endif
