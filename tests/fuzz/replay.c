/* replay.c -- the fuzzing targets where there is no libFuzzer: the corpus, and mutations of it.
 *
 *     fuzz_packed RUNS FOLDER      the files of FOLDER, then RUNS mutations, the same every time
 */
#include "core/memory.h"
#include "core/rng.h"
#include "io/file.h"
#include "tests/fuzz/target.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_FILES = 256, MOST_BYTES = 1 << 20, MOST_CHANGES = 8 };

typedef struct {
    char *bytes;
    size_t size;
} input;

/* ---- mutations ---------------------------------------------------------------------------------- */

static size_t below(sgn_rng *rng, size_t n) { return (size_t)(sgn_rng_uniform(rng) * (double)n); }

/* Numbers at which arithmetic breaks, in the little-endian of files. */
static void plant(sgn_rng *rng, char *at, size_t room)
{
    static const uint64_t odd[] = {0,          1,          0x7f,       0x80,
                                   0xff,       0xffff,     0x7fffffff, 0x80000000,
                                   0xffffffff, 1ull << 32, INT64_MAX,  UINT64_MAX};
    uint64_t value = odd[below(rng, sizeof odd / sizeof *odd)];
    size_t width = (size_t)1 << below(rng, 4);
    memcpy(at, &value, width < room ? width : room);
}

static void change(sgn_rng *rng, input *x)
{
    size_t at = below(rng, x->size), room = x->size - at, from = below(rng, x->size);
    size_t count = 1 + below(rng, room < 32 ? room : 32);
    if (count > x->size - from) count = x->size - from;
    switch (below(rng, 5)) {
    case 0: x->bytes[at] = (char)(x->bytes[at] ^ 1 << below(rng, 8)); break;
    case 1: x->bytes[at] = (char)below(rng, 256); break;
    case 2: plant(rng, x->bytes + at, room); break;
    case 3: memmove(x->bytes + at, x->bytes + from, count); break;
    case 4:
        if (below(rng, 8) == 0) x->size = at + 1;
        break;
    }
}

static void try_mutation(const input *seed, uint32_t run)
{
    sgn_rng rng = sgn_rng_stream(1, SGN_RNG_FREE, 0, run);
    input x = {malloc(seed->size + 1), seed->size};
    memcpy(x.bytes, seed->bytes, seed->size + 1);
    for (size_t i = 1 + below(&rng, MOST_CHANGES); x.size && i > 0; i--) change(&rng, &x);
    LLVMFuzzerTestOneInput((const uint8_t *)x.bytes, x.size);
    free(x.bytes);
}

/* ---- the corpus --------------------------------------------------------------------------------- */

static int is_input(const struct dirent *e) { return e->d_name[0] != '.'; }

static int read_corpus(const char *folder, input *corpus)
{
    struct dirent **entry;
    int n = scandir(folder, &entry, is_input, alphasort);
    for (int i = 0; i < n && i < MOST_FILES; i++) {
        char path[SGN_PATH_MAX];
        if (sgn_path_join(path, folder, entry[i]->d_name) ||
            sgn_read_file(path, MOST_BYTES, &corpus[i].bytes, &corpus[i].size))
            return 0;
        free(entry[i]);
    }
    free(entry);
    return n < MOST_FILES ? n : MOST_FILES;
}

int main(int argc, char **argv)
{
    static input corpus[MOST_FILES];
    int n = argc == 3 ? read_corpus(argv[2], corpus) : 0;
    if (n <= 0) {
        fprintf(stderr, "%s RUNS FOLDER: the folder must hold inputs; %s\n", argv[0],
                sgn_last_error());
        return 2;
    }
    for (int i = 0; i < n; i++)
        LLVMFuzzerTestOneInput((const uint8_t *)corpus[i].bytes, corpus[i].size);
    long runs = strtol(argv[1], NULL, 10);
    for (long run = 0; run < runs; run++) try_mutation(&corpus[run % n], (uint32_t)run);
    printf("%d inputs and %ld mutations\n", n, runs);
    for (int i = 0; i < n; i++) sgn_free(corpus[i].bytes);
    return 0;
}
