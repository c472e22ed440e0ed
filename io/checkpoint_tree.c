/* checkpoint_tree.c -- the parts of a file that a checkpoint and a packed model have in common. */
#include "io/checkpoint_tree.h"

#include "core/memory.h"
#include "solvers/solvers.h"

#include <string.h>

sgn_status sgn_tree_read_config(const sgn_h5_in *in, sgn_config *out)
{
    char *text, why[512];
    SGN_TRY(sgn_h5_read_text(in, "config", &text));
    sgn_status s = sgn_config_parse(out, text, strlen(text), in->path, NULL, 0);
    sgn_free(text);
    if (s != SGN_ECONFIG && s != SGN_ENAME) return s;
    snprintf(why, sizeof why, "%s", sgn_last_error());
    return sgn_h5_refuse(in, "config", "is not valid: %s", why);
}

sgn_status sgn_tree_check_generator(const sgn_h5_in *in)
{
    char generator[SGN_NAME_MAX];
    SGN_TRY(sgn_h5_get_text(in, "/", "generator", generator, sizeof generator));
    if (strcmp(generator, SGN_RNG_NAME) == 0) return SGN_OK;
    return sgn_h5_refuse(in, "generator", "is '%s', expected '%s': the random numbers would differ",
                         generator, SGN_RNG_NAME);
}

/* ---- proportion ------------------------------------------------------------------------------ */

/* Entries of matrices and vectors that a file may speak of: so many, and more for each of its bytes.  A
   few settings could else ask for hours of work on terabytes. */
static const double most_entries = 1 << 24, entries_of_a_byte = 1000;

static double length_of(const sgn_config *c, sgn_dim d)
{
    return d == SGN_DIM_M ? c->problem.m : d == SGN_DIM_N ? c->problem.n : 1;
}

/* Of A, of all planes of all link matrices, and of what the layers hand on. */
static double entries_of(const sgn_config *c, const sgn_solver *solver, int batch)
{
    double links = 0, m = c->problem.m, n = c->problem.n;
    for (int i = 0; i < sgn_solver_slots(solver); i++)
        if (solver->slot[i].kind == SGN_SLOT_LINKS)
            links += length_of(c, solver->slot[i].rows) * length_of(c, solver->slot[i].cols);
    links *= (double)(c->net.tied ? 1 : c->net.depth) * c->net.planes;
    return m * n + links + (m + n) * batch * c->net.depth;
}

sgn_status sgn_tree_check_entries(const sgn_h5_in *in, const sgn_config *c, size_t bytes, int batch)
{
    const sgn_solver *solver;
    if (sgn_solver_find(c->net.solver, &solver))
        return sgn_h5_refuse(in, "config", "names no solver: %s", c->net.solver);
    double entries = entries_of(c, solver, batch);
    if (entries <= most_entries + entries_of_a_byte * (double)bytes) return SGN_OK;
    return sgn_h5_refuse(in, "config", "speaks of %.3g numbers, too many for a file of %zu bytes",
                         entries, bytes);
}

sgn_status sgn_tree_read_A(const sgn_h5_in *in, const sgn_config *c, sgn_mat *A)
{
    hsize_t dims[] = {(hsize_t)c->problem.m, (hsize_t)c->problem.n}, found[2];
    SGN_TRY(sgn_h5_dims(in, "A", 2, found));
    if (found[0] != dims[0] || found[1] != dims[1])
        return sgn_h5_refuse(in, "A", "is %llu x %llu, the configuration says %d x %d",
                             (unsigned long long)found[0], (unsigned long long)found[1],
                             c->problem.m, c->problem.n);
    return sgn_h5_read_matrix(in, "A", A);
}
