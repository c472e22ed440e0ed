#include "unroll/row_search.h"

#include "core/vector.h"
#include "unroll/codes.h"

#include <math.h>

enum { SWEEPS = 20, COMBINATIONS = 4096, DIGITS = 12 };

/* Of the cost a change has without interactions: less is rounding. */
static const sgn_real worth = (sgn_real)1e-5;

static const sgn_real *values_of(const sgn_row *r, int p, int level)
{
    return r->value + (size_t)(p * r->most + level) * (size_t)r->H.cols;
}

static int *codes_of(const sgn_row *r, int p) { return r->code + (size_t)p * (size_t)r->H.cols; }

static sgn_real cost_of(const sgn_row *r, int j, sgn_real change)
{
    return change * (2 * r->gradient[j] + change * r->diagonal[j]);
}

SGN_VECTOR static void add_multiple(sgn_real *restrict to, sgn_real by, const sgn_real *restrict h,
                                    int n)
{
    for (int j = 0; j < n; j++) to[j] += by * h[j];
}

static void change(const sgn_row *r, int j, sgn_real by)
{
    r->error[j] += by;
    add_multiple(r->gradient, by, sgn_mat_at(r->H, 0, j), r->H.cols);
}

/* ---- one link takes its best code ---------------------------------------------------------------- */

static int recode(const sgn_row *r, int p, int j)
{
    int *code = codes_of(r, p) + j, best = *code;
    sgn_real now = values_of(r, p, *code)[j], least = 0;
    for (int l = 0; l < r->levels[p]; l++) {
        sgn_real by = values_of(r, p, l)[j] - now, cost = cost_of(r, j, by);
        if (cost < least - worth * by * by * r->diagonal[j]) least = cost, best = l;
    }
    if (best == *code) return 0;
    change(r, j, values_of(r, p, best)[j] - now);
    *code = best;
    return 1;
}

/* ---- and its best place -------------------------------------------------------------------------- */

/* cost <- min(cost, what the value costs in each place), for the row without the link: its gradient is
   g + by h. */
SGN_VECTOR static void add_costs(sgn_real *restrict cost, const sgn_real *restrict value,
                                 const sgn_real *restrict g, sgn_real by,
                                 const sgn_real *restrict h, const sgn_real *restrict diagonal,
                                 int n)
{
    for (int j = 0; j < n; j++) {
        sgn_real c = value[j] * (2 * (g[j] + by * h[j]) + value[j] * diagonal[j]);
        cost[j] = c < cost[j] ? c : cost[j];
    }
}

SGN_VECTOR static sgn_real least_free(const sgn_real *cost, const int *code, int n)
{
    sgn_real least = (sgn_real)INFINITY;
#pragma omp simd reduction(min : least)
    for (int j = 0; j < n; j++) {
        sgn_real c = code[j] == SGN_NO_LINK ? cost[j] : (sgn_real)INFINITY;
        least = c < least ? c : least;
    }
    return least;
}

static int first_free(const sgn_real *cost, const int *code, sgn_real least)
{
    int j = 0;
    while (code[j] != SGN_NO_LINK || cost[j] != least) j++;
    return j;
}

static int cheapest_level(const sgn_row *r, int p, int j)
{
    int best = 0;
    for (int l = 1; l < r->levels[p]; l++)
        if (cost_of(r, j, values_of(r, p, l)[j]) < cost_of(r, j, values_of(r, p, best)[j]))
            best = l;
    return best;
}

/* Where the link would go if it went. */
static sgn_real find_place(const sgn_row *r, int p, sgn_real off, const sgn_real *h, int *to)
{
    const int *code = codes_of(r, p);
    for (int j = 0; j < r->H.cols; j++) r->cost[j] = (sgn_real)INFINITY;
    for (int l = 0; l < r->levels[p]; l++)
        add_costs(r->cost, values_of(r, p, l), r->gradient, off, h, r->diagonal, r->H.cols);
    sgn_real least = least_free(r->cost, code, r->H.cols);
    *to = isfinite(least) ? first_free(r->cost, code, least) : SGN_NO_LINK;
    return least;
}

static int relocate(const sgn_row *r, int p, int j)
{
    int *code = codes_of(r, p), to;
    sgn_real off = -values_of(r, p, code[j])[j];
    sgn_real cost = cost_of(r, j, off) + find_place(r, p, off, sgn_mat_at(r->H, 0, j), &to);
    if (to == SGN_NO_LINK || !(cost < -2 * worth * off * off * r->diagonal[j])) return 0;
    code[j] = SGN_NO_LINK;
    change(r, j, off);
    code[to] = cheapest_level(r, p, to);
    change(r, to, values_of(r, p, code[to])[to]);
    return 1;
}

/* ---- all combinations ------------------------------------------------------------------------------ */

/* A link is a digit, its code the value.  Every combination comes once, and differs from the one before
   in one digit by one: the reflected Gray code in mixed radices (Knuth, The Art of Computer Programming
   4A, 7.2.1.1, algorithm H). */
typedef struct {
    int n, plane[DIGITS], place[DIGITS];
    int step[DIGITS], focus[DIGITS + 1];
    int best[DIGITS];
    double cost, least, margin;  // beside the codes at the start
} counter;

static int *digit(const sgn_row *r, const counter *c, int i)
{
    return codes_of(r, c->plane[i]) + c->place[i];
}

static void set_digit(const sgn_row *r, counter *c, int i, int level)
{
    int j = c->place[i], *code = digit(r, c, i);
    sgn_real by = values_of(r, c->plane[i], level)[j] - values_of(r, c->plane[i], *code)[j];
    c->cost += (double)cost_of(r, j, by);
    change(r, j, by);
    *code = level;
}

/* The links of the row; 0 where they have too many combinations. */
static int list_digits(const sgn_row *r, counter *c)
{
    long combinations = 1;
    for (int p = 0; p < r->planes; p++)
        for (int j = 0; j < r->H.cols; j++) {
            int code = codes_of(r, p)[j];
            if (code == SGN_NO_LINK) continue;
            combinations *= r->levels[p];
            if (c->n == DIGITS || combinations > COMBINATIONS) return 0;
            sgn_real v = values_of(r, p, code)[j];
            c->margin += (double)(worth * v * v * r->diagonal[j]);
            c->plane[c->n] = p;
            c->place[c->n] = j;
            c->best[c->n++] = code;
        }
    return c->n > 0;
}

static void keep_if_less(const sgn_row *r, counter *c)
{
    if (!(c->cost < c->least - c->margin)) return;
    c->least = c->cost;
    for (int i = 0; i < c->n; i++) c->best[i] = *digit(r, c, i);
}

static void begin(const sgn_row *r, counter *c)
{
    for (int i = 0; i < c->n; i++) {
        set_digit(r, c, i, 0);
        c->focus[i] = i;
        c->step[i] = 1;
    }
    c->focus[c->n] = c->n;
}

/* To the next combination; 0 after the last. */
static int advance(const sgn_row *r, counter *c)
{
    int i = c->focus[0];
    c->focus[0] = 0;
    if (i == c->n) return 0;
    int level = *digit(r, c, i) + c->step[i];
    set_digit(r, c, i, level);
    if (level > 0 && level < r->levels[c->plane[i]] - 1) return 1;
    c->step[i] = -c->step[i];
    c->focus[i] = c->focus[i + 1];
    c->focus[i + 1] = i + 1;
    return 1;
}

static int try_all(const sgn_row *r)
{
    counter c = {0};
    if (!list_digits(r, &c)) return 0;
    begin(r, &c);
    do keep_if_less(r, &c);
    while (advance(r, &c));
    for (int i = 0; i < c.n; i++) set_digit(r, &c, i, c.best[i]);
    return c.least < 0;
}

int sgn_row_search(const sgn_row *r)
{
    int changes = 0;
    for (int sweep = 0, now = 1; now && sweep < SWEEPS; sweep++, changes += now) {
        now = 0;
        for (int p = 0; p < r->planes; p++)
            for (int j = 0; j < r->H.cols; j++) {
                if (codes_of(r, p)[j] == SGN_NO_LINK) continue;
                now += recode(r, p, j);
                if (r->may_move >> p & 1) now += relocate(r, p, j);
            }
    }
    return changes + try_all(r);
}
