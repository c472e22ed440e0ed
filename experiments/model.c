#include "experiments/model.h"

#include "core/memory.h"
#include "io/container.h"
#include "io/dataset.h"
#include "io/file.h"
#include "io/packed_file.h"
#include "solvers/solvers.h"

#include <libgen.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

/* ---- from a config ------------------------------------------------------------------------------ */

static sgn_status find_file(char *file, const char *config_path)
{
    char copy[SGN_PATH_MAX], beside[SGN_PATH_MAX];
    if (!*file || !config_path || *file == '/' || access(file, F_OK) == 0) return SGN_OK;
    snprintf(copy, sizeof copy, "%s", config_path);
    SGN_TRY(sgn_path_join(beside, dirname(copy), file));
    if (access(beside, F_OK) == 0) memcpy(file, beside, sizeof beside);
    return SGN_OK;
}

sgn_status sgn_model_config(sgn_config *out, const char *path, const char *const *override,
                            int noverrides)
{
    sgn_config c;
    const sgn_solver *solver;
    SGN_TRY(sgn_config_load(&c, path, override, noverrides));
    SGN_TRY(sgn_solver_find(c.net.solver, &solver));
    SGN_TRY(sgn_net_resolve(&c.net, solver));
    SGN_TRY(find_file(c.problem.file, path));
    SGN_TRY(find_file(c.net.support_file, path));
    SGN_TRY(find_file(c.features.file, path));
    *out = c;
    return SGN_OK;
}

/* A checkpoint brings its supports along; only a network that begins needs the file. */
static sgn_status load_support(sgn_model *m)
{
    const sgn_net_settings *as = &m->config.net;
    sgn_physics *q = &m->problem->physics;
    if (strcmp(as->support, "file") != 0) return SGN_OK;
    if (!as->support_file[0])
        return sgn_fail(SGN_ECONFIG,
                        "weights.support is file, so weights.support_file must name one");
    SGN_TRY(sgn_dataset_support(&m->pattern, as->support_file, q->A));
    q->pattern = m->pattern;
    return SGN_OK;
}

static sgn_status prepare(sgn_model *m, int threads)
{
    SGN_TRY(sgn_solver_find(m->config.net.solver, &m->solver));
    SGN_TRY(sgn_pool_new(&m->pool, threads));
    m->config.problem.m = m->problem->physics.A.rows;
    m->config.problem.n = m->problem->physics.A.cols;
    if (!isnan(
            m->config.solve.lambda))  // auto is for classical runs; networks learn their thresholds
        m->problem->physics.lambda = m->config.solve.lambda;
    return SGN_OK;
}

static sgn_status build(sgn_model *m, int threads)
{
    SGN_TRY(prepare(m, threads));
    return sgn_net_new(&m->net, &m->config.net, m->solver, &m->problem->physics,
                       m->config.train.batch, m->config.seed);
}

sgn_status sgn_model_new(sgn_model *out, const sgn_config *c, int threads)
{
    sgn_model m = {.config = *c};
    sgn_status status = sgn_problem_load(&m.problem, &c->problem, c->seed, c->train.test_samples);
    if (!status) status = sgn_problem_test_under(m.problem, &c->test, c->seed);
    if (!status) status = load_support(&m);
    if (!status) status = build(&m, threads);
    if (status) sgn_model_free(&m);
    else *out = m;
    return status;
}

/* Each thread has a shard of samples at a time, unless there are not so many `columns` (0: there may be):
   a network for a single vector has kernels of its own. */
static int batch_to_run(const sgn_model *m, int threads, int columns)
{
    int width = m->problem->physics.width, most = SGN_SHARD / width * threads;
    return columns >= width && columns / width < most ? columns / width : most;
}

static sgn_status build_to_run(sgn_model *m, int threads)
{
    SGN_TRY(prepare(m, threads));
    return sgn_net_new_to_run(&m->net, &m->config.net, m->solver, &m->problem->physics,
                              batch_to_run(m, threads, 0), m->config.seed);
}

sgn_status sgn_model_new_to_run(sgn_model *out, const sgn_config *c, int threads)
{
    sgn_model m = {.config = *c};
    sgn_status status = sgn_problem_load(&m.problem, &c->problem, c->seed, 0);
    if (!status) status = load_support(&m);
    if (!status) status = build_to_run(&m, threads);
    if (status) sgn_model_free(&m);
    else *out = m;
    return status;
}

void sgn_model_free(sgn_model *m)
{
    if (!m) return;
    sgn_net_free(m->net);
    sgn_problem_free(m->problem);
    sgn_pool_free(m->pool);
    sgn_free(m->pattern.at);
    *m = (sgn_model){0};
}

/* ---- the problem of a file -------------------------------------------------------------------------- */

static int same_matrix(sgn_mat a, sgn_mat b)
{
    if (a.rows != b.rows || a.cols != b.cols) return 0;
    for (int j = 0; j < a.cols; j++)
        if (memcmp(sgn_mat_at(a, 0, j), sgn_mat_at(b, 0, j), (size_t)a.rows * sizeof *a.at))
            return 0;
    return 1;
}

/* With the A that was stored; one without columns is drawn again. */
static sgn_status problem_of(sgn_problem **out, const sgn_config *c, sgn_mat A, int with_vectors)
{
    sgn_mat none = {0};
    int is_read = with_vectors && !strcmp(c->problem.kind, "file");
    if (A.cols && !is_read)
        return sgn_problem_from_data(out, &c->problem, A, none, none, none, none);
    sgn_problem *q;
    SGN_TRY(sgn_problem_load(&q, &c->problem, c->seed, c->train.test_samples));
    if (!A.cols || same_matrix(q->physics.A, A)) {
        *out = q;
        return SGN_OK;
    }
    sgn_problem_free(q);
    return sgn_fail(SGN_EDATA, "%s does not hold the matrix the network was trained for",
                    c->problem.file);
}

static sgn_status problem_to_test(sgn_model *m, sgn_mat A, int with_vectors)
{
    SGN_TRY(problem_of(&m->problem, &m->config, A, with_vectors));
    if (!with_vectors) return SGN_OK;
    return sgn_problem_test_under(m->problem, &m->config.test, m->config.seed);
}

/* ---- from a checkpoint ---------------------------------------------------------------------------- */

static sgn_status restore(sgn_model *m, const sgn_checkpoint *saved, int threads, int with_vectors,
                          sgn_trainer **trainer)
{
    SGN_TRY(problem_to_test(m, sgn_checkpoint_A(saved), with_vectors));
    SGN_TRY(build(m, threads));
    if (!trainer) return sgn_checkpoint_restore(saved, m->net, NULL);
    SGN_TRY(
        sgn_trainer_new(trainer, &m->config.train, m->config.seed, m->problem, m->net, m->pool));
    sgn_status status = sgn_checkpoint_restore(saved, m->net, *trainer);
    if (status) sgn_trainer_free(*trainer);
    return status;
}

static sgn_status open_checkpoint(sgn_model *out, const char *path, int threads, int with_vectors,
                                  sgn_trainer **trainer)
{
    sgn_checkpoint *saved;
    SGN_TRY(sgn_checkpoint_open(&saved, path));
    sgn_model m = {.config = *sgn_checkpoint_config(saved)};
    sgn_status status = restore(&m, saved, threads, with_vectors, trainer);
    sgn_checkpoint_close(saved);
    if (status) sgn_model_free(&m);
    else *out = m;
    return status;
}

/* ---- from a packed model -------------------------------------------------------------------------- */

/* What comes with a network: the vectors of its problem, the matrix, or only what it takes to run. */
typedef enum { TO_RUN, WITH_MATRIX, WITH_VECTORS } company;

static int can_be_drawn(const sgn_packed_file *f)
{
    return !f->A.cols && !sgn_image_needs_A(&f->image, &f->config.net);
}

static sgn_status deploy(sgn_model *m, sgn_packed_file *f, int threads, company with, int columns)
{
    if (with == TO_RUN && can_be_drawn(f))
        SGN_TRY(sgn_problem_new_to_run(&m->problem, &m->config.problem, m->config.seed));
    else SGN_TRY(problem_to_test(m, f->A, with == WITH_VECTORS));
    SGN_TRY(prepare(m, threads));
    return sgn_net_of_image(&m->net, &m->config.net, m->solver, &m->problem->physics,
                            batch_to_run(m, threads, columns), m->config.seed, &f->image);
}

/* Settings that are wrong are here a fault of the file. */
static sgn_status blame(sgn_status status, const char *path)
{
    char why[1024];
    if (status != SGN_EFORMAT && status != SGN_ECONFIG && status != SGN_ENAME) return status;
    snprintf(why, sizeof why, "%s", sgn_last_error());
    return sgn_fail(SGN_EFORMAT, "%s: %s", path, why);
}

static sgn_status open_packed(sgn_model *out, const char *path, int threads, company with,
                              int columns)
{
    sgn_packed_file f;
    SGN_TRY(sgn_packed_load(&f, path));
    sgn_model m = {.config = f.config, .packed_bytes = f.bytes};
    sgn_status status = blame(deploy(&m, &f, threads, with, columns), path);
    sgn_packed_file_free(&f);
    if (status) sgn_model_free(&m);
    else *out = m;
    return status;
}

/* ---- from either ---------------------------------------------------------------------------------- */

static sgn_status open_either(sgn_model *out, const char *path, int threads, company with,
                              int columns)
{
    char kind[SGN_KIND_MAX];
    SGN_TRY(sgn_container_kind(path, kind));
    if (!strcmp(kind, SGN_KIND_PACKED)) return open_packed(out, path, threads, with, columns);
    return open_checkpoint(out, path, threads, with == WITH_VECTORS, NULL);
}

sgn_status sgn_model_open(sgn_model *out, const char *path, int threads, sgn_trainer **trainer)
{
    return trainer ? open_checkpoint(out, path, threads, 1, trainer)
                   : open_either(out, path, threads, WITH_VECTORS, 0);
}

sgn_status sgn_model_open_alone(sgn_model *out, const char *path, int threads)
{
    return open_either(out, path, threads, WITH_MATRIX, 0);
}

sgn_status sgn_model_open_to_run(sgn_model *out, const char *path, int threads, int columns)
{
    return open_either(out, path, threads, TO_RUN, columns);
}

/* ---- names ------------------------------------------------------------------------------------------ */

static const char *pilots_name(int pilots)
{
    static const char *const name[] = {"qpsk", "zadoff-chu", "gaussian"};
    return name[pilots];
}

void sgn_model_problem_text(const sgn_problem *q, char *text, size_t size)
{
    const sgn_problem_settings *as = &q->as;
    char file[SGN_PATH_MAX], source[SGN_NAME_MAX], columns[16] = "";
    snprintf(file, sizeof file, "%s", as->file);
    if (!strcmp(as->kind, "file")) {
        XXH64_hash_t h =
            XXH3_64bits(q->physics.A.at, (size_t)as->m * (size_t)as->n * sizeof *q->physics.A.at);
        snprintf(source, sizeof source, "%.24s %08llx", basename(file),
                 (unsigned long long)(h >> 32));
    } else if (!strcmp(as->kind, "sparse-pm1"))
        snprintf(source, sizeof source, "%.40s %g", as->kind, as->density);
    else if (q->physics.folds > 1)
        snprintf(source, sizeof source, "%.24s %s", as->kind, pilots_name(as->pilots));
    else if (as->blocks > 1) snprintf(source, sizeof source, "%.40s %d", as->kind, as->blocks);
    else snprintf(source, sizeof source, "%s", as->kind);
    if (as->measurements > 1) snprintf(columns, sizeof columns, "x%d", as->measurements);
    snprintf(text, size, "%s %dx%d%s p%s%g snr=%g%s", source, as->m, as->n, columns,
             as->exact_sparsity ? "==" : "=", as->sparsity, as->snr_db,
             as->sign_only ? " signs" : "");
}
