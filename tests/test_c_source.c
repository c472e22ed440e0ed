/* The C that a network is written as: compiled, loaded and compared with the network itself. */
#include "unroll/c_source.h"

#include "laws.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char compiler[] = "cc -std=c99 -Wall -Wextra -Wpedantic -Werror -Os -fPIC -shared";
static const double tolerance = 2e-6;

enum { MOST = 32 };

/* Networks, and one library of the C of all of them, where their net_run are run_0, run_1 ... */
typedef struct {
    int n;
    char keys[MOST][160];
    model model[MOST];
    char folder[32];
    void *library;
} device;

static device device_of(void)
{
    device d = {.folder = "/tmp/signroll-c-XXXXXX"};
    cr_assert_not_null(mkdtemp(d.folder));
    return d;
}

static sgn_c_source_info info_of(const model *m)
{
    const sgn_problem_settings *as = &m->config.problem;
    return (sgn_c_source_info){
        .name = "test", .problem = as->kind, .seed = as->seed ? as->seed : m->config.seed};
}

/* `more` follows the network's own text in its file. */
static void put_source(const device *d, int i, const char *text, const char *more)
{
    char path[64];
    snprintf(path, sizeof path, "%s/net%d.c", d->folder, i);
    FILE *file = fopen(path, "w");
    fprintf(file, "#define net_run run_%d\n%s\n%s", i, text, more);
    fclose(file);
}

static void add(device *d, const char *keys, const char *more)
{
    int i = d->n++;
    cr_assert_lt(i, MOST);
    snprintf(d->keys[i], sizeof d->keys[i], "%s", keys);
    sgn_config config = config_of("%s", keys);
    d->model[i] = model_of(&config);
    shake(d->model[i].net, 0.01);
    sgn_c_source_info info = info_of(&d->model[i]);
    char *text;
    OK(sgn_c_source(d->model[i].net, &info, &text, NULL));
    put_source(d, i, text, more);
    sgn_free(text);
}

static void load(device *d)
{
    char command[256], path[64];
    snprintf(command, sizeof command, "cd %s && %s -o nets.so net*.c -lm", d->folder, compiler);
    cr_assert_eq(system(command), 0, "%s", command);
    snprintf(path, sizeof path, "%s/nets.so", d->folder);
    d->library = dlopen(path, RTLD_NOW);
    cr_assert_not_null(d->library, "%s", dlerror());
}

static void discard(device *d)
{
    char command[64];
    dlclose(d->library);
    snprintf(command, sizeof command, "rm -r %s", d->folder);
    cr_assert_eq(system(command), 0);
    for (int i = 0; i < d->n; i++) model_free(&d->model[i]);
}

static double relative_error(const sgn_real *x, const float *other, size_t n)
{
    double square = 0, error = 0;
    for (size_t i = 0; i < n; i++) {
        square += pow((double)x[i], 2);
        error += pow((double)x[i] - (double)other[i], 2);
    }
    cr_expect_gt(square, 0);
    return sqrt(error / square);
}

/* Of the sample that begins at column j: |x - x'| / |x|, x' being the device's. */
static double sample_error(const model *m, int (*run)(const float *y, float *x), int j)
{
    sgn_net *net = m->net;
    size_t width = (size_t)net->physics.width, ny = (size_t)net->m * width,
           nx = (size_t)net->n * width;
    const sgn_real *y = sgn_mat_at(sgn_net_input(net), 0, j);
    float *single = sgn_alloc(ny + nx, sizeof *single);
    for (size_t i = 0; i < ny; i++) single[i] = (float)y[i];
    cr_expect_eq(run(single, single + ny), 0);
    double error =
        relative_error(sgn_mat_at(sgn_net_estimate(net, net->as.depth - 1), 0, j), single + ny, nx);
    sgn_free(single);
    return error;
}

/* That of the worst sample. */
static double difference(const device *d, int i)
{
    const model *m = &d->model[i];
    int width = m->net->physics.width, cols = m->config.train.batch * width;
    char name[16];
    int (*run)(const float *y, float *x);
    snprintf(name, sizeof name, "run_%d", i);
    *(void **)&run = dlsym(d->library, name);
    cr_assert_not_null(run);
    sgn_real *x = sgn_alloc((size_t)m->net->n * (size_t)cols, sizeof *x);
    sgn_problem_draw(m->problem, 3, SGN_RNG_TEST, 0, 0, sgn_mat_view(x, m->net->n, cols),
                     sgn_net_input(m->net));
    sgn_free(x);
    sgn_net_forward(m->net, NULL, cols);
    double worst = 0;
    for (int j = 0; j < cols; j += width) worst = fmax(worst, sample_error(m, run, j));
    return worst;
}

static void expect_agreement(device *d)
{
    load(d);
    for (int i = 0; i < d->n; i++) {
        double error = difference(d, i);
        cr_expect_leq(error, tolerance, "%s: %g", d->keys[i], error);
    }
    discard(d);
}

Test(c_source, computes_what_every_solver_does)
{
    char keys[160];
    device d = device_of();
    for (const sgn_solver *const *s = sgn_solvers(); *s; s++) {
        if (!(*s)->step) continue;
        snprintf(keys, sizeof keys, "network.solver=%s problem.sign_only=%s", (*s)->name,
                 strcmp((*s)->name, "biht") ? "false" : "true");
        add(&d, keys, "");
    }
    expect_agreement(&d);
}

Test(c_source, computes_with_every_setting_of_an_iteration)
{
    static const char *const keys[] = {
        "network.solver=lista-gs problem.measurements=4",
        "network.solver=lista-gscp problem.measurements=2 problem.kind=qpsk",
        "network.solver=lista-cpss problem.measurements=2",
        "network.solver=hyperlista problem.measurements=2",
        "network.solver=amp problem.measurements=2",
        "network.solver=niht problem.measurements=2",
        "network.threshold=absolute network.momentum=learned network.step_size=on",
        "network.physics_term=adjoint",
        "network.physics_term=analytic network.selection=on",
        "network.tied=true network.least=0 network.most=1.5",
        "network.depth=1",
        "problem.m=24 problem.n=20",
    };
    device d = device_of();
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) add(&d, keys[i], "");
    expect_agreement(&d);
}

Test(c_source, computes_with_every_constraint)
{
    static const char *const scale[] = {"row", "column", "global", "block weights.block=3"};
    char keys[160];
    device d = device_of();
    for (const sgn_constraint *const *k = sgn_constraints(); *k; k++)
        for (int i = 0; i < 2; i++) {
            snprintf(keys, sizeof keys,
                     "weights.constraint=%s weights.scale=%s weights.support=%s weights.bits=3",
                     (*k)->name, i ? scale[(k - sgn_constraints()) % 4] : "layer",
                     i ? "magnitude" : "all");
            add(&d, keys, "");
        }
    expect_agreement(&d);
}

Test(c_source, computes_with_every_support)
{
    char keys[160];
    device d = device_of();
    add(&d, "weights.constraint=full weights.support=band", "");
    add(&d, "weights.constraint=full weights.support=nm", "");
    for (const sgn_support_kind *const *s = sgn_support_kinds(); *s; s++)
        for (int i = 0; i < 2; i++) {
            snprintf(keys, sizeof keys,
                     "network.solver=lista weights.support=%s weights.scale=%s weights.block=4 "
                     "problem.kind=%s problem.blocks=2",
                     (*s)->name, i ? "column" : "layer", i ? "block-gaussian" : "block-pm1");
            add(&d, keys, "");
        }
    expect_agreement(&d);
}

Test(c_source, computes_with_every_matrix)
{
    char keys[160];
    device d = device_of();
    for (const sgn_problem_kind *const *k = sgn_problem_kinds(); *k; k++) {
        if (!strcmp((*k)->name, "file")) continue;
        snprintf(keys, sizeof keys,
                 "problem.kind=%s problem.blocks=2 problem.density=0.3 "
                 "weights.support=physics network.theta=0.03",
                 (*k)->name);
        add(&d, keys, "");
    }
    expect_agreement(&d);
}

/* ---- A, drawn by the device ---------------------------------------------------------------------- */

/* The largest difference of an entry; of other blocks none is drawn.  A library of double precision
   rounds once less. */
static double worst_entry(const device *d, int i)
{
    sgn_mat A = d->model[i].problem->physics.A;
    const float *(*draw)(void);
    double worst = 0;
    *(void **)&draw = dlsym(d->library, "drawn");
    const float *at = draw();
    for (int j = 0; j < A.cols; j++)
        for (int k = 0; k < A.rows; k++) {
            double entry = (double)*sgn_mat_at(A, k, j);
            if (entry != 0) worst = fmax(worst, fabs((double)*at++ - entry));
        }
    return worst;
}

static const char drawn[] = "extern const float *drawn(void);\n"
                            "const float *drawn(void) { draw_A(); return drawn_A; }\n";

Test(c_source, a_device_draws_A_to_the_last_bit)
{
    static const char *const keys[] = {
        "problem.kind=gaussian problem.m=50 problem.n=100 seed=7",
        "problem.kind=gaussian problem.m=53 problem.n=90 problem.seed=123456789012345",
        "problem.kind=block-gaussian problem.blocks=3 problem.m=51 problem.n=99",
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        device d = device_of();
        add(&d, keys[i], drawn);
        load(&d);
        cr_expect_leq(worst_entry(&d, 0), sizeof(sgn_real) == sizeof(float) ? 0 : 1e-7, "%s",
                      keys[i]);
        discard(&d);
    }
}

static char *text_of(const model *m, sgn_c_source_info info)
{
    char *text;
    OK(sgn_c_source(m->net, &info, &text, NULL));
    return text;
}

Test(c_source, an_A_that_the_seed_does_not_give_is_a_table)
{
    sgn_config config = config_of("seed=7");
    model m = model_of(&config);
    sgn_c_source_info info = info_of(&m);
    for (int other = 0; other < 3; other++) {
        if (other == 1) info.seed++;
        if (other == 2) info = info_of(&m), info.with_physics = 1;
        char *text = text_of(&m, info);
        cr_expect_eq(strstr(text, "draw_A") != NULL, other == 0, "case %d", other);
        sgn_free(text);
    }
    model_free(&m);
}

/* ---- the size of the tables ------------------------------------------------------------------------ */

static double table_bytes(const char *text)
{
    double bytes = 0;
    const char *at = strstr(text, "bits learned, ");
    cr_assert_eq(sscanf(at, "bits learned, %lf bytes of tables", &bytes), 1);
    return bytes;
}

/* 10 % more than the ledger's bits, and what a table of masks and of levels takes. */
Test(c_source, tables_take_few_bits_more_than_the_ledger_says)
{
    static const double share = 1.1, extra = 150;
    static const char *const supports[] = {"all", "magnitude", "band", "nm", "block-magnitude"};
    for (size_t i = 0; i < sizeof supports / sizeof *supports; i++)
        for (const sgn_constraint *const *k = sgn_constraints(); *k; k++) {
            sgn_config config = config_of("problem.m=50 problem.n=100 network.depth=4 "
                                          "weights.constraint=%s weights.support=%s "
                                          "weights.block=4 weights.bits=3 weights.share_support=%s",
                                          (*k)->name, supports[i], i % 2 ? "true" : "false");
            model m = model_of(&config);
            shake(m.net, 0.05);
            sgn_ledger bits;
            sgn_ledger_of(m.net, &bits);
            sgn_c_source_info info = info_of(&m);
            char *text;
            OK(sgn_c_source(m.net, &info, &text, NULL));
            cr_expect_leq(table_bytes(text), share * sgn_ledger_stored(&bits) / 8 + extra,
                          "%s %s: %g bytes, %g in the ledger", (*k)->name, supports[i],
                          table_bytes(text), sgn_ledger_stored(&bits) / 8);
            sgn_free(text);
            model_free(&m);
        }
}

/* ---- what else a file promises -------------------------------------------------------------------- */

Test(c_source, a_hostile_name_stays_in_the_comment)
{
    sgn_config config = config_of("seed=7");
    model m = model_of(&config);
    sgn_c_source_info info = info_of(&m);
    info.name = "*/ int x; /*\n#define net_run\\ \"%s\" ?\?/";
    char *text = text_of(&m, info);
    char *kept = strstr(text, "intxdefinenet_runs\n"), *end = strstr(text, "*/");
    cr_expect_not_null(kept);
    cr_expect_lt(kept, end);
    cr_expect_null(strstr(text, "int x;"));
    sgn_free(text);
    model_free(&m);
}

Test(c_source, the_same_network_has_the_same_text)
{
    sgn_config config = config_of("weights.support=magnitude");
    model m = model_of(&config);
    char *one = text_of(&m, info_of(&m)), *two = text_of(&m, info_of(&m));
    cr_expect_str_eq(one, two);
    sgn_free(one);
    sgn_free(two);
    model_free(&m);
}

Test(c_source, says_that_x_is_not_finite)
{
    device d = device_of();
    add(&d, "seed=7", "");
    load(&d);
    int (*run)(const float *y, float *x);
    *(void **)&run = dlsym(d.library, "run_0");
    float y[12] = {0}, x[20];
    cr_expect_eq(run(y, x), 0);
    y[5] = (float)NAN;
    cr_expect_eq(run(y, x), 1);
    discard(&d);
}

/* A table that is changed in one bit gives another x: the comparisons above would notice. */
Test(c_source, every_sign_counts)
{
    device d = device_of();
    add(&d, "network.depth=2", "");
    sgn_c_source_info info = info_of(&d.model[0]);
    char *text = text_of(&d.model[0], info);
    char *byte = strstr(strstr(text, "link_"), "{\n    0x") + 6;
    byte[2] = byte[2] == '0' ? '1' : '0';
    put_source(&d, 0, text, "");
    sgn_free(text);
    load(&d);
    cr_expect_gt(difference(&d, 0), 100 * tolerance);
    discard(&d);
}
