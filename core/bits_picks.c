/* bits_picks.c -- finds the picks of a matrix (core/bits_kernels.h): which links rows take together.
 *
 * A window begins at the first column that a row has not come to, so that nothing is left behind, and every
 * row takes its next link if that is in the window.  At density 0.1 two of three picks find one.
 */
#include "core/bits_kernels.h"
#include "core/memory.h"

#include <string.h>

enum { NONE = SGN_WINDOW, WINDOWS = 2, STEP = SGN_LANES, CHUNK = SGN_PICK_COLUMNS };

/* What of a block of rows has not been picked. */
typedef struct {
    const sgn_bitside *m;
    int row, col, end;    // its first row, the columns col .. end - 1
    int next[SGN_LANES];  // column of a row's next link, or the end
} block;

/* ---- one block ----------------------------------------------------------------------------------- */

/* The first column from j on where row i has a link. */
static int link_from(const block *b, int i, int j)
{
    for (; j < b->end; j = (j / SGN_PANEL + 1) * SGN_PANEL) {
        uint32_t links = b->m->B.mask[sgn_panel_word(b->m->rows, i, j)] >> j % SGN_PANEL;
        if (links) return j + __builtin_ctz(links);
    }
    return b->end;
}

static block block_at(const sgn_bitside *m, int row, int col)
{
    int end = m->cols - col < CHUNK ? m->cols : col + CHUNK;
    block b = {m, row, col, end, {0}};
    for (int l = 0; l < SGN_LANES; l++)
        b.next[l] = row + l < m->rows ? link_from(&b, row + l, col) : end;
    return b;
}

static int first_left(const block *b)
{
    int first = b->end;
    for (int l = 0; l < SGN_LANES; l++)
        if (b->next[l] < first) first = b->next[l];
    return first;
}

/* Where a window begins, relative to the columns looked at; it must not go beyond their end. */
static int window_of(const block *b)
{
    int first = first_left(b), last = b->end - SGN_WINDOW;
    first = first < last ? first : last;
    return first < b->col ? 0 : first - b->col;
}

/* The next link of row l as a pick, if the window has it. */
static uint32_t take(block *b, int l, int window)
{
    int j = b->next[l];
    if (j == b->end || j - b->col - window >= SGN_WINDOW) return NONE;
    b->next[l] = link_from(b, b->row + l, j + 1);
    int plus = (b->m->B.sign[sgn_panel_word(b->m->rows, b->row + l, j)] & sgn_panel_bit(j)) != 0;
    return (uint32_t)(j - b->col - window) | (plus ? 0 : (uint32_t)1 << (SGN_PANEL - 1));
}

/* The bits of a pick, moved to the k-th place. */
static uint32_t placed(uint32_t pick, int k)
{
    int by = k * SGN_PICK_BITS;
    return by ? pick << by | pick >> (SGN_PANEL - by) : pick;
}

/* The k-th picks of all rows. */
static void pick_once(block *b, int k, int window, uint32_t *word)
{
    for (int l = 0; l < SGN_LANES; l++) word[l] |= placed(take(b, l, window), k);
}

/* Words of a block, written to where there is room; returns how many. */
static uint32_t pick_block(const sgn_bitside *m, int row, int col, uint32_t *word, uint16_t *window)
{
    uint32_t count = 0;
    for (block b = block_at(m, row, col); first_left(&b) < b.end; count++) {
        uint32_t picks[SGN_LANES] = {0};
        int first = window_of(&b), second, k = 0;
        for (; k < SGN_PICKS_FIRST; k++) pick_once(&b, k, first, picks);
        for (second = window_of(&b); k < SGN_PICKS; k++) pick_once(&b, k, second, picks);
        if (!word) continue;
        memcpy(word + (size_t)count * SGN_LANES, picks, sizeof picks);
        window[WINDOWS * count] = (uint16_t)first;
        window[WINDOWS * count + 1] = (uint16_t)second;
    }
    return count;
}

/* ---- all of them --------------------------------------------------------------------------------- */

static size_t blocks_of(const sgn_bitside *m) { return sgn_panel_stride(m->rows) / STEP; }
static int chunks_of(const sgn_bitside *m) { return (m->cols + CHUNK - 1) / CHUNK; }

/* Sets where blocks begin, and writes their words once there is room. */
static void pick_all(const sgn_bitside *m, const sgn_bits_picks *to)
{
    size_t blocks = blocks_of(m), all = blocks * (size_t)chunks_of(m);
    for (size_t b = 0; b < all; b++) {
        int row = (int)(b % blocks) * STEP, col = (int)(b / blocks) * CHUNK;
        uint32_t at = to->first[b];
        uint32_t *word = to->word ? to->word + at * SGN_LANES : NULL;
        uint16_t *window = to->window ? to->window + WINDOWS * at : NULL;
        to->first[b + 1] = at + pick_block(m, row, col, word, window);
    }
}

/* On Zen 4 a word takes as long as a look-up of SGN_LANES rows, of which a run under a mask takes two. */
static int are_few(const sgn_bitside *m, uint32_t words)
{
    int panels = (m->cols + SGN_PANEL - 1) / SGN_PANEL;
    size_t look_ups = 0;
    for (uint32_t r = 0; r < m->first_run[panels]; r++)
        look_ups += (size_t)((m->run[r].to - m->run[r].from) / STEP * (m->run[r].is_full ? 1 : 2));
    return words < look_ups;
}

sgn_status sgn_bits_picks_find(sgn_bitside *m)
{
    sgn_bits_picks *p = &m->picks;
    size_t all = blocks_of(m) * (size_t)chunks_of(m);
    if (!(p->first = sgn_alloc(all + 1, sizeof *p->first))) return SGN_EMEM;
    pick_all(m, p);
    uint32_t words = p->first[all];
    if (!are_few(m, words)) {
        sgn_bits_picks_free(p);
        return SGN_OK;
    }
    p->word = sgn_alloc((size_t)words * SGN_LANES, sizeof *p->word);
    p->window = sgn_alloc((size_t)words * WINDOWS, sizeof *p->window);
    if (!p->word || !p->window) return SGN_EMEM;
    pick_all(m, p);
    return SGN_OK;
}

void sgn_bits_picks_free(sgn_bits_picks *p)
{
    sgn_free(p->word);
    sgn_free(p->window);
    sgn_free(p->first);
    *p = (sgn_bits_picks){0};
}
