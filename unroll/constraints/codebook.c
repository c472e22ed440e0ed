/* codebook.c -- values of the unit's own choice:  W = M (.) C[nearest of C_1 ... C_k to V],  k = 2^bits.
 *
 *     dV = dW on M (straight-through),    dC_j = sum of dW over the links whose nearest value is C_j
 *
 * It starts as the k values with the least squared error, weighted with the importance (SqueezeLLM: Kim et
 * al. 2023, arXiv:2306.07629, sec. 4.1), and is learned from there.
 */
#include "unroll/group.h"
#include "unroll/kmeans.h"

#include <assert.h>
#include <math.h>

enum { MOST = 1 << SGN_MAX_BITS };

static int values_of(const sgn_group *g) { return 1 << g->bits; }

static sgn_real *column(const sgn_group *g, int unit, int level)
{
    return &g->scale->weight[level * g->units + unit];
}

/* ---- start ------------------------------------------------------------------------------------- */

typedef struct {
    size_t links;
    double least, most;
} extent;

static extent extent_of(const sgn_group *g, int unit)
{
    extent e = {0, (double)INFINITY, -(double)INFINITY};
    for (sgn_piece r = sgn_unit_first(g, unit); r.count; r = sgn_unit_next(g, unit, r)) {
        const sgn_real *v = sgn_plane(r.w, 0, r.first);
        for (size_t i = 0; i < r.count; i++) {
            if (!sgn_plane_has(r.w, 0, r.first + i)) continue;
            e.least = fmin(e.least, (double)v[i]);
            e.most = fmax(e.most, (double)v[i]);
            e.links++;
        }
    }
    return e;
}

static void choose_values(const sgn_group *g, sgn_kmeans *m, int unit)
{
    extent e = extent_of(g, unit);
    double centre[MOST];
    sgn_kmeans_begin(m, e.links, e.least, e.most);
    for (sgn_piece r = sgn_unit_first(g, unit); r.count; r = sgn_unit_next(g, unit, r)) {
        const sgn_real *v = sgn_plane(r.w, 0, r.first);
        const sgn_real *importance = sgn_group_importance(g, r.w, r.first);
        for (size_t i = 0; i < r.count; i++)
            if (sgn_plane_has(r.w, 0, r.first + i))
                sgn_kmeans_add(m, (double)v[i], importance ? (double)importance[i] : 1);
    }
    sgn_kmeans_solve(m, values_of(g), centre);
    for (int j = 0; j < values_of(g); j++) *column(g, unit, j) = (sgn_real)centre[j];
}

static void start(const sgn_group *g)
{
    sgn_group_copy_target(g);
    for (int u = 0; u < g->units; u++) choose_values(g, (sgn_kmeans *)(void *)g->scratch, u);
    g->scale->size = g->link[0]->size;  // values move in proportion to what they stand for
}

/* ---- the nearest value ------------------------------------------------------------------------- */

/* The values of a unit in order, each up to `until`. */
typedef struct {
    int count;
    sgn_real value[MOST], until[MOST];
    int level[MOST];  // of the column it comes from
} book;

/* Training moves values past each other, seldom far. */
static void insert(book *b, sgn_real value, int level)
{
    int at = b->count++;
    for (; at > 0 && b->value[at - 1] > value; at--) {
        b->value[at] = b->value[at - 1];
        b->level[at] = b->level[at - 1];
    }
    b->value[at] = value;
    b->level[at] = level;
}

/* Half way to the next, but below it where they are neighbours among the floating-point numbers. */
static void open_book(book *b, const sgn_group *g, int unit)
{
    b->count = 0;
    for (int j = 0; j < values_of(g); j++) insert(b, *column(g, unit, j), j);
    for (int j = 0; j + 1 < b->count; j++) {
        sgn_real half_way = (b->value[j] + b->value[j + 1]) / 2;
        b->until[j] = half_way < b->value[j + 1] ? half_way : b->value[j];
    }
    assert(b->count > 1);
}

/* How many of the count - 1 limits lie below v; count is a power of two. */
static inline int place(const book *b, sgn_real v)
{
    int at = 0;
    for (int half = b->count / 2; half; half /= 2) at += v > b->until[at + half - 1] ? half : 0;
    return at;
}

/* ---- project and pull back --------------------------------------------------------------------- */

static void project(const sgn_group *g)
{
    book b;
    for (int u = 0; u < g->units; u++) {
        open_book(&b, g, u);
        for (sgn_piece r = sgn_unit_first(g, u); r.count; r = sgn_unit_next(g, u, r)) {
            const sgn_real *v = sgn_plane(r.w, 0, r.first);
            const uint8_t *on = sgn_plane_on(r.w, 0, r.first);
            sgn_real *w = r.w->weight + r.first;
            for (size_t i = 0; i < r.count; i++) w[i] = !on || on[i] ? b.value[place(&b, v[i])] : 0;
        }
    }
}

static void pull_values(const sgn_group *g, int unit)
{
    book b;
    double slope[MOST] = {0};
    open_book(&b, g, unit);
    for (sgn_piece r = sgn_unit_first(g, unit); r.count; r = sgn_unit_next(g, unit, r)) {
        const sgn_real *v = sgn_plane(r.w, 0, r.first), *dw = r.w->dweight + r.first;
        const uint8_t *on = sgn_plane_on(r.w, 0, r.first);
        for (size_t i = 0; i < r.count; i++)
            if (!on || on[i]) slope[place(&b, v[i])] += (double)dw[i];
    }
    for (int j = 0; j < b.count; j++)
        g->scale->dweight[b.level[j] * g->units + unit] = (sgn_real)slope[j];
}

static void pullback(const sgn_group *g)
{
    for (int u = 0; u < g->units; u++) pull_values(g, u);
    sgn_group_pull_straight(g);
}

/* ---- codes ------------------------------------------------------------------------------------- */

static sgn_code code(const sgn_group *g, int plane)
{
    (void)plane;
    return (sgn_code){.levels = values_of(g), .stores_support = 1};
}

static int level(const sgn_group *g, const sgn_link *w, int plane, size_t entry)
{
    book b;
    open_book(&b, g, sgn_unit_of(g, w, entry));
    return b.level[place(&b, *sgn_plane(w, plane, entry))];
}

static sgn_real value(const sgn_group *g, int unit, int plane, int level)
{
    (void)plane;
    return *column(g, unit, level);
}

static void set(const sgn_group *g, const sgn_link *w, int plane, size_t entry, int level)
{
    *sgn_plane(w, plane, entry) = value(g, sgn_unit_of(g, w, entry), plane, level);
}

const sgn_constraint sgn_constraint_codebook = {
    .name = "codebook",
    .title = "2^weights.bits learned values of any sign",
    .cite = "Kim et al. 2023, arXiv:2306.07629",
    .scales = SGN_SCALES_REAL,
    .density = 0.5,
    .room = sizeof(sgn_kmeans),
    .scale_columns = values_of,
    .start = start,
    .project = project,
    .pullback = pullback,
    .code = code,
    .level = level,
    .value = value,
    .set = set,
};
