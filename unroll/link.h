/* link.h -- link matrices, and the constraints their values obey.
 *
 * A link is one entry of a learnable matrix W on a support S: entries outside S do not exist and
 * cost nothing.  The optimiser moves the latent values; the network multiplies by the weights,
 *
 *     weight = project(latent),      d latent = pullback(d weight),
 *
 * and a constraint is that pair, acting on a group: the matrices that share their scales.  For
 * "full" both are the identity; for "onebit" project is scale * sign and pullback the
 * straight-through estimator (Bengio et al. 2013, arXiv:1308.3432).
 *
 * A scalar (threshold, step, momentum) is a 1-by-1 link; one that must stay positive is learned
 * as its logarithm.  So ONE table of sgn_link drives memory, optimiser, checkpoint, ledger and
 * reports.
 */
#ifndef SGN_UNROLL_LINK_H
#define SGN_UNROLL_LINK_H

#include "core/base.h"
#include "unroll/support.h"

enum { SGN_MAX_PLANES = 8, SGN_LINK_NAME = 16 };

typedef enum {
    SGN_ROLE_LINKS,     // obeys the network's weight constraint
    SGN_ROLE_SCALE,     // the scales a constraint learns, as logarithms
    SGN_ROLE_POSITIVE,  // a scalar learned as its logarithm
    SGN_ROLE_REAL,      // a scalar of any sign
    SGN_ROLE_PHYSICS,   // a matrix computed from the problem, never learned
} sgn_role;

typedef struct sgn_link {
    char name[SGN_LINK_NAME];  // the slot's: "W", "theta"
    int layer;                 // 0 ...; -1: shared by all layers
    sgn_role role;
    int rows, cols;
    int planes;   // latent matrices whose quantised sum is the weight
    int trained;  // 0: stays at its initial value
    double size;  // root mean square of a link matrix at the start; 0 for scalars
    sgn_support *support[SGN_MAX_PLANES];  // of each plane; NULL: every link exists
    sgn_real *latent;                      // (planes, rows * cols) what the optimiser moves
    sgn_real *weight;                      // (rows * cols) what the network multiplies by
    sgn_real *dweight;                     // (rows * cols)
    sgn_real *dlatent;  // (planes, rows * cols); is dweight itself when there is one plane
} sgn_link;             // a view: the network's slab owns the memory

static inline size_t sgn_link_size(const sgn_link *w) { return (size_t)w->rows * (size_t)w->cols; }
static inline size_t sgn_link_latents(const sgn_link *w)
{
    return sgn_link_size(w) * (size_t)w->planes;
}

/* Link matrices that share scales.  Entry (i, j) of any of them has the scale of unit
   i / rowspan + j / colspan: one unit for scale: layer and global, a unit a row, a column or a
   diagonal block. */
typedef struct {
    sgn_link *const *link;
    int n;
    int units, rowspan, colspan;
    sgn_link *scale;    // (units, planes); NULL when the constraint has no scales
    sgn_real *scratch;  // as long as the longest link matrix; for start() only
} sgn_group;

/* Bits a device stores; what is physics is charged by the ledger, not by a constraint. */
typedef struct {
    double sign, support, scale, scalar;
} sgn_bits;

typedef enum { SGN_SCALES_NONE, SGN_SCALES_COMPUTED, SGN_SCALES_LEARNED } sgn_scales;

typedef struct sgn_constraint {
    const char *name;  // as configs say it
    const char *title, *cite;
    sgn_scales scales;       // one per unit and plane
    int sums_planes;         // uses `weights.planes` latent planes
    double density;          // what weights.density: auto means
    double bits_per_active;  // of a link on the support, scales not counted
    int stores_support;      // 0: the code of a link says itself that it is off (ternary)
    /* Sets latents, learned scales (as values in scale->weight) and supports chosen by magnitude so
       that project() comes near the target, which stands in `weight` and is used up. */
    void (*start)(const sgn_group *g);
    void (*project)(const sgn_group *g);
    void (*pullback)(const sgn_group *g);  // dlatent and the scales' dweight, from dweight
    /* Strips the latents of all that project() does not see: projecting again gives the same
       weights.  What a deployed network keeps. */
    void (*quantise)(const sgn_group *g);
} sgn_constraint;

const sgn_constraint *const *sgn_constraints(void);  // NULL-ended
SGN_MUST_CHECK sgn_status sgn_constraint_find(const char *name, const sgn_constraint **out);

#endif
