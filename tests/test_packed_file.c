/* The file of a packed network: as small as the ledger promises, read back whole or refused. */
#include "io/container.h"
#include "io/file.h"
#include "io/packed_file.h"
#include "laws.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64], path[128];

static void enter_folder(void)
{
    strcpy(folder, "/tmp/sgn_packed_XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/model.h5", folder);
}

static void leave_folder(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(packed_file, .init = enter_folder, .fini = leave_folder, .timeout = 120);

/* ---- saving and loading ------------------------------------------------------------------------- */

static size_t save(const model *m, int with_physics)
{
    size_t bytes;
    sgn_config c = m->config;
    c.net = m->net->as;  // resolved, as a checkpoint has it
    OK(sgn_packed_save(path, &c, m->net, with_physics, &bytes));
    return bytes;
}

static sgn_status deploy(sgn_packed_file *f, sgn_net **net)
{
    sgn_problem *problem;
    const sgn_solver *solver;
    sgn_mat none = {0};
    SGN_TRY(sgn_solver_find(f->config.net.solver, &solver));
    SGN_TRY(f->A.cols
                ? sgn_problem_from_data(&problem, &f->config.problem, f->A, none, none, none, none)
                : sgn_problem_new(&problem, &f->config.problem, f->config.seed));
    sgn_status status = sgn_net_of_image(net, &f->config.net, solver, &problem->physics, 4,
                                         f->config.seed, &f->image);
    sgn_problem_free(problem);
    return status;
}

static sgn_status open_net(sgn_net **net)
{
    sgn_packed_file f;
    SGN_TRY(sgn_packed_load(&f, path));
    sgn_status status = deploy(&f, net);
    sgn_packed_file_free(&f);
    return status;
}

static model model_with(const char *keys)
{
    sgn_config c = config_of("%s", keys);
    model m = model_of(&c);
    shake(m.net, 0.05);
    return m;
}

static model model_for(const char *keys, const char *constraint, const char *support)
{
    char all[256];
    snprintf(all, sizeof all, "%s weights.constraint=%s weights.support=%s weights.block=5", keys,
             constraint, support);
    return model_with(all);
}

/* ---- size ----------------------------------------------------------------------------------------- */

static void is_small(const char *keys, const char *constraint, const char *support)
{
    sgn_ledger l;
    model m = model_for(keys, constraint, support);
    sgn_ledger_of(m.net, &l);
    double bytes = (double)save(&m, 0), most = 1.05 * sgn_ledger_stored(&l) / 8 + 4096;
    cr_expect_leq(bytes, most, "%s %s %s: %g bytes, may be %g", keys, constraint, support, bytes,
                  most);
    model_free(&m);
}

Test(packed_file, the_file_is_hardly_larger_than_what_the_ledger_charges)
{
    for (const sgn_constraint *const *k = sgn_constraints(); *k; k++)
        for (const sgn_support_kind *const *s = sgn_support_kinds(); *s; s++) {
            const char *blocks =
                "problem.kind=block-pm1 problem.blocks=10 problem.m=50 problem.n=100 "
                "network.depth=8";
            is_small(blocks, (*k)->name, (*s)->name);
        }
    for (const sgn_constraint *const *k = sgn_constraints(); *k; k++)
        is_small("problem.m=50 problem.n=100 network.depth=16 weights.scale=column", (*k)->name,
                 "magnitude");
    is_small("problem.m=250 problem.n=500 network.depth=16", "onebit", "magnitude");
}

Test(packed_file, the_size_is_that_of_the_file)
{
    char *bytes;
    size_t size;
    sgn_packed_file f;
    model m = model_with("weights.support=magnitude");
    size_t told = save(&m, 0);
    OK(sgn_read_file(path, 1 << 20, &bytes, &size));
    OK(sgn_packed_load(&f, path));
    cr_expect_eq(told, size);
    cr_expect_eq(f.bytes, size);
    sgn_free(bytes);
    sgn_packed_file_free(&f);
    model_free(&m);
}

/* ---- there and back ------------------------------------------------------------------------------- */

static double difference(const model *m, sgn_net *net)
{
    size_t size = (size_t)net->n;
    fill_normal(sgn_net_input(m->net).at, (size_t)net->m, 1, 7);
    fill_normal(sgn_net_input(net).at, (size_t)net->m, 1, 7);
    sgn_mat x = sgn_net_forward(m->net, NULL, 1), z = sgn_net_forward(net, NULL, 1);
    return largest_difference(x.at, z.at, size) / sqrt(sgn_mat_sum_squares(x) / (double)size);
}

static void comes_back(const char *keys, int with_physics)
{
    sgn_net *net;
    char before[33], after[33];
    model m = model_with(keys);
    save(&m, with_physics);
    OK(open_net(&net));
    sgn_net_hash(m.net, before);
    sgn_net_hash(net, after);
    cr_expect_str_eq(before, after);
    cr_expect_lt(difference(&m, net), 4.5e-7 * sqrt(net->n), "%s", keys);  // sums of n numbers
    sgn_net_free(net);
    model_free(&m);
}

Test(packed_file, a_network_comes_back)
{
    for (int with_physics = 0; with_physics <= 1; with_physics++) {
        comes_back("seed=7 network.theta=0.01", with_physics);
        comes_back("weights.support=magnitude weights.constraint=planes network.theta=0.01",
                   with_physics);
        comes_back("weights.support=initial network.solver=lista network.theta=0.01", with_physics);
        comes_back("weights.constraint=full weights.frozen=true network.theta=0.01", with_physics);
        comes_back("problem.kind=rademacher weights.constraint=kbit network.theta=0.01",
                   with_physics);
    }
}

/* Its codes are longer than the piece that is held of them. */
Test(packed_file, a_network_that_is_read_piece_by_piece_comes_back)
{
    comes_back(
        "problem.m=384 problem.n=1024 network.depth=6 weights.init=random network.theta=0.01", 0);
}

Test(packed_file, the_configuration_is_as_it_was)
{
    sgn_packed_file f;
    char *before, *after;
    model m = model_with("name=odd seed=18446744073709551615 train.lr=0.00123 weights.planes=2");
    save(&m, 0);
    OK(sgn_packed_load(&f, path));
    m.config.net = m.net->as;
    OK(sgn_config_text(&m.config, &before));
    OK(sgn_config_text(&f.config, &after));
    cr_expect_str_eq(before, after);
    free(before);
    free(after);
    sgn_packed_file_free(&f);
    model_free(&m);
}

/* ---- damage --------------------------------------------------------------------------------------- */

static void is_refused(const char *what)
{
    sgn_net *net = NULL;
    sgn_status status = open_net(&net);
    cr_expect(status == SGN_EFORMAT || status == SGN_ECONFIG || status == SGN_ENAME, "%s: %d, %s",
              what, status, status ? sgn_last_error() : "accepted");
    cr_expect_null(strchr(sgn_last_error(), '\n'), "%s", what);
    sgn_net_free(net);
}

Test(packed_file, cut_and_changed_files_are_refused)
{
    char *bytes, what[64];
    size_t size;
    model m = model_with("weights.support=magnitude");
    save(&m, 0);
    OK(sgn_read_file(path, 1 << 20, &bytes, &size));
    for (size_t i = 0; i < size; i += size / 40) {
        snprintf(what, sizeof what, "%zu bytes of %zu", i, size);
        OK(sgn_write_file(path, bytes, i));
        is_refused(what);
        snprintf(what, sizeof what, "bit %zu of byte %zu", i % 8, i);
        bytes[i] = (char)(bytes[i] ^ 1 << i % 8);
        OK(sgn_write_file(path, bytes, size));
        is_refused(what);
        bytes[i] = (char)(bytes[i] ^ 1 << i % 8);
    }
    sgn_free(bytes);
    model_free(&m);
}

/* ---- files that lie, with the right hash ------------------------------------------------------------ */

/* Puts `length` bytes of `value` in the place of a dataset; 0: nothing. */
static void replace(const char *name, sgn_h5_type type, hsize_t length, int value)
{
    hid_t file = open_to_edit(path);
    char *bytes = malloc(length * 8 + 1);
    memset(bytes, value, length * 8);
    cr_assert_geq(H5Ldelete(file, name, H5P_DEFAULT), 0, "%s", name);
    if (length) OK(sgn_h5_write(file, name, type, 1, &length, bytes));
    free(bytes);
    close_edited(&file, path);
}

static void replace_config(const char *text)
{
    hid_t file = open_to_edit(path);
    H5Ldelete(file, "config", H5P_DEFAULT);
    OK(sgn_h5_write_text(file, "config", text));
    close_edited(&file, path);
}

static void set_attribute(const char *name, sgn_h5_type type, uint64_t value)
{
    hid_t file = open_to_edit(path);
    int32_t small = (int32_t)value;
    H5Adelete(file, name);
    OK(sgn_h5_set(file, name, type, type == SGN_H5_I32 ? (void *)&small : &value));
    close_edited(&file, path);
}

Test(packed_file, streams_of_another_length_are_refused)
{
    static const struct {
        const char *name;
        sgn_h5_type type;
        hsize_t length;
        int value;
    } lie[] = {
        {"codes", SGN_H5_U8, 0, 0},          {"codes", SGN_H5_U8, 1, 0},
        {"codes", SGN_H5_U8, 100000, 0},     {"codes", SGN_H5_I32, 45, 0},
        {"supports", SGN_H5_U8, 0, 0},       {"supports", SGN_H5_U8, 1, 0},
        {"supports", SGN_H5_U8, 40, 0},      {"supports", SGN_H5_U8, 40, 255},
        {"supports", SGN_H5_U8, 100000, 85}, {"scales", SGN_H5_F32, 0, 0},
        {"scales", SGN_H5_F32, 2, 0},        {"scales", SGN_H5_F32, 4, 0},
        {"scalars", SGN_H5_F32, 1, 0},       {"scalars", SGN_H5_F64, 5, 0},
        {"scalars", SGN_H5_F32, 1000, 0},
    };
    model m = model_with("weights.support=magnitude");
    for (size_t i = 0; i < sizeof lie / sizeof *lie; i++) {
        char what[64];
        save(&m, 0);
        snprintf(what, sizeof what, "%s of %d", lie[i].name, (int)lie[i].length);
        replace(lie[i].name, lie[i].type, lie[i].length, lie[i].value);
        is_refused(what);
    }
    model_free(&m);
}

Test(packed_file, another_configuration_is_refused)
{
    static const char *const lie[] = {
        "",
        "problem: {m: 12, n: 21}\nnetwork: {depth: 3}\n",
        "problem: {m: 12, n: 20}\nnetwork: {depth: 4}\n",
        "problem: {m: 12, n: 20}\nnetwork: {depth: 3}\nweights: {constraint: ternary-absmean}\n",
        "problem: {m: 12, n: 20}\nnetwork: {depth: 3, solver: lista}\n",
        "problem: {m: 12, n: 20}\nnetwork: {depth: 3, solver: omp}\n",
        "problem: {m: 12, n: 20}\nnetwork: {depth: 3, solver: nothing}\n",
        "problem: {m: 12, n: 20, kind: file, file: /etc/passwd}\nnetwork: {depth: 3}\n",
        "problem: {m: 60000, n: 60000}\nnetwork: {depth: 3}\n",
        "problem: {m: 1000, n: 1000}\nnetwork: {depth: 1024}\n",
        "problem: {m: 16384, n: 30000}\nnetwork: {depth: 3}\n",
        "network: [",
        "seed: 8\nproblem: {m: 12, n: 20}\nnetwork: {depth: 3}\n",
    };
    model m = model_with("");
    for (size_t i = 0; i < sizeof lie / sizeof *lie; i++) {
        save(&m, 0);
        replace_config(lie[i]);
        is_refused(lie[i]);
    }
    model_free(&m);
}

Test(packed_file, attributes_that_lie_are_refused)
{
    model m = model_with("weights.support=initial");
    save(&m, 0);
    set_attribute("A_hash", SGN_H5_U64, 1);
    is_refused("A_hash");
    save(&m, 0);
    set_attribute("derived_hash", SGN_H5_U64, 1);
    is_refused("derived_hash");
    save(&m, 0);
    set_attribute("has_physics", SGN_H5_I32, 1);
    is_refused("has_physics without physics");
    save(&m, 1);
    set_attribute("has_physics", SGN_H5_I32, 2);
    is_refused("has_physics 2");
    save(&m, 0);
    set_attribute("weights_hash", SGN_H5_U64, 1);
    is_refused("weights_hash");
    model_free(&m);
}

/* Codes of the right number are links, whatever they are. */
Test(packed_file, any_codes_are_links)
{
    for (const sgn_constraint *const *k = sgn_constraints(); *k; k++) {
        sgn_net *net;
        sgn_packed_file f;
        model m = model_for("", (*k)->name, "all");
        save(&m, 0);
        OK(sgn_packed_load(&f, path));
        hsize_t length = f.image.part[SGN_PART_CODES].capacity / 8;
        sgn_packed_file_free(&f);
        replace("codes", SGN_H5_U8, length, 0x55);
        OK(open_net(&net));
        sgn_net_free(net);
        model_free(&m);
    }
}
