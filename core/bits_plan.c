/* bits_plan.c -- what a look at all of a matrix of signs finds out for its products. */
#include "core/bits_kernels.h"
#include "core/memory.h"

enum { STEP = SGN_LANES, CHUNK = SGN_LINK_COLUMNS };

static int lesser(int a, int b) { return a < b ? a : b; }
static int panels_of(const sgn_bitside *m) { return (m->cols + SGN_PANEL - 1) / SGN_PANEL; }
static int chunks_of(const sgn_bitside *m) { return (m->cols + CHUNK - 1) / CHUNK; }

/* ---- the words of B' ----------------------------------------------------------------------------- */

static void transpose(sgn_bitmat B, const uint32_t *from, uint32_t *to)
{
    uint32_t turned[SGN_PANEL];
    for (int i = 0; i < B.rows; i += SGN_PANEL)
        for (int j = 0; j < B.cols; j += SGN_PANEL) {
            sgn_bits_portable.transpose(from + sgn_panel_word(B.rows, i, j), turned);
            for (int k = 0; k < SGN_PANEL && j + k < B.cols; k++)
                to[sgn_panel_word(B.cols, j + k, i)] = turned[k];
        }
}

static sgn_status turn(sgn_bitplan *p, sgn_bitmat *out)
{
    sgn_bitmat B = p->B;
    size_t words = sgn_panel_words(B.cols, B.rows);
    p->sign = sgn_alloc(words, sizeof *p->sign);
    p->mask = sgn_alloc(B.mask ? words : 0, sizeof *p->mask);
    if (!p->sign || !p->mask) return SGN_EMEM;
    transpose(B, B.sign, p->sign);
    if (B.mask) transpose(B, B.mask, p->mask);
    *out = (sgn_bitmat){B.cols, B.rows, p->sign, B.mask ? p->mask : NULL};
    return SGN_OK;
}

/* ---- runs: rows of a panel that are alike -------------------------------------------------------- */

typedef enum { EMPTY, FULL, MIXED } kind;

/* Of STEP rows. */
static kind kind_of(const sgn_bitside *m, int panel, int first)
{
    const uint32_t *mask = m->B.mask + sgn_panel_word(m->rows, first, panel * SGN_PANEL);
    int cols = lesser(SGN_PANEL, m->cols - panel * SGN_PANEL);
    uint32_t all = UINT32_MAX >> (SGN_PANEL - cols), any = 0, every = all;
    for (int i = 0; i < STEP && first + i < m->rows; i++) any |= mask[i], every &= mask[i];
    return !any ? EMPTY : every == all ? FULL : MIXED;
}

/* Writes the runs of a panel, if there is room for them, and returns how many they are. */
static uint32_t find_runs(const sgn_bitside *m, int panel, sgn_bitrun *to)
{
    uint32_t count = 0;
    kind before = EMPTY;
    for (int i = 0; i < m->rows; i += STEP) {
        kind here = kind_of(m, panel, i);
        if (here != EMPTY && here != before) count++;
        if (to && here != EMPTY) {
            if (here != before) to[count - 1] = (sgn_bitrun){i, i, here == FULL};
            to[count - 1].to = i + STEP;
        }
        before = here;
    }
    return count;
}

static sgn_status list_runs(sgn_bitside *m)
{
    int panels = panels_of(m);
    m->first_run = sgn_alloc((size_t)panels + 1, sizeof *m->first_run);
    if (!m->first_run) return SGN_EMEM;
    for (int w = 0; w < panels; w++) m->first_run[w + 1] = m->first_run[w] + find_runs(m, w, NULL);
    m->run = sgn_alloc(m->first_run[panels], sizeof *m->run);
    if (!m->run) return SGN_EMEM;
    for (int w = 0; w < panels; w++) find_runs(m, w, m->run + m->first_run[w]);
    return SGN_OK;
}

/* ---- links: where they are few ------------------------------------------------------------------- */

static size_t count_links(const sgn_bitside *m)
{
    size_t count = 0;
    for (int w = 0; w < panels_of(m); w++)
        for (int i = 0; i < m->rows; i++)
            count +=
                (size_t)__builtin_popcount(m->B.mask[sgn_panel_word(m->rows, i, w * SGN_PANEL)]);
    return count;
}

/* A word of a run takes a look-up for each group, two under a mask; three links take as long as two of
   them (on Zen 4), which makes a quarter of scattered entries few. */
static int are_few(const sgn_bitside *m, size_t links)
{
    size_t look_ups = 0;
    for (uint32_t r = 0; r < m->first_run[panels_of(m)]; r++)
        look_ups += (size_t)((m->run[r].to - m->run[r].from) * SGN_BITS_GROUPS *
                             (m->run[r].is_full ? 1 : 2));
    return 3 * links < 2 * look_ups;
}

/* The links of a row with a sign of their own, in a chunk. */
static uint32_t put_links(const sgn_bitside *m, int i, int chunk, int is_plus, uint16_t *to)
{
    uint32_t count = 0;
    int end = lesser(m->cols, (chunk + 1) * CHUNK);
    for (int j = chunk * CHUNK; j < end; j += SGN_PANEL) {
        size_t at = sgn_panel_word(m->rows, i, j);
        uint32_t sign = m->B.sign[at], links = m->B.mask[at] & (is_plus ? sign : ~sign);
        for (; links; links &= links - 1)
            to[count++] = (uint16_t)((j % CHUNK + __builtin_ctz(links)) * SGN_LANES);
    }
    return count;
}

static sgn_status list_links(sgn_bitside *m, size_t links)
{
    size_t stride = sgn_panel_stride(m->rows), starts = 2 * stride * (size_t)chunks_of(m) + 1;
    m->first_link = sgn_alloc(starts, sizeof *m->first_link);
    m->link = sgn_alloc(links, sizeof *m->link);
    if (!m->first_link || !m->link) return SGN_EMEM;
    for (size_t s = 0; s + 1 < starts; s++) {
        int row = (int)(s / 2 % stride), chunk = (int)(s / 2 / stride);
        uint32_t *first = &m->first_link[s];
        first[1] = first[0];
        if (row < m->rows) first[1] += put_links(m, row, chunk, s % 2 == 0, m->link + first[0]);
    }
    return SGN_OK;
}

/* ---- plans --------------------------------------------------------------------------------------- */

static sgn_status look_at(sgn_bitside *m, unsigned uses)
{
    if (!m->B.mask) return SGN_OK;
    SGN_TRY(list_runs(m));
    if (uses & SGN_FOR_SINGLES) SGN_TRY(sgn_bits_picks_find(m));
    if (!(uses & SGN_FOR_BATCHES)) return SGN_OK;
    size_t links = count_links(m);
    return are_few(m, links) ? list_links(m, links) : SGN_OK;
}

static sgn_status plan(sgn_bitplan *p, sgn_op op, unsigned uses)
{
    sgn_bitmat B = p->B;
    if (op == SGN_TRANSPOSED) SGN_TRY(turn(p, &B));
    p->side[op] = sgn_bitside_of(SGN_PLAIN, B);
    return look_at(&p->side[op], uses);
}

sgn_status sgn_bitplan_new(sgn_bitplan **out, sgn_bitmat B, unsigned uses)
{
    sgn_bitplan *p = sgn_alloc(1, sizeof *p);
    if (!p) return SGN_EMEM;
    sgn_status status = SGN_OK;
    p->B = B;
    for (int op = SGN_PLAIN; op <= SGN_TRANSPOSED; op++)
        p->side[op] = sgn_bitside_of((sgn_op)op, B);
    if (uses & SGN_FOR_PLAIN) status = plan(p, SGN_PLAIN, uses);
    if (!status && (uses & SGN_FOR_TRANSPOSED)) status = plan(p, SGN_TRANSPOSED, uses);
    if (status) sgn_bitplan_free(p);
    else *out = p;
    return status;
}

void sgn_bitplan_free(sgn_bitplan *p)
{
    if (!p) return;
    for (int op = SGN_PLAIN; op <= SGN_TRANSPOSED; op++) {
        sgn_free(p->side[op].first_run);
        sgn_free(p->side[op].run);
        sgn_free(p->side[op].first_link);
        sgn_free(p->side[op].link);
        sgn_bits_picks_free(&p->side[op].picks);
    }
    sgn_free(p->sign);
    sgn_free(p->mask);
    sgn_free(p);
}
