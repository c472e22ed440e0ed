/* A file of ours with any byte missing or any bit flipped is refused: none of them is half a model. */
#include "io/checkpoint.h"
#include "io/packed_file.h"
#include "laws.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FLIPS = 10000 };

static char path[32];
static int fd;

static void make_file(void)
{
    strcpy(path, "/tmp/sgn_damage_XXXXXX");
    cr_assert((fd = mkstemp(path)) >= 0);
}

static void remove_file(void)
{
    close(fd);
    unlink(path);
}

TestSuite(damage, .init = make_file, .fini = remove_file, .timeout = 60);

typedef sgn_status loader(void);

static sgn_status load_checkpoint(void)
{
    sgn_checkpoint *c = NULL;
    sgn_status status = sgn_checkpoint_open(&c, path);
    cr_assert_eq(status == SGN_OK, c != NULL);
    sgn_checkpoint_close(c);
    return status;
}

static sgn_status load_packed(void)
{
    sgn_packed_file f = {.bytes = 0};
    sgn_status status = sgn_packed_load(&f, path);
    cr_assert_eq(status == SGN_OK, f.bytes > 0);
    sgn_packed_file_free(&f);
    return status;
}

static void open_again(void)  // what was saved is another file of the same name
{
    close(fd);
    cr_assert((fd = open(path, O_RDWR)) >= 0);
}

static loader *save_checkpoint(void)
{
    model m;
    sgn_trainer *t;
    sgn_config c = config_of("network.depth=1 weights.support=magnitude");
    m = model_of(&c);
    OK(sgn_trainer_new(&t, &c.train, c.seed, m.problem, m.net, NULL));
    OK(sgn_checkpoint_save(path, &c, m.net, t));
    sgn_trainer_free(t);
    model_free(&m);
    open_again();
    return load_checkpoint;
}

static loader *save_packed(void)
{
    size_t bytes;
    sgn_config c = config_of("network.depth=1 weights.support=magnitude");
    model m = model_of(&c);
    OK(sgn_packed_save(path, &c, m.net, 0, &bytes));
    model_free(&m);
    open_again();
    return load_packed;
}

static void is_refused(loader *load, const char *what, size_t where)
{
    sgn_status status = load();
    cr_assert_eq(sgn_status_exit(status), 4, "%s %zu: %s", what, where,
                 status ? sgn_last_error() : "accepted");
    cr_assert(strstr(sgn_last_error(), path), "%s", sgn_last_error());
}

static void survives_truncation(loader *load)
{
    off_t size = lseek(fd, 0, SEEK_END);
    OK(load());
    while (size-- > 0) {
        cr_assert_eq(ftruncate(fd, size), 0);
        is_refused(load, "cut to", (size_t)size);
    }
}

static void flip(size_t bit)
{
    uint8_t byte;
    cr_assert_eq(pread(fd, &byte, 1, (off_t)(bit / 8)), 1);
    byte = (uint8_t)(byte ^ 1 << bit % 8);
    cr_assert_eq(pwrite(fd, &byte, 1, (off_t)(bit / 8)), 1);
}

static void survives_flips(loader *load)
{
    sgn_rng rng = sgn_rng_stream(1, SGN_RNG_FREE, 0, 0);
    size_t bits = 8 * (size_t)lseek(fd, 0, SEEK_END);
    for (int i = 0; i < FLIPS; i++) {
        size_t bit = (size_t)(sgn_rng_uniform(&rng) * (double)bits);
        flip(bit);
        is_refused(load, "flipped bit", bit);
        flip(bit);
    }
    OK(load());  // all of them are as they were
}

Test(damage, a_checkpoint_of_any_other_length_is_refused)
{
    survives_truncation(save_checkpoint());
}
Test(damage, a_packed_model_of_any_other_length_is_refused) { survives_truncation(save_packed()); }
Test(damage, a_checkpoint_with_a_flipped_bit_is_refused) { survives_flips(save_checkpoint()); }
Test(damage, a_packed_model_with_a_flipped_bit_is_refused) { survives_flips(save_packed()); }
