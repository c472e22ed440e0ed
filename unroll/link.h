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

enum { SGN_MAX_PLANES = 8, SGN_LINK_NAME = 16, SGN_MAX_BITS = 8 };

typedef enum {
    SGN_ROLE_LINKS,     // obeys the network's weight constraint
    SGN_ROLE_SCALE,     // the scales a constraint learns, as logarithms
    SGN_ROLE_VALUES,    // those of any sign
    SGN_ROLE_POSITIVE,  // a scalar learned as its logarithm
    SGN_ROLE_REAL,      // a scalar of any sign
    SGN_ROLE_PHYSICS,   // a matrix computed from the problem, never learned
} sgn_role;

typedef enum {
    SGN_ESTIMATOR_IDENTITY,  // the sign; its derivative is taken to be 1
    SGN_ESTIMATOR_CLIPPED,
    SGN_ESTIMATOR_TANH,
    SGN_ESTIMATOR_PROX,
} sgn_estimator;  // see unroll/estimator.h

typedef struct sgn_packed sgn_packed;          // unroll/packed.h
typedef struct sgn_sign_words sgn_sign_words;  // unroll/signs.h

typedef struct sgn_link {
    char name[SGN_LINK_NAME];  // the slot's: "W", "theta"
    int layer;                 // 0 ...; -1: shared by all layers
    sgn_role role;
    int rows, cols;
    int planes;   // latent matrices whose quantised sum is the weight
    int trained;  // 0: stays at its initial value
    double size;  // root mean square of a link matrix at the start, and of the values it may have
    sgn_support *support[SGN_MAX_PLANES];  // of each plane; NULL: every link exists
    sgn_real *latent;                      // (planes, rows * cols) what the optimiser moves
    sgn_real *weight;                      // (rows * cols) what the network multiplies by; may be
                                           // the latents themselves: sgn_net_lay_out
    sgn_real *dweight;                     // (rows * cols), in its turn: sgn_net_lay_gradients
    sgn_real *dlatent;  // (planes, rows * cols); is dweight itself when there is one plane
    const sgn_sign_words *signs;  // of the latents, what products use while training steps run,
                                  // instead of `weight`: whoever moves latents packs them again
                                  // (sgn_net_follow_signs).  Borrowed, or NULL
    const sgn_packed *packed;     // in a deployed network, instead of all four: borrowed
} sgn_link;                       // a view: the network's slab owns the memory

static inline size_t sgn_link_size(const sgn_link *w) { return (size_t)w->rows * (size_t)w->cols; }
static inline size_t sgn_link_latents(const sgn_link *w)
{
    return sgn_link_size(w) * (size_t)w->planes;
}

/* Link matrices that share scales.  Entry (i, j) of any of them has the scales of unit
   i / rowspan + unitrows (j / colspan): one unit for scale: layer and global, a unit a row, a column
   or a block. */
typedef struct {
    sgn_link *const *link;
    int n;
    int units, rowspan, colspan, unitrows;
    int bits;           // weights.bits, for constraints that have a choice of values
    sgn_link *scale;    // (units, columns) as the constraint says; NULL when it has no scales
    sgn_real *scratch;  // as long as the longest link matrix, or as `room` says; for start() only
    /* Importance of each entry, link after link, as (rows * cols) reals each; NULL: all alike.
       start() may weigh the target's entries with it (Fisher-weighted scales). */
    const sgn_real *importance;
    sgn_estimator estimator;  // what stands for the sign while training
    double progress;          // of training, 0 .. 1; at 1 an estimator is the sign itself
} sgn_group;

typedef enum {
    SGN_SCALES_NONE,
    SGN_SCALES_COMPUTED,  // by project(), from the latents
    SGN_SCALES_LEARNED,   // positive, learned as logarithms
    SGN_SCALES_REAL,      // learned, of any sign
} sgn_scales;

/* A device stores for each link of a plane a code 0 .. levels-1, and what the codes stand for
   follows from the scales of the link's unit. */
typedef struct {
    int levels;          // values a link can have; 0: any real, and there are no codes
    int stores_support;  // 0: one of the codes says that the link is off (ternary)
} sgn_code;

typedef struct sgn_constraint {
    const char *name;  // as configs say it
    const char *title, *cite;
    sgn_scales scales;
    int is_identity;       // project() copies, where there is one plane and every link exists
    int estimates_scales;  // their gradient is a straight-through estimate, no derivative of project()
    int sums_planes;       // uses `weights.planes` latent planes
    double density;        // what weights.density: auto means
    int (*scale_columns)(const sgn_group *g);  // scales of a unit; NULL: one a plane
    int (*plane_count)(int planes);  // latent planes; NULL: `planes` where it sums them, else 1
    int outlier_plane;  // has a support of its own, the share `weights.outliers` of each matrix, which
                        // start() chooses by magnitude; 0: none
    size_t room;        // bytes of the group's scratch that start() needs, beside a link matrix's
    /* Sets latents, learned scales (as values in scale->weight) and supports chosen by magnitude so
       that project() comes near the target, which stands in `weight` and is used up. */
    void (*start)(const sgn_group *g);
    void (*project)(const sgn_group *g);
    void (*pullback)(const sgn_group *g);  // dlatent and the scales' dweight, from dweight
    /* What pullback() does to entries first .. first+n-1 of w, in a group of one unit and one plane: sets
       their dlatent and returns their share of the scale's dweight.  NULL: the whole group or nothing. */
    double (*pull_part)(const sgn_group *g, const sgn_link *w, size_t first, size_t n);
    /* The codes: of the latents, where the link exists; what a code stands for; and the latents moved
       so that project() gives this code.  With computed scales, set all entries of a group and then
       settle().  NULL where levels is 0. */
    sgn_code (*code)(const sgn_group *g, int plane);
    int (*level)(const sgn_group *g, const sgn_link *w, int plane, size_t entry);
    sgn_real (*value)(const sgn_group *g, int unit, int plane, int level);
    void (*set)(const sgn_group *g, const sgn_link *w, int plane, size_t entry, int level);
    void (*settle)(
        const sgn_group *g);  // latents such that project() computes these scales; or NULL
} sgn_constraint;

const sgn_constraint *const *sgn_constraints(void);  // NULL-ended
SGN_MUST_CHECK sgn_status sgn_constraint_find(const char *name, const sgn_constraint **out);

#endif
