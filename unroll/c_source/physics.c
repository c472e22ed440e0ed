/* physics.c -- the sensing matrix on a device: signs, where it is one of -c, 0 and +c; the recipe
 * it was drawn by, where that is a seed; else a table.
 *
 * The transpose is stored: A column after column, in the order in which it is drawn.
 */
#include "unroll/c_source/build.h"
#include "unroll/stored.h"

#include <math.h>
#include <string.h>

enum { TRANSPOSED = 1 };

/* ---- whether the seed gives this A ------------------------------------------------------------- */

/* Rows and columns of a diagonal block; of all of A where it has none. */
static int block_rows(const sgn_net *net) { return net->m / net->physics.blocks; }
static int block_cols(const sgn_net *net) { return net->n / net->physics.blocks; }

static int is_near(double a, double b) { return fabs(a - b) <= 1e-6 * fabs(b); }

/* The column is drawn twice: for its norm, and to compare. */
static int gives_column(const sgn_net *net, int j, sgn_rng *rng)
{
    int rows = block_rows(net), first = j / block_cols(net) * rows;
    sgn_rng again = *rng;
    double squares = 0;
    for (int i = 0; i < rows; i++) squares += pow((double)(float)sgn_rng_normal(rng), 2);
    for (int i = 0; i < rows; i++) {
        double entry = (double)*sgn_mat_at(net->physics.A, first + i, j);
        if (!is_near(entry * sqrt(squares), sgn_rng_normal(&again))) return 0;
    }
    return 1;
}

static int is_kind(const sgn_c_writer *w, const char *kind)
{
    return w->info->problem && !strcmp(w->info->problem, kind);
}

static int is_drawn(const sgn_c_writer *w)
{
    const sgn_net *net = w->net;
    sgn_rng rng = sgn_rng_stream(w->info->seed, SGN_RNG_MATRIX, 0, 0);
    if (w->info->with_physics || (!is_kind(w, "gaussian") && !is_kind(w, "block-gaussian")))
        return 0;
    if (sgn_nonzeros(net->physics.A) != (size_t)net->n * (size_t)block_rows(net)) return 0;
    for (int j = 0; j < net->n; j++)
        if (!gives_column(net, j, &rng)) return 0;
    return 1;
}

/* ---- A as a matrix ------------------------------------------------------------------------------- */

sgn_status sgn_c_write_A(sgn_c_writer *w, sgn_c_plane *out)
{
    sgn_c_matrix a;
    const sgn_physics *q = &w->net->physics;
    fputs("\n/* A */\n", w->tables);
    if (q->one_bit) SGN_TRY(sgn_c_matrix_of_signs(&a, q->A, TRANSPOSED));
    else SGN_TRY(sgn_c_matrix_of_reals(&a, q->A, TRANSPOSED));
    if (!q->one_bit && is_drawn(w)) w->needs |= SGN_C_NEEDS_DRAW;
    sgn_status status =
        sgn_c_write_matrix(w, &a, w->needs & SGN_C_NEEDS_DRAW ? "drawn_A" : NULL, out);
    sgn_c_matrix_free(&a);
    return status;
}

/* ---- the generator -------------------------------------------------------------------------------- */

/* Of core/rng.c, to the last bit, and of the norms of core/mat.c, which are eight sums side by side. */
static const char generator[] =
    "/* Philox4x32-10 (Salmon et al. 2011), normal numbers by Box and Muller. */\n"
    "typedef struct {\n"
    "    uint32_t counter[4], word[4];\n"
    "    int left, has_second;\n"
    "    double second;\n"
    "} generator;\n\n"
    "static void next_words(generator *g)\n"
    "{\n"
    "    uint32_t k0 = KEY_0, k1 = KEY_1, *c = g->word;\n"
    "    for (int i = 0; i < 4; i++) c[i] = g->counter[i];\n"
    "    for (int round = 0; round < 10; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {\n"
    "        uint64_t p = (uint64_t)0xD2511F53u * c[0], q = (uint64_t)0xCD9E8D57u * c[2];\n"
    "        c[0] = (uint32_t)(q >> 32) ^ c[1] ^ k0;\n"
    "        c[1] = (uint32_t)q;\n"
    "        c[2] = (uint32_t)(p >> 32) ^ c[3] ^ k1;\n"
    "        c[3] = (uint32_t)p;\n"
    "    }\n"
    "    g->counter[0]++;\n"
    "    g->left = 4;\n"
    "}\n\n"
    "static uint32_t word(generator *g)\n"
    "{\n"
    "    if (!g->left) next_words(g);\n"
    "    return g->word[4 - g->left--];\n"
    "}\n\n"
    "static double uniform(generator *g)\n"
    "{\n"
    "    uint64_t high = word(g), bits = high << 32 | word(g);\n"
    "    return ((double)(bits >> 12) + 0.5) * (1.0 / 4503599627370496.0);\n"
    "}\n\n"
    "static double normal(generator *g)\n"
    "{\n"
    "    double radius, angle;\n"
    "    g->has_second = !g->has_second;\n"
    "    if (!g->has_second) return g->second;\n"
    "    radius = sqrt(-2 * log(uniform(g)));\n"
    "    angle = 6.283185307179586477 * uniform(g);\n"
    "    g->second = radius * sin(angle);\n"
    "    return radius * cos(angle);\n"
    "}\n\n"
    "/* Normal numbers in the columns of each block, then unit columns. */\n"
    "static float drawn_A[NET_N * BLOCK_ROWS];\n"
    "static void draw_A(void)\n"
    "{\n"
    "    generator g = {{0, 0, 0, PURPOSE}, {0}, 0, 0, 0};\n"
    "    for (int j = 0; j < NET_N; j++) {\n"
    "        float *a = drawn_A + j * BLOCK_ROWS, norm;\n"
    "        double s[8] = {0};\n"
    "        for (int i = 0, at = j / BLOCK_COLS * BLOCK_ROWS; i < BLOCK_ROWS; i++, at++) {\n"
    "            a[i] = (float)normal(&g);\n"
    "            s[at % 8] += (double)a[i] * (double)a[i];\n"
    "        }\n"
    "        norm = (float)sqrt(((s[0] + s[1]) + (s[2] + s[3])) +\n"
    "                           ((s[4] + s[5]) + (s[6] + s[7])));\n"
    "        for (int i = 0; i < BLOCK_ROWS; i++) a[i] /= norm;\n"
    "    }\n"
    "}\n\n";

void sgn_c_write_generator(const sgn_c_writer *w, FILE *to)
{
    sgn_rng stream = sgn_rng_stream(w->info->seed, SGN_RNG_MATRIX, 0, 0);
    fprintf(to, "enum { BLOCK_ROWS = %d, BLOCK_COLS = %d, PURPOSE = %u };\n", block_rows(w->net),
            block_cols(w->net), stream.counter[3]);
    fprintf(to, "static const uint32_t KEY_0 = 0x%08xu, KEY_1 = 0x%08xu;\n\n", stream.key[0],
            stream.key[1]);
    fputs(generator, to);
}
