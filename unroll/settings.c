/* settings.c -- the rows of the config sections `network` and `weights`, and what auto means. */
#include "unroll/iteration.h"
#include "unroll/net.h"
#include "unroll/signs.h"

#include <string.h>

enum { AUTO_MOMENTUM, NO_MOMENTUM, LEARNED_MOMENTUM, NESTEROV_MOMENTUM };
enum { AUTO_SWITCH, OFF, ON };
enum { AUTO_THRESHOLD, ABSOLUTE_THRESHOLD, RESIDUAL_THRESHOLD };
enum { AUTO_SHRINK, SHRINK_ENTRIES, SHRINK_ROWS };

#define AT(field) offsetof(sgn_net_settings, field)

const sgn_option sgn_network_options[] = {
    {"solver", SGN_OPT_NAME, AT(solver), 0, 0, 0, "lista-cp", "the iteration to unroll"},
    {"depth", SGN_OPT_INT, AT(depth), 16, 1, 1024, NULL, "layers: iterations unrolled"},
    {"tied", SGN_OPT_BOOL, AT(tied), 0, 0, 0, NULL, "one link matrix for all layers"},
    {"physics_term", SGN_OPT_CHOICE, AT(physics_term), 0, 0, 0, "none|adjoint|analytic",
     "adds g A'r (or g W_pinv'r) beside the learned links, which become a correction"},
    {"momentum", SGN_OPT_CHOICE, AT(momentum), 0, 0, 0, "auto|none|learned|nesterov",
     "extrapolates the estimate before each layer"},
    {"selection", SGN_OPT_CHOICE, AT(selection), 0, 0, 0, "auto|off|on",
     "the largest entries pass the threshold unshrunk"},
    {"threshold", SGN_OPT_CHOICE, AT(threshold), 0, 0, 0, "auto|absolute|residual",
     "residual: thresholds scale with each sample's residual"},
    {"step_size", SGN_OPT_CHOICE, AT(step_size), 0, 0, 0, "auto|off|on",
     "a learned gain on each layer's links; auto: where layers share them"},
    {"shrink", SGN_OPT_CHOICE, AT(shrink), 0, 0, 0, "auto|entries|rows",
     "rows: what shares a support, all measurements of an entry, is shrunk together"},
    {"theta", SGN_OPT_REAL, AT(theta), (double)NAN, 1e-9, 1e9, NULL, "initial threshold"},
    {"least", SGN_OPT_REAL, AT(least), (double)NAN, -(double)INFINITY, 0, NULL,
     "estimates are clipped from below; 0: they are not negative"},
    {"most", SGN_OPT_REAL, AT(most), (double)NAN, 0, (double)INFINITY, NULL,
     "estimates are clipped from above"},
};
const int sgn_network_option_count = sizeof sgn_network_options / sizeof *sgn_network_options;

const sgn_option sgn_weights_options[] = {
    {"constraint", SGN_OPT_NAME, AT(constraint), 0, 0, 0, "onebit", "what values a link may have"},
    {"support", SGN_OPT_NAME, AT(support), 0, 0, 0, "all", "which links exist"},
    {"density", SGN_OPT_REAL, AT(density), (double)NAN, 1e-6, 1, NULL,
     "share of links kept; auto: 0.5, planes 0.25"},
    {"share_support", SGN_OPT_BOOL, AT(share_support), 1, 0, 0, NULL, "one support for all layers"},
    {"scale", SGN_OPT_CHOICE, AT(scale), SGN_SCALE_LAYER, 0, 0, "global|layer|row|column|block",
     "what shares one scale"},
    {"block", SGN_OPT_INT, AT(block), 0, 0, 4096, NULL,
     "rows and columns of a block, for scale block and support block-magnitude; 0: the problem's"},
    {"planes", SGN_OPT_INT, AT(planes), 4, 1, SGN_MAX_PLANES, NULL,
     "sign planes of constraint planes"},
    {"bits", SGN_OPT_INT, AT(bits), 4, 2, SGN_MAX_BITS, NULL,
     "of a link, for constraints with a choice of values"},
    {"outliers", SGN_OPT_REAL, AT(outliers), 0.005, 1e-6, 1, NULL,
     "share of links that constraint dense-sparse keeps in full precision"},
    {"band", SGN_OPT_INT, AT(band), 0, 0, 1000000, NULL, "support band: links in a row"},
    {"keep", SGN_OPT_INT, AT(keep), 2, 1, 32, NULL, "support nm: links kept ..."},
    {"of", SGN_OPT_INT, AT(of), 4, 2, 32, NULL, "... of so many neighbours in a row"},
    {"support_file", SGN_OPT_PATH, AT(support_file), 0, 0, 0, "",
     "support file: HDF5 with a dataset `support` (n, m), not 0 where a link exists"},
    {"prune_until", SGN_OPT_REAL, AT(prune_until), 0, 0, 1, NULL,
     "share of the training in which the density falls from 1; 0: at once"},
    {"estimator", SGN_OPT_CHOICE, AT(estimator), 0, 0, 0, "identity|clipped|tanh|prox",
     "what stands for the sign, or for its derivative, while training"},
    {"fit", SGN_OPT_NAME, AT(fit), 0, 0, 0, "rounding",
     "how real links become what the constraint allows"},
    {"init", SGN_OPT_CHOICE, AT(init), 0, 0, 0, "auto|analytic|adjoint|random|coherence|he",
     "analytic: column-scaled ridge pseudo-inverse; adjoint: A'/L, auto on support physics; "
     "coherence: least mutual coherence with A; he: every matrix random, 2/columns its variance"},
    {"frozen", SGN_OPT_BOOL, AT(frozen), 0, 0, 0, NULL,
     "keep the projected initial links, learn the scalars only"},
};
const int sgn_weights_option_count = sizeof sgn_weights_options / sizeof *sgn_weights_options;

/* Rows are compared with an absolute threshold, and none passes it unshrunk. */
static sgn_status resolve_shrink(sgn_net_settings *as, const sgn_iteration *best)
{
    if (as->shrink == AUTO_SHRINK) as->shrink = best->rows ? SHRINK_ROWS : SHRINK_ENTRIES;
    if (as->shrink == SHRINK_ENTRIES) return SGN_OK;
    if (as->selection == AUTO_SWITCH) as->selection = OFF;
    if (as->threshold == AUTO_THRESHOLD) as->threshold = ABSOLUTE_THRESHOLD;
    if (as->selection == OFF && as->threshold == ABSOLUTE_THRESHOLD) return SGN_OK;
    return sgn_fail(SGN_ECONFIG,
                    "network.%s has no place where rows are shrunk (network.shrink rows)",
                    as->selection == ON ? "selection on" : "threshold residual");
}

static int has_box(const sgn_iteration *i) { return i->least < i->most; }
static double lower_bound(const sgn_iteration *i)
{
    return has_box(i) ? i->least : -(double)INFINITY;
}
static double upper_bound(const sgn_iteration *i)
{
    return has_box(i) ? i->most : (double)INFINITY;
}

static sgn_status resolve_box(sgn_net_settings *as, const sgn_iteration *best)
{
    if (isnan(as->least)) as->least = lower_bound(best);
    if (isnan(as->most)) as->most = upper_bound(best);
    if (as->least < as->most) return SGN_OK;
    return sgn_fail(SGN_ECONFIG, "network.least is %g, must be below network.most (%g)", as->least,
                    as->most);
}

static void resolve_iteration(sgn_net_settings *as, const sgn_iteration *best)
{
    if (as->momentum == AUTO_MOMENTUM) as->momentum = NO_MOMENTUM + (int)best->momentum;
    if (as->selection == AUTO_SWITCH) as->selection = best->selection ? ON : OFF;
    if (as->threshold == AUTO_THRESHOLD)
        as->threshold = best->residual_threshold ? RESIDUAL_THRESHOLD : ABSOLUTE_THRESHOLD;
    if (as->step_size == AUTO_SWITCH)
        as->step_size = best->step || as->tied || as->scale == SGN_SCALE_GLOBAL ? ON : OFF;
    if (as->physics_term == SGN_PHYSICS_NONE) as->physics_term = best->physics_term;
}

/* On the support of A' the signs of A' are the better code: exact where A is +-c. */
static int best_init(const sgn_net_settings *as, const sgn_solver *solver,
                     const sgn_constraint *constraint)
{
    if (solver->step && !solver->setup) return SGN_INIT_HE;
    int on_physics = !strcmp(as->support, "physics") && constraint->scales != SGN_SCALES_NONE;
    return on_physics || !strcmp(solver->init, "adjoint") ? SGN_INIT_ADJOINT : SGN_INIT_ANALYTIC;
}

static sgn_status check_estimator(const sgn_net_settings *as, const sgn_constraint *constraint)
{
    static const char *const name[] = {"identity", "clipped", "tanh", "prox"};
    if (as->estimator == SGN_ESTIMATOR_IDENTITY) return SGN_OK;
    if (!sgn_signs_in(constraint))
        return sgn_fail(
            SGN_ECONFIG,
            "weights.estimator is %s, which stands for a sign, but weights.constraint %s "
            "has none; it must be identity",
            name[as->estimator], constraint->name);
    if (!as->frozen) return SGN_OK;
    return sgn_fail(SGN_ECONFIG,
                    "weights.estimator is %s, but frozen links keep their signs; it must "
                    "be identity",
                    name[as->estimator]);
}

static sgn_status check_init(const sgn_net_settings *as, const sgn_solver *solver)
{
    static const char *const name[] = {"auto", "analytic", "adjoint", "random", "coherence"};
    if (solver->setup || as->init == SGN_INIT_HE) return SGN_OK;
    return sgn_fail(SGN_ECONFIG,
                    "weights.init is %s, but solver %s has no classical method to start from; "
                    "it must be he",
                    name[as->init], solver->name);
}

sgn_status sgn_net_resolve(sgn_net_settings *as, const sgn_solver *solver)
{
    const sgn_constraint *constraint;
    const sgn_support_kind *support;
    const sgn_fit *fit;
    SGN_TRY(sgn_constraint_find(as->constraint, &constraint));
    SGN_TRY(sgn_support_kind_find(as->support, &support));
    SGN_TRY(sgn_fit_find(as->fit, &fit));
    if (as->keep > as->of)
        return sgn_fail(SGN_ECONFIG, "weights.keep is %d, must be at most weights.of (%d)",
                        as->keep, as->of);
    as->frozen |= solver->frozen;
    as->tied |= solver->tied;
    if (as->frozen) as->tied = 1;  // the same links in every layer: one matrix
    if (as->init == SGN_INIT_AUTO) as->init = best_init(as, solver, constraint);
    if (solver->step) SGN_TRY(check_init(as, solver));
    SGN_TRY(check_estimator(as, constraint));
    SGN_TRY(resolve_shrink(as, &solver->trained));
    SGN_TRY(resolve_box(as, &solver->trained));
    resolve_iteration(as, &solver->trained);
    if (isnan(as->density)) as->density = constraint->density;
    if (isnan(as->theta) && as->threshold == RESIDUAL_THRESHOLD) as->theta = 0.5;
    if (isnan(as->theta) && as->init != SGN_INIT_ADJOINT) as->theta = 0.1;
    if (!constraint->sums_planes) as->planes = 1;
    return SGN_OK;
}

sgn_iteration sgn_net_iteration(const sgn_net_settings *as)
{
    return (sgn_iteration){
        .momentum = (sgn_momentum)(as->momentum - NO_MOMENTUM),
        .selection = as->selection == ON,
        .residual_threshold = as->threshold == RESIDUAL_THRESHOLD,
        .step = as->step_size == ON,
        .rows = as->shrink == SHRINK_ROWS,
        .physics_term = as->physics_term,
        .least = as->least,
        .most = as->most,
    };
}

void sgn_net_set_iteration(sgn_net_settings *as, const sgn_iteration *iteration)
{
    as->momentum = NO_MOMENTUM + (int)iteration->momentum;
    as->selection = iteration->selection ? ON : OFF;
    as->threshold = iteration->residual_threshold ? RESIDUAL_THRESHOLD : ABSOLUTE_THRESHOLD;
    as->step_size = iteration->step ? ON : OFF;
    as->shrink = iteration->rows ? SHRINK_ROWS : SHRINK_ENTRIES;
    as->physics_term = iteration->physics_term;
    as->least = lower_bound(iteration);
    as->most = upper_bound(iteration);
}
