/* Sizes that a file declares and does not have are refused before anybody asks for the memory, and no
 * arithmetic wraps them round to a size that would do. */
#include "io/checkpoint.h"
#include "io/container.h"
#include "io/dataset.h"
#include "io/file.h"
#include "io/packed_file.h"
#include "laws.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static char path[32];

/* Half a gibibyte more than is mapped now has to do.  The sanitizers map terabytes. */
static void limit_memory(void)
{
#if !defined(__SANITIZE_ADDRESS__)
    unsigned long pages;
    FILE *f = fopen("/proc/self/statm", "r");
    cr_assert(f && fscanf(f, "%lu", &pages) == 1 && fclose(f) == 0);
    rlim_t most = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + (512 << 20);
    setrlimit(RLIMIT_AS, &(struct rlimit){most, most});
#endif
}

static void begin(void)
{
    strcpy(path, "/tmp/sgn_sizes_XXXXXX");
    close(mkstemp(path));
    limit_memory();
}

static void end(void) { unlink(path); }

TestSuite(sizes, .init = begin, .fini = end, .timeout = 60);

/* ---- files that lie ----------------------------------------------------------------------------- */

/* A dataset of these dimensions, of which no element was ever written. */
static void declare(hid_t file, const char *name, hid_t type, int rank, const hsize_t *dims)
{
    hsize_t chunk[] = {1, 1, 1};
    SGN_H5 create = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(create, rank, chunk);
    SGN_H5 space = H5Screate_simple(rank, dims, NULL);
    SGN_H5 set = H5Dcreate2(file, name, type, space, H5P_DEFAULT, create, H5P_DEFAULT);
    cr_assert_geq(set, 0, "%s: %s", name, sgn_h5_why());
}

static void lie(const char *name, hid_t type, int rank, const hsize_t *dims)
{
    hid_t file = open_to_edit(path);
    cr_assert_geq(H5Ldelete(file, name, H5P_DEFAULT), 0, "%s", name);
    declare(file, name, type, rank, dims);
    close_edited(&file, path);
}

/* Of one dimension `true_size`: far too large, and right in its lowest 32 bits alone. */
enum { LIES = 5 };
static hsize_t lie_about(hsize_t true_size, int i)
{
    const hsize_t lies[LIES] = {(hsize_t)1 << 31, ((hsize_t)1 << 32) + true_size, (hsize_t)1 << 40,
                                ((hsize_t)1 << 62) + true_size, (hsize_t)INT32_MAX};
    return lies[i];
}

/* ---- checkpoints -------------------------------------------------------------------------------- */

typedef struct {
    model m;
    sgn_trainer *t;
} run;

static run start(void)
{
    run r = {.t = NULL};
    sgn_config c = config_of("weights.support=magnitude network.depth=1");
    r.m = model_of(&c);
    OK(sgn_trainer_new(&r.t, &c.train, c.seed, r.m.problem, r.m.net, NULL));
    return r;
}

static void finish(run *r)
{
    sgn_trainer_free(r->t);
    model_free(&r->m);
}

static sgn_status load_checkpoint(run *r)
{
    sgn_checkpoint *c;
    SGN_TRY(sgn_checkpoint_open(&c, path));
    sgn_status status = sgn_checkpoint_restore(c, r->m.net, r->t);
    sgn_checkpoint_close(c);
    return status;
}

Test(sizes, a_checkpoint_cannot_declare_more_than_it_has)
{
    size_t latents;
    run r = start();
    sgn_net_latents(r.m.net, &latents);
    const struct {
        const char *name;
        hid_t type;
        int rank;
        hsize_t dims[3];
    } set[] = {
        {"A", sgn_h5_in_file(SGN_H5_REAL), 2, {12, 20}},
        {"parameters/W.0/latent", sgn_h5_in_file(SGN_H5_REAL), 3, {1, 12, 20}},
        {"supports/0/on", H5T_STD_U8LE, 1, {30}},
        {"trainer/moments", sgn_h5_in_file(SGN_H5_REAL), 2, {2, latents}},
    };
    for (size_t k = 0; k < sizeof set / sizeof *set; k++)
        for (int d = 0; d < set[k].rank; d++)
            for (int i = 0; i < LIES; i++) {
                hsize_t dims[3];
                memcpy(dims, set[k].dims, sizeof dims);
                dims[d] = lie_about(dims[d], i);
                OK(sgn_checkpoint_save(path, &r.m.config, r.m.net, r.t));
                lie(set[k].name, set[k].type, set[k].rank, dims);
                cr_expect_eq(load_checkpoint(&r), SGN_EFORMAT, "%s, dimension %d is %llu: %s",
                             set[k].name, d, (unsigned long long)dims[d], sgn_last_error());
                cr_expect(strstr(sgn_last_error(), set[k].name), "%s", sgn_last_error());
            }
    OK(sgn_checkpoint_save(path, &r.m.config, r.m.net, r.t));
    OK(load_checkpoint(&r));
    finish(&r);
}

/* Settings within their ranges, and a file in whose company they are absurd. */
Test(sizes, a_checkpoint_cannot_ask_for_a_network_that_it_does_not_hold)
{
    static const char *const config[] = {
        "problem: {m: 12, n: 20}\nnetwork: {depth: 1024}\ntrain: {batch: 65536}\n",
        "problem: {m: 20000, n: 20000}\nnetwork: {depth: 1024}\n",
        "problem: {m: 16384, n: 16384}\nnetwork: {depth: 1}\n",
        "problem: {m: 2147483648, n: 20}\n",
        "problem: {m: 12, n: 18446744073709551636}\n",
    };
    run r = start();
    for (size_t i = 0; i < sizeof config / sizeof *config; i++) {
        sgn_checkpoint *c;
        OK(sgn_checkpoint_save(path, &r.m.config, r.m.net, r.t));
        hid_t file = open_to_edit(path);
        H5Ldelete(file, "config", H5P_DEFAULT);
        OK(sgn_h5_write_text(file, "config", config[i]));
        close_edited(&file, path);
        cr_expect_eq(sgn_checkpoint_open(&c, path), SGN_EFORMAT, "%s", config[i]);
        cr_expect(strstr(sgn_last_error(), "config"), "%s", sgn_last_error());
    }
    finish(&r);
}

/* ---- packed models ------------------------------------------------------------------------------ */

Test(sizes, a_packed_model_cannot_declare_more_than_it_has)
{
    static const char *const name[] = {"codes", "supports", "derived_supports", "scales",
                                       "scalars"};
    sgn_config c = config_of("weights.support=magnitude network.depth=1");
    model m = model_of(&c);
    for (size_t k = 0; k < sizeof name / sizeof *name; k++)
        for (int i = 0; i < LIES; i++) {
            sgn_packed_file f;
            size_t bytes;
            hsize_t length = lie_about(4, i);
            OK(sgn_packed_save(path, &c, m.net, 1, &bytes));
            hid_t file = open_to_edit(path);
            H5Ldelete(file, name[k], H5P_DEFAULT);  // it may not have been there
            declare(file, name[k], k < 3 ? H5T_STD_U8LE : H5T_IEEE_F32LE, 1, &length);
            close_edited(&file, path);
            cr_expect_eq(sgn_packed_load(&f, path), SGN_EFORMAT, "%s of %llu", name[k],
                         (unsigned long long)length);
            cr_expect(strstr(sgn_last_error(), name[k]), "%s", sgn_last_error());
        }
    model_free(&m);
}

/* ---- data --------------------------------------------------------------------------------------- */

static void data_are_refused(const char *name, const hsize_t *dims)
{
    sgn_dataset d;
    SGN_H5 file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    declare(file, name, H5T_IEEE_F32LE, 2, dims);
    sgn_h5_drop(&file);
    cr_expect_eq(sgn_dataset_load(&d, path, 0), SGN_EDATA, "%s is %llu x %llu: %s", name,
                 (unsigned long long)dims[0], (unsigned long long)dims[1], sgn_last_error());
    cr_expect(strstr(sgn_last_error(), name), "%s", sgn_last_error());
}

Test(sizes, data_cannot_declare_more_than_two_gibibytes)
{
    static const char *const name[] = {"A", "support", "x", "y", "train_x", "train_y"};
    for (size_t k = 0; k < sizeof name / sizeof *name; k++) {
        data_are_refused(name[k], (hsize_t[]){1 << 16, 1 << 16});
        data_are_refused(name[k], (hsize_t[]){lie_about(3, 1), 4});
    }
    for (int i = 0; i < LIES; i++) {
        data_are_refused("x", (hsize_t[]){lie_about(3, i), 4});
        data_are_refused("A", (hsize_t[]){3, lie_about(4, i)});
    }
    data_are_refused("A", (hsize_t[]){INT32_MAX, INT32_MAX});
}

/* Each alone would be read. */
Test(sizes, data_cannot_declare_much_several_times)
{
    sgn_dataset d;
    const hsize_t dims[] = {3000, 3000}, many[] = {60000, 3000}, more[] = {40000, 3000};
    SGN_H5 file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    declare(file, "A", H5T_IEEE_F32LE, 2, dims);
    declare(file, "support", H5T_IEEE_F32LE, 2, dims);
    declare(file, "x", H5T_IEEE_F32LE, 2, many);
    declare(file, "train_x", H5T_IEEE_F32LE, 2, many);
    declare(file, "train_y", H5T_IEEE_F32LE, 2, more);
    sgn_h5_drop(&file);
    cr_expect_eq(sgn_dataset_load(&d, path, 1), SGN_EDATA);
    cr_expect(strstr(sgn_last_error(), "train_y is too large, together with"), "%s",
              sgn_last_error());
}
