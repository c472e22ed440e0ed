/* Files of every format version there was are read, and mean what they meant.  tests/golden/<version>/
 * holds a checkpoint, the same network packed, and what both make of some measurements. */
#include "io/checkpoint.h"
#include "io/container.h"
#include "io/dataset.h"
#include "io/file.h"
#include "io/packed_file.h"
#include "laws.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(golden, .timeout = 60);

static const char *golden(int version, const char *name)
{
    static char path[SGN_PATH_MAX];
    const char *root = getenv("ROOT");
    snprintf(path, sizeof path, "%s/tests/golden/%d/%s", root ? root : ".", version, name);
    return path;
}

/* Rounding differs between machines. */
static void estimates_as_then(sgn_net *net, int version)
{
    sgn_dataset d;
    OK(sgn_dataset_load(&d, golden(version, "estimates.h5"), 0));
    for (int j = 0; j < d.y.cols; j++) {
        memcpy(sgn_net_input(net).at, sgn_mat_at(d.y, 0, j), (size_t)d.y.rows * sizeof *d.y.at);
        sgn_mat x = sgn_net_forward(net, NULL, 1);
        double error = largest_difference(x.at, sgn_mat_at(d.x, 0, j), (size_t)d.x.rows);
        cr_expect_lt(error, 1e-5, "version %d, vector %d: %g", version, j, error);
    }
    sgn_dataset_free(&d);
}

static void checkpoint_as_then(int version)
{
    sgn_checkpoint *c;
    sgn_problem *q;
    sgn_net *net;
    sgn_trainer *t;
    sgn_mat none = {0};
    const sgn_solver *solver;
    OK(sgn_checkpoint_open(&c, golden(version, "checkpoint.h5")));
    const sgn_config *as = sgn_checkpoint_config(c);
    OK(sgn_problem_from_data(&q, &as->problem, sgn_checkpoint_A(c), none, none, none, none));
    OK(sgn_solver_find(as->net.solver, &solver));
    OK(sgn_net_new(&net, &as->net, solver, &q->physics, as->train.batch, as->seed));
    OK(sgn_trainer_new(&t, &as->train, as->seed, q, net, NULL));
    OK(sgn_checkpoint_restore(c, net, t));
    cr_expect_eq(sgn_trainer_state_of(t)->step, 60);
    estimates_as_then(net, version);
    sgn_trainer_free(t);
    sgn_net_free(net);
    sgn_problem_free(q);
    sgn_checkpoint_close(c);
}

static void packed_as_then(int version)
{
    sgn_packed_file f;
    sgn_problem *q;
    sgn_net *net;
    sgn_mat none = {0};
    const sgn_solver *solver;
    OK(sgn_packed_load(&f, golden(version, "packed.h5")));
    OK(sgn_problem_from_data(&q, &f.config.problem, f.A, none, none, none, none));
    OK(sgn_solver_find(f.config.net.solver, &solver));
    OK(sgn_net_of_image(&net, &f.config.net, solver, &q->physics, 4, f.config.seed, &f.image));
    estimates_as_then(net, version);
    sgn_net_free(net);
    sgn_problem_free(q);
    sgn_packed_file_free(&f);
}

static sgn_status load_checkpoint(const char *path)
{
    sgn_checkpoint *c;
    return sgn_checkpoint_open(&c, path);
}

static sgn_status load_packed(const char *path)
{
    sgn_packed_file f;
    return sgn_packed_load(&f, path);
}

/* A build in double precision refuses the A of one in single precision, by name. */
static void each_version(const char *name, void (*as_then)(int version),
                         sgn_status (*load)(const char *path))
{
    for (int version = 1; version <= SGN_FORMAT_VERSION; version++) {
        if (sizeof(sgn_real) == sizeof(float)) {
            as_then(version);
            continue;
        }
        cr_expect_eq(load(golden(version, name)), SGN_EFORMAT);
        cr_expect(strstr(sgn_last_error(), "computes in float32"), "%s", sgn_last_error());
    }
}

Test(golden, a_checkpoint_of_every_version_is_read)
{
    each_version("checkpoint.h5", checkpoint_as_then, load_checkpoint);
}

Test(golden, a_packed_model_of_every_version_is_read)
{
    each_version("packed.h5", packed_as_then, load_packed);
}

/* ---- the next version --------------------------------------------------------------------------- */

static void is_refused_by_name(const char *name, sgn_status (*load)(const char *path))
{
    enum { VERSION = 8 };  // where it stands in a container
    char *bytes, path[] = "/tmp/sgn_golden_XXXXXX", words[128];
    size_t size;
    close(mkstemp(path));
    OK(sgn_read_file(golden(SGN_FORMAT_VERSION, name), 1 << 20, &bytes, &size));
    bytes[VERSION]++;
    OK(sgn_write_file(path, bytes, size));
    snprintf(words, sizeof words, "%s has format version %d, this signroll reads up to %d", path,
             SGN_FORMAT_VERSION + 1, SGN_FORMAT_VERSION);
    cr_expect_eq(load(path), SGN_EFORMAT);
    cr_expect_str_eq(sgn_last_error(), words);
    sgn_free(bytes);
    unlink(path);
}

Test(golden, a_newer_version_is_refused_by_name)
{
    is_refused_by_name("checkpoint.h5", load_checkpoint);
    is_refused_by_name("packed.h5", load_packed);
}
