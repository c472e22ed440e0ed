/* net.h -- a solver, unrolled: `depth` of its iterations with links of their own.
 *
 * The network is a table of parameters (sgn_link), the groups of link matrices that share scales,
 * the supports, and the tape that replays the iterations.  It owns one slab for all of them.
 */
#ifndef SGN_UNROLL_NET_H
#define SGN_UNROLL_NET_H

#include "core/option.h"
#include "core/pool.h"
#include "unroll/fit.h"
#include "unroll/solver.h"

typedef enum { SGN_PHYSICS_NONE, SGN_PHYSICS_ADJOINT, SGN_PHYSICS_ANALYTIC } sgn_physics_term;
typedef enum {
    SGN_INIT_AUTO,
    SGN_INIT_ANALYTIC,
    SGN_INIT_ADJOINT,
    SGN_INIT_RANDOM,
    SGN_INIT_COHERENCE,
    SGN_INIT_HE
} sgn_init;
typedef enum {
    SGN_SCALE_GLOBAL,
    SGN_SCALE_LAYER,
    SGN_SCALE_ROW,
    SGN_SCALE_COLUMN,
    SGN_SCALE_BLOCK
} sgn_scale_kind;

/* Choices whose index 0 is "auto" are resolved by sgn_net_resolve. */
typedef struct {

    char solver[SGN_NAME_MAX];
    int depth, tied, physics_term;
    int momentum;        // auto none learned nesterov
    int selection;       // auto off on
    int threshold;       // auto absolute residual
    int step_size;       // auto off on
    int shrink;          // auto entries rows
    double theta;        // initial threshold; NAN: auto
    double least, most;  // bounds of every entry of the estimate; NAN: auto
    /* section weights */
    char constraint[SGN_NAME_MAX];
    char support[SGN_NAME_MAX];
    double density;   // NAN: auto
    double outliers;  // share of links that dense-sparse keeps real
    int share_support, scale, planes, bits;
    int init;  // auto analytic adjoint random coherence
    char fit[SGN_NAME_MAX];
    int estimator, frozen;
    int band, keep, of, block;  // of supports; block: of scales as well, 0: the problem's blocks
    double prune_until;         // share of the training in which the density falls from 1
    char support_file[SGN_PATH_MAX];
} sgn_net_settings;

extern const sgn_option sgn_network_options[];  // section network
extern const int sgn_network_option_count;
extern const sgn_option sgn_weights_options[];  // section weights
extern const int sgn_weights_option_count;

typedef struct {
    const sgn_constraint *constraint;
    sgn_group links;
} sgn_net_group;

typedef struct sgn_net {
    sgn_net_settings as;  // resolved: nothing is auto
    const sgn_solver *solver;
    const sgn_constraint *constraint;
    sgn_physics physics;  // A is a copy the network owns
    int m, n;
    sgn_link *param;  // (nparams): THE table
    int nparams;
    sgn_net_group *group;
    int ngroups;
    sgn_support **support;  // (nsupports) owned
    int nsupports;
    sgn_tape *tape;
    sgn_var y;   // input (m, batch)
    sgn_var *x;  // (depth) the estimate after each layer, (n, batch)
    sgn_var in[SGN_MAX_STATE], out[SGN_MAX_STATE];  // of sgn_net_new_iteration: carried state
    /* What the link matrices obey for now, instead of their constraint; NULL in the last stage. */
    const sgn_constraint *stand_in;
    int stand_in_bits;
    double progress;                // of training in this stage, 0 .. 1
    int watches_input;              // backward also gives the gradient with respect to y
    struct sgn_net_memory *memory;  // slabs and scratch
} sgn_net;

/* Replaces every auto by what the solver and the constraint say trains best. */
SGN_MUST_CHECK sgn_status sgn_net_resolve(sgn_net_settings *as, const sgn_solver *solver);

sgn_iteration sgn_net_iteration(const sgn_net_settings *as);  // of resolved settings
void sgn_net_set_iteration(sgn_net_settings *as, const sgn_iteration *iteration);

/* Builds the network at its initial values, projected.  q is copied; `batch` counts samples, of
   q->width columns each.  SGN_ECONFIG names the key that is wrong. */
SGN_MUST_CHECK sgn_status sgn_net_new(sgn_net **out, const sgn_net_settings *as,
                                      const sgn_solver *solver, const sgn_physics *q, int batch,
                                      uint64_t seed);
/* One iteration of the classical method, at its published values, whose state is carried from
   net->in to net->out instead of starting at zero. */
SGN_MUST_CHECK sgn_status sgn_net_new_iteration(sgn_net **out, const sgn_solver *solver,
                                                const sgn_physics *q, int batch);
void sgn_net_set_iteration_number(sgn_net *net, int k);  // momentum depends on it
void sgn_net_free(sgn_net *net);                         // NULL is fine

/* The estimates of the first `cols` samples of the input; borrowed, dies with the network. */
sgn_mat sgn_net_input(sgn_net *net);  // write y here, (m, batch)
sgn_mat sgn_net_forward(sgn_net *net, sgn_pool *pool, int cols);
sgn_mat sgn_net_estimate(const sgn_net *net, int layer);  // (n, batch) after layer 0 .. depth-1

/* Records the tape anew so that a backward pass also gives (on), or no longer gives, the gradient with
   respect to y, in sgn_tape_grad(net->tape, net->y).  On failure the network is as it was. */
SGN_MUST_CHECK sgn_status sgn_net_watch_input(sgn_net *net, int on);

/* weight from latent, for every group and scalar; supports that move are chosen anew first. */
void sgn_net_project(sgn_net *net, sgn_pool *pool);
void sgn_net_choose_supports(sgn_net *net);
/* The same for a training step: from sgn_net_keep_signs on, large links of one sign on every entry are
   packed for the products, and their `weight` stays what it was, until sgn_net_project. */
void sgn_net_project_signs(sgn_net *net, sgn_pool *pool);
SGN_MUST_CHECK sgn_status sgn_net_keep_signs(sgn_net *net);
/* Latents first .. first+n-1 of w, whole panels of columns (core/bits.h), have moved: their signs are packed
   while the cache has them, where those of w are. */
void sgn_net_follow_signs(const sgn_link *w, size_t first, size_t n);
/* dlatent from dweight. */
void sgn_net_pullback(sgn_net *net, sgn_pool *pool);

/* Where gradients of link matrices are.  They are formed turn by turn; a turn is some groups in a row, with
   link matrices first .. end-1 of the table.  Other parameters have theirs all the time, scales once their
   turn was pulled back.  After SGN_EMEM a network can only be freed. */
typedef enum {
    SGN_GRADIENTS_APART,       // each has memory of its own; at first
    SGN_GRADIENTS_IN_WEIGHTS,  // in place of weights that mean nothing until they are projected
    SGN_GRADIENTS_BY_TURNS,    // only the turn that was formed last has any
} sgn_gradients;

typedef struct {
    int group, groups;
    sgn_param first, end;
} sgn_turn;

SGN_MUST_CHECK sgn_status sgn_net_lay_gradients(sgn_net *net, sgn_gradients how);
int sgn_net_turns(const sgn_net *net);
sgn_turn sgn_net_turn_at(const sgn_net *net, int turn);
void sgn_net_form_gradients(sgn_net *net, sgn_pool *pool, int turn);  // dweight
/* dlatent, but of groups that are pulled back part by part, by whoever has a part of the gradient in the
   cache.  The scale's gradient is the sum of what the parts return. */
void sgn_net_pull_turn(sgn_net *net, sgn_pool *pool, int turn);
int sgn_net_pulls_parts(const sgn_net *net, int group);
double sgn_net_pull_part(const sgn_net *net, int group, const sgn_link *w, size_t first, size_t n);
void sgn_net_set_scale_gradient(sgn_net *net, int group, double dweight);
void sgn_net_pull_scalars(sgn_net *net);  // dlatent of all that is neither link nor scale

/* Training in stages.  Relaxed, the network starts again with real links, on every entry that its
   support does not rule out beforehand.  Quantised, the links it has learned (their latents, where a
   stand-in made codes of them) become the target of another stand-in (NULL: of its own constraint,
   which also fits the supports; from then on these stay).  `measured` is what weights.fit needs of data; NULL: nothing was measured. */
SGN_MUST_CHECK sgn_status sgn_net_relax(sgn_net *net, uint64_t seed);
SGN_MUST_CHECK sgn_status sgn_net_quantise(sgn_net *net, const sgn_constraint *stand_in, int bits,
                                           const sgn_calibration *measured);
/* What quantising to the network's own constraint would make of the weights, entry by entry and
   whatever weights.fit says; latents and supports are not to be gone on with. */
void sgn_net_round(sgn_net *net);
/* Only says which constraint rules: for a network whose latents are about to be restored. */
void sgn_net_obey(sgn_net *net, const sgn_constraint *stand_in, int bits);
/* 0 .. 1: how far supports are pruned, and how hard the estimator's signs are.  1 at first. */
void sgn_net_set_progress(sgn_net *net, double progress);

/* What the estimator does to the latents after an optimiser's step, of `step` in units of their size. */
void sgn_net_settle(sgn_net *net, sgn_pool *pool, double step);

/* All latents, parameter after parameter in the table's order. */
sgn_real *sgn_net_latents(const sgn_net *net, size_t *count);

/* 128-bit fingerprint of all weights, supports included, as 32 hex digits and a NUL; of a deployed
   network the one it was trained with. */
void sgn_net_hash(const sgn_net *net, char hex[33]);

#endif
