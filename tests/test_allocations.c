/* Any allocation may fail, one at a time: the call says so, leaves its outputs alone and gives everything
 * back.  The linker puts the two functions below in the place of the library's own (tests.cmake). */
#include "io/checkpoint.h"
#include "io/dataset.h"
#include "io/packed_file.h"
#include "laws.h"
#include "tests/slow.h"
#include "unroll/c_source.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    long fails;  // the allocation that does, counted from 1; 0: none
    long calls, open;
} heap;

void *__real_sgn_alloc(size_t count, size_t size);
void __real_sgn_free(void *at);
void *__wrap_sgn_alloc(size_t count, size_t size);
void __wrap_sgn_free(void *at);

void *__wrap_sgn_alloc(size_t count, size_t size)
{
    if (++heap.calls == heap.fails) {
        sgn_fail(SGN_EMEM, "out of memory: the test has it so");
        return NULL;
    }
    heap.open++;
    return __real_sgn_alloc(count, size);
}

void __wrap_sgn_free(void *at)
{
    heap.open -= at != NULL;
    __real_sgn_free(at);
}

/* ---- what is tried ------------------------------------------------------------------------------ */

static char path[32];

static void begin(void)
{
    strcpy(path, "/tmp/sgn_allocations_XXXXXX");
    close(mkstemp(path));
}

static void end(void) { unlink(path); }

TestSuite(allocations, .init = begin, .fini = end, .timeout = 120);

typedef sgn_status attempt(const model *m);

/* Fails the first allocation, the second and so on, until there are none left to fail. */
static void each_may_fail(attempt *try, const model *m, const char *what)
{
    long n = 1 - slower(), open = heap.open;
    sgn_status status;
    do {
        heap.calls = 0;
        heap.fails = n += slower();
        status = try(m);
        heap.fails = 0;
        cr_assert(status == SGN_EMEM || status == SGN_OK, "%s, allocation %ld: %d, %s", what, n,
                  (int)status, sgn_last_error());
        cr_assert_eq(heap.open, open, "%s, allocation %ld: %ld blocks are lost", what, n,
                     heap.open - open);
    } while (status || heap.calls >= n);  // the last may have been a child's
    cr_assert_eq(status, SGN_OK, "%s: %s", what, sgn_last_error());
    cr_assert_gt(n, 1, "%s allocates nothing", what);
}

static sgn_status build(const model *m)
{
    sgn_net *net = NULL;
    sgn_status status =
        sgn_net_new(&net, &m->config.net, m->net->solver, &m->problem->physics, 4, m->config.seed);
    cr_assert_eq(status == SGN_OK, net != NULL);
    sgn_net_free(net);
    return status;
}

static int never(void *context, int step) { return context && step < 0; }
static sgn_status ignore(void *context, const sgn_trainer *t, const sgn_epoch *e, int is_best)
{
    return context || !t || !e || is_best > 1 ? SGN_EINTERNAL : SGN_OK;
}

static sgn_status train(const model *m)
{
    sgn_net *net = NULL;
    sgn_trainer *t = NULL;
    sgn_status status = sgn_net_new(&net, &m->config.net, m->net->solver, &m->problem->physics,
                                    m->config.train.batch, m->config.seed);
    if (!status)
        status = sgn_trainer_new(&t, &m->config.train, m->config.seed, m->problem, net, NULL);
    if (!status) status = sgn_trainer_run(t, &(sgn_observer){NULL, ignore, never});
    sgn_trainer_free(t);
    sgn_net_free(net);
    return status;
}

static sgn_status save(const model *m)
{
    sgn_config c = m->config;
    c.net = m->net->as;
    return sgn_checkpoint_save(path, &c, m->net, NULL);
}

static sgn_status restore(const model *m)
{
    sgn_checkpoint *c = NULL;
    sgn_status status = sgn_checkpoint_open(&c, path);
    cr_assert_eq(status == SGN_OK, c != NULL);
    if (!status) status = sgn_checkpoint_restore(c, m->net, NULL);
    sgn_checkpoint_close(c);
    return status;
}

static sgn_status pack_with(const model *m, int with_physics)
{
    size_t bytes;
    sgn_config c = m->config;
    c.net = m->net->as;
    return sgn_packed_save(path, &c, m->net, with_physics, &bytes);
}
static sgn_status pack(const model *m) { return pack_with(m, 0); }
static sgn_status pack_physics(const model *m) { return pack_with(m, 1); }

static sgn_status deploy(const model *m)
{
    sgn_packed_file f = {.bytes = 0};
    sgn_net *net = NULL;
    sgn_status status = sgn_packed_load(&f, path);
    if (!status)
        status = sgn_net_of_image(&net, &f.config.net, m->net->solver, &m->problem->physics, 4,
                                  f.config.seed, &f.image);
    sgn_net_free(net);
    sgn_packed_file_free(&f);
    return status;
}

static sgn_status write_c(const model *m)
{
    char *text = NULL;
    sgn_c_source_info info = {
        .name = "test", .problem = m->config.problem.kind, .seed = m->config.seed};
    sgn_status status = sgn_c_source(m->net, &info, &text, NULL);
    sgn_free(text);
    return status;
}

static sgn_status load_data(const model *m)
{
    sgn_dataset d = {.x = {0}};
    (void)m;
    sgn_status status = sgn_dataset_load(&d, path, 0);
    cr_assert_eq(status == SGN_OK, d.A.cols > 0);
    sgn_dataset_free(&d);
    return status;
}

/* ---- where it is tried -------------------------------------------------------------------------- */

/* Reading starts a child for each attempt, so not every network is read. */
static void try_files(const char *constraint, const char *support, int is_read)
{
    char what[128];
    sgn_config config = config_of("problem.kind=block-pm1 problem.blocks=2 network.depth=1 "
                                  "weights.constraint=%s weights.support=%s",
                                  constraint, support);
    model m = model_of(&config);
    snprintf(what, sizeof what, "%s on %s", constraint, support);
    each_may_fail(build, &m, what);
    each_may_fail(pack, &m, what);
    each_may_fail(save, &m, what);
    if (is_read) each_may_fail(restore, &m, what);
    each_may_fail(pack_physics, &m, what);
    if (is_read) each_may_fail(deploy, &m, what);
    model_free(&m);
}

Test(allocations, of_networks_and_their_files)
{
    for (const sgn_constraint *const *c = sgn_constraints(); *c; c++)
        try_files((*c)->name, "magnitude", c == sgn_constraints());
    for (const sgn_support_kind *const *s = sgn_support_kinds(); *s; s++)
        try_files("onebit", (*s)->name, s == sgn_support_kinds());
}

Test(allocations, of_every_solver)
{
    for (const sgn_solver *const *s = sgn_solvers(); *s; s++) {
        if (!(*s)->step) continue;
        sgn_config config = config_of("network.solver=%s network.depth=2", (*s)->name);
        model m = model_of(&config);
        each_may_fail(build, &m, (*s)->name);
        each_may_fail(write_c, &m, (*s)->name);
        model_free(&m);
    }
}

Test(allocations, of_every_fit_while_training)
{
    for (const sgn_fit *const *f = sgn_fits(); *f; f++) {
        sgn_config config = config_of("network.depth=1 weights.fit=%s train.stages=two "
                                      "train.steps=4 train.samples=16",
                                      (*f)->name);
        model m = model_of(&config);
        each_may_fail(train, &m, (*f)->name);
        model_free(&m);
    }
}

Test(allocations, of_data)
{
    sgn_real numbers[6] = {1, 2, 3, 4, 5, 6};
    sgn_dataset d = {.A = sgn_mat_view(numbers, 2, 3),
                     .x = sgn_mat_view(numbers, 3, 2),
                     .train_y = sgn_mat_view(numbers, 2, 3)};
    OK(sgn_dataset_save(&d, path));
    each_may_fail(load_data, NULL, "data");
}
