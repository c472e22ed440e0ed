/* bench_bits.c -- how much faster products with signs are than OpenBLAS's with as many floats.
 *
 *     bench_bits [seconds a case [part of a name]]
 *
 * One thread.  Rounds of both alternate, so that what else the machine does meets both, and medians are
 * printed.  OpenBLAS's core matters: unset OPENBLAS_CORETYPE.
 */
#include "core/bits.h"
#include "core/memory.h"
#include "core/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    MOST_ROUNDS = 2000,
    LEAST_ROUNDS = 9,
    EVERY_USE = SGN_FOR_PLAIN | SGN_FOR_TRANSPOSED | SGN_FOR_BATCHES
};

typedef struct {
    const char *name;
    int rows, cols, batch;
    double density;
    int in_blocks;  // of 64 x 32
    sgn_op op;
    const char *isa;  // NULL: the fastest
} bench;

typedef struct {
    sgn_mat W, x, y;
    uint32_t *sign, *mask;
    sgn_bitmat B;
    sgn_bitplan *plan;
    sgn_unit_scales s;
} product;

static const sgn_real one = 1;

static void must(sgn_status s)
{
    if (!s) return;
    fprintf(stderr, "%s\n", sgn_last_error());
    exit(1);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static sgn_mat dyadic(int rows, int cols, sgn_rng *rng)
{
    sgn_mat a = sgn_mat_view(sgn_alloc((size_t)rows * (size_t)cols, sizeof *a.at), rows, cols);
    for (int i = 0; i < rows * cols; i++)
        a.at[i] = (sgn_real)(((int)sgn_rng_below(rng, 255) - 127) / 64.0);
    return a;
}

static void draw(const bench *c, product *p, sgn_rng *rng)
{
    int on = 1;
    size_t words = sgn_panel_words(c->rows, c->cols);
    p->sign = sgn_alloc(words, sizeof *p->sign);
    p->mask = c->density < 1 ? sgn_alloc(words, sizeof *p->mask) : NULL;
    p->W = sgn_mat_view(sgn_alloc((size_t)c->rows * (size_t)c->cols, sizeof(sgn_real)), c->rows,
                        c->cols);
    for (int j0 = 0; j0 < c->cols; j0 += 32)
        for (int i0 = 0; i0 < c->rows; i0 += 64) {
            int tile = sgn_rng_uniform(rng) < c->density;
            for (int j = j0; j < j0 + 32 && j < c->cols; j++)
                for (int i = i0; i < i0 + 64 && i < c->rows; i++) {
                    size_t at = sgn_panel_word(c->rows, i, j);
                    int plus = (int)(sgn_rng_u32(rng) % 2);
                    if (p->mask) on = c->in_blocks ? tile : sgn_rng_uniform(rng) < c->density;
                    if (on && p->mask) p->mask[at] |= sgn_panel_bit(j);
                    if (on && plus) p->sign[at] |= sgn_panel_bit(j);
                    *sgn_mat_at(p->W, i, j) = (sgn_real)(on ? 2 * plus - 1 : 0);
                }
        }
}

static product product_of(const bench *c)
{
    sgn_rng rng = sgn_rng_stream(1, SGN_RNG_FREE, 0, 0);
    int is_plain = c->op == SGN_PLAIN;
    product p = {.s = {&one, c->rows, c->cols, 1}};
    draw(c, &p, &rng);
    p.B = (sgn_bitmat){c->rows, c->cols, p.sign, p.mask};
    must(sgn_bits_use(c->isa));
    must(sgn_bitplan_new(&p.plan, p.B, EVERY_USE));
    p.x = dyadic(is_plain ? c->cols : c->rows, c->batch, &rng);
    p.y = dyadic(is_plain ? c->rows : c->cols, c->batch, &rng);
    return p;
}

static void product_free(product *p)
{
    sgn_free(p->W.at), sgn_free(p->x.at), sgn_free(p->y.at);
    sgn_free(p->sign), sgn_free(p->mask);
    sgn_bitplan_free(p->plan);
}

typedef enum { BLAS, VIEW, PLAN, WAYS } way;

static void multiply(const bench *c, const product *p, way how)
{
    if (how == BLAS) sgn_gemm(c->op, SGN_PLAIN, 1, p->W, p->x, 1, p->y);
    else if (how == VIEW) sgn_bitmat_multiply(c->op, 1, p->B, p->s, p->x, p->y);
    else sgn_bitplan_multiply(c->op, 1, p->plan, p->s, p->x, p->y);
}

/* Seconds of one product; `times` of them make a time that the clock can tell. */
static double seconds(const bench *c, const product *p, way how, int times)
{
    multiply(c, p, how);
    double begin = now();
    for (int i = 0; i < times; i++) multiply(c, p, how);
    return (now() - begin) / times;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *of, int n)
{
    qsort(of, (size_t)n, sizeof *of, ascending);
    return of[n / 2];
}

static void measure(const bench *c, double budget)
{
    static double took[WAYS][MOST_ROUNDS];
    product p = product_of(c);
    int n = 0, times[WAYS];
    for (int how = 0; how < WAYS; how++)
        times[how] = 1 + (int)(200e-6 / seconds(c, &p, (way)how, 3));
    for (double end = now() + budget; n < MOST_ROUNDS && (n < LEAST_ROUNDS || now() < end); n++)
        for (int how = 0; how < WAYS; how++) took[how][n] = seconds(c, &p, (way)how, times[how]);
    double blas = median(took[BLAS], n), view = median(took[VIEW], n), plan = median(took[PLAN], n);
    double links = (double)c->rows * c->cols * c->batch * c->density;
    printf("%-22s %-9s %5d x %-5d %5d %9.1f %9.1f %9.1f %8.2f %8.2f %8.1f %5d\n", c->name,
           sgn_bits_used(), c->rows, c->cols, c->batch, 1e6 * blas, 1e6 * view, 1e6 * plan,
           blas / view, blas / plan, 1e-9 * links / plan, n);
    fflush(stdout);
    product_free(&p);
}

static const bench benches[] = {
    {"W x", 512, 512, 1, 1, 0, SGN_PLAIN, NULL},
    {"W x", 2048, 2048, 1, 1, 0, SGN_PLAIN, NULL},
    {"W x", 4096, 4096, 1, 1, 0, SGN_PLAIN, NULL},
    {"W x", 250, 500, 1, 1, 0, SGN_PLAIN, NULL},
    {"W x", 1000, 2000, 1, 1, 0, SGN_PLAIN, NULL},
    {"W' x", 1000, 2000, 1, 1, 0, SGN_TRANSPOSED, NULL},
    {"W X", 2048, 2048, 4, 1, 0, SGN_PLAIN, NULL},
    {"W X", 2048, 2048, 8, 1, 0, SGN_PLAIN, NULL},
    {"W X", 2048, 2048, 16, 1, 0, SGN_PLAIN, NULL},
    {"W X", 2048, 2048, 64, 1, 0, SGN_PLAIN, NULL},
    {"W X", 2048, 2048, 512, 1, 0, SGN_PLAIN, NULL},
    {"W X", 250, 500, 64, 1, 0, SGN_PLAIN, NULL},
    {"W X", 1000, 2000, 64, 1, 0, SGN_PLAIN, NULL},
    {"W' X", 1000, 2000, 64, 1, 0, SGN_TRANSPOSED, NULL},
    {"half of the links, x", 1000, 2000, 1, 0.5, 0, SGN_PLAIN, NULL},
    {"half of the links, X", 1000, 2000, 64, 0.5, 0, SGN_PLAIN, NULL},
    {"a tenth in blocks, x", 1000, 2000, 1, 0.1, 1, SGN_PLAIN, NULL},
    {"a tenth in blocks, X", 1000, 2000, 64, 0.1, 1, SGN_PLAIN, NULL},
    {"a tenth, x", 1000, 2000, 1, 0.1, 0, SGN_PLAIN, NULL},
    {"a tenth, X", 1000, 2000, 8, 0.1, 0, SGN_PLAIN, NULL},
    {"a tenth, X", 250, 500, 64, 0.1, 0, SGN_PLAIN, NULL},
    {"a tenth, X", 1000, 2000, 64, 0.1, 0, SGN_PLAIN, NULL},
    {"a fifth, X", 250, 500, 64, 0.2, 0, SGN_PLAIN, NULL},
    {"a fifth, X", 1000, 2000, 64, 0.2, 0, SGN_PLAIN, NULL},
    {"W x", 1000, 2000, 1, 1, 0, SGN_PLAIN, "avx2"},
    {"W X", 1000, 2000, 64, 1, 0, SGN_PLAIN, "avx2"},
    {"a tenth, X", 1000, 2000, 64, 0.1, 0, SGN_PLAIN, "avx2"},
    {"W x", 1000, 2000, 1, 1, 0, SGN_PLAIN, "portable"},
    {"W X", 1000, 2000, 64, 1, 0, SGN_PLAIN, "portable"},
};

int main(int argc, char **argv)
{
    double budget = argc > 1 ? atof(argv[1]) : 1;
    sgn_blas_init();
    printf(
        "OpenBLAS core: %s; medians of alternating rounds, us; as many times faster; 1e9 links a "
        "second\n%-22s %-9s %13s %5s %9s %9s %9s %8s %8s %8s %5s\n",
        sgn_blas_core(), "", "kernels", "matrix", "batch", "OpenBLAS", "words", "plan", "words",
        "plan", "links/s", "n");
    if (strstr(sgn_blas_core(), "Haswell"))
        printf("OpenBLAS was not free to choose its core, or this processor has no AVX-512\n");
    for (size_t i = 0; i < sizeof benches / sizeof *benches; i++)
        if (argc < 3 || strstr(benches[i].name, argv[2])) measure(&benches[i], budget);
    return 0;
}
