#include "unroll/parts.h"

#include "unroll/group.h"
#include "unroll/net_build.h"
#include "unroll/packed.h"
#include "unroll/stored.h"

#include <assert.h>
#include <string.h>

/* ---- numbers ----------------------------------------------------------------------------------- */

static void put_real(sgn_bitstream *to, sgn_real value)
{
    float single = (float)value;
    uint32_t bits;
    memcpy(&bits, &single, sizeof bits);
    sgn_bits_put(to, bits, SGN_REAL_BITS);
}

static sgn_real get_real(sgn_bitstream *from)
{
    uint32_t bits = (uint32_t)sgn_bits_get(from, SGN_REAL_BITS);
    float single;
    memcpy(&single, &bits, sizeof single);
    return (sgn_real)single;
}

static int is_scale(const sgn_net *net, const sgn_link *w)
{
    (void)net;
    return w->role == SGN_ROLE_SCALE || w->role == SGN_ROLE_VALUES;
}

static int is_scalar(const sgn_net *net, const sgn_link *w)
{
    (void)net;
    return w->role == SGN_ROLE_POSITIVE || w->role == SGN_ROLE_REAL;
}

typedef int choice(const sgn_net *net, const sgn_link *w);

static void put_numbers(const sgn_net *net, choice *chosen, sgn_bitstream *to)
{
    for (int p = 0; p < net->nparams; p++)
        for (size_t i = 0; chosen(net, &net->param[p]) && i < sgn_link_size(&net->param[p]); i++)
            put_real(to, net->param[p].weight[i]);
}

static sgn_packed *packed_form(const sgn_net *net, const sgn_link *w)
{
    return net->memory->deployment->packed[w - net->param];
}

static void set_number(const sgn_net *net, const sgn_link *w, size_t entry, sgn_real value)
{
    if (w->role == SGN_ROLE_LINKS) packed_form(net, w)->plane[0].real[entry] = value;
    else w->weight[entry] = value;
}

static void get_numbers(sgn_net *net, choice *chosen, sgn_bitstream *from)
{
    for (int p = 0; p < net->nparams; p++)
        for (size_t i = 0; chosen(net, &net->param[p]) && i < sgn_link_size(&net->param[p]); i++)
            set_number(net, &net->param[p], i, get_real(from));
}

/* ---- supports ---------------------------------------------------------------------------------- */

/* Layers that share a support hold it once. */
static int is_stored(const sgn_net *net, const sgn_support *s)
{
    for (int i = 0; i < net->ngroups; i++)
        for (int k = 0; k < net->group[i].links.n; k++) {
            const sgn_link *w = net->group[i].links.link[k];
            for (int p = 0; p < w->planes; p++)
                if (sgn_stored_support(&net->group[i], w, p) == s) return 1;
        }
    return 0;
}

static void put_supports(const sgn_net *net, sgn_bitstream *to)
{
    for (int i = 0; i < net->nsupports; i++)
        if (is_stored(net, net->support[i])) sgn_support_put(net->support[i], to);
}

static sgn_status get_supports(sgn_net *net, sgn_bitstream *from)
{
    for (int i = 0; i < net->nsupports; i++)
        if (is_stored(net, net->support[i])) SGN_TRY(sgn_support_get(net->support[i], from));
    return SGN_OK;
}

static size_t entries_of(const sgn_support *s) { return (size_t)s->rows * (size_t)s->cols; }

static void put_derived(const sgn_net *net, sgn_bitstream *to)
{
    for (int i = 0; i < net->nsupports; i++)
        if (net->support[i]->derived)
            sgn_rice_put(to, net->support[i]->on, entries_of(net->support[i]));
}

static sgn_status get_derived(sgn_net *net, sgn_bitstream *from)
{
    for (int i = 0; i < net->nsupports; i++) {
        sgn_support *s = net->support[i];
        if (!s->derived) continue;
        SGN_TRY(sgn_rice_get(from, s->on, entries_of(s)));
        sgn_support_count(s);
    }
    return SGN_OK;
}

/* ---- codes ------------------------------------------------------------------------------------- */

/* Entries in panel order: for each panel of 32 columns, row by row, the lowest column first. */
typedef struct {
    int rows, cols, i, j;
} place;

static place first_place(const sgn_link *w) { return (place){w->rows, w->cols, 0, 0}; }
static int is_place(place a) { return a.j < a.cols; }
static size_t entry_at(place a) { return (size_t)a.i + (size_t)a.j * (size_t)a.rows; }

static place next_place(place a)
{
    int panel = a.j / SGN_PANEL * SGN_PANEL;
    if (++a.j < a.cols && a.j % SGN_PANEL) return a;
    a.j = panel;
    if (++a.i < a.rows) return a;
    a.i = 0;
    a.j = panel + SGN_PANEL;
    return a;
}

/* One plane of a link matrix, and what its codes are. */
typedef struct {
    const sgn_net_group *g;
    const sgn_link *w;
    int plane, levels;
    int every;  // entries have a code whether they are on the support or not
} plane;

static plane plane_of(const sgn_net_group *g, const sgn_link *w, int p)
{
    int every = sgn_stored_codes(g, w, p) == sgn_link_size(w);
    return (plane){g, w, p, g->constraint->code(&g->links, p).levels, every};
}

static int has_code(const plane *a, size_t entry)
{
    return a->every || sgn_plane_has(a->w, a->plane, entry);
}

static sgn_real value_of(const plane *a, size_t entry, int level)
{
    const sgn_group *g = &a->g->links;
    return a->g->constraint->value(g, sgn_unit_of(g, a->w, entry), a->plane, level);
}

/* Of a link that is off: the code that stands for 0. */
static int level_of(const plane *a, size_t entry)
{
    int level = 0;
    if (sgn_plane_has(a->w, a->plane, entry))
        return a->g->constraint->level(&a->g->links, a->w, a->plane, entry);
    while (level < a->levels && value_of(a, entry, level) != 0) level++;
    assert(level < a->levels && "codes that are to say that a link is off");
    return level;
}

/* Digits of base 2 are bits, and panel order is that of the words. */
static int are_words(const plane *a, const sgn_packed *w)
{
    return w && a->every && w->plane[a->plane].sign;
}

static void put_words(const plane *a, sgn_bitstream *to)
{
    for (int j = 0; j < a->w->cols; j += SGN_PANEL) {
        int cols = a->w->cols - j < SGN_PANEL ? a->w->cols - j : SGN_PANEL;
        for (int i = 0; i < a->w->rows; i++)
            sgn_bits_put(to, sgn_packed_word(a->w->packed, a->plane, i, j), cols);
    }
}

static void put_plane(const plane *a, sgn_bitstream *to)
{
    if (are_words(a, a->w->packed)) {
        put_words(a, to);
        return;
    }
    sgn_digits d = sgn_digits_begin(to, a->levels ? a->levels : 1);
    for (place at = first_place(a->w); is_place(at); at = next_place(at)) {
        size_t entry = entry_at(at);
        if (!has_code(a, entry)) continue;
        if (a->levels) sgn_digits_put(&d, level_of(a, entry));
        else put_real(to, *sgn_plane(a->w, a->plane, entry));
    }
    sgn_digits_end(&d);
}

/* A support that nobody stored is where codes do not stand for 0. */
static void mark(const plane *a, size_t entry, int level)
{
    sgn_support *s = a->w->support[a->plane];
    if (value_of(a, entry, level) != 0) s->on[entry] = 1;
}

static void get_words(const plane *a, sgn_packed *to, sgn_bitstream *from)
{
    for (int j = 0; j < a->w->cols; j += SGN_PANEL) {
        int cols = a->w->cols - j < SGN_PANEL ? a->w->cols - j : SGN_PANEL;
        for (int i = 0; i < a->w->rows; i++)
            sgn_packed_set_word(to, a->plane, i, j, (uint32_t)sgn_bits_get(from, cols));
    }
}

static void get_plane(const plane *a, sgn_packed *to, int marks, sgn_bitstream *from)
{
    if (!marks && are_words(a, to)) {
        get_words(a, to, from);
        return;
    }
    size_t left = sgn_stored_codes(a->g, a->w, a->plane);
    sgn_digits d = sgn_digits_begin(from, a->levels ? a->levels : 1);
    for (place at = first_place(a->w); is_place(at); at = next_place(at)) {
        size_t entry = entry_at(at);
        if (!has_code(a, entry)) continue;
        if (!a->levels) {
            to->plane[a->plane].real[entry] = get_real(from);
            continue;
        }
        int level = sgn_digits_get(&d, left--);
        sgn_packed_set(to, a->plane, at.i, at.j, level);
        if (marks) mark(a, entry, level);
    }
}

/* Calls visit for every plane that has codes of its own. */
typedef void plane_visit(const sgn_net *net, const plane *a, void *context);

static void each_plane(const sgn_net *net, plane_visit *visit, void *context)
{
    for (int i = 0; i < net->ngroups; i++)
        for (int k = 0; k < net->group[i].links.n; k++) {
            const sgn_link *w = net->group[i].links.link[k];
            for (int p = 0; !sgn_stored_as_physics(net, w) && p < w->planes; p++) {
                plane a = plane_of(&net->group[i], w, p);
                visit(net, &a, context);
            }
        }
}

static void put_one(const sgn_net *net, const plane *a, void *stream)
{
    (void)net;
    put_plane(a, stream);
}

/* Whether the codes are all there is to know a support from. */
static int is_implied(const sgn_net *net, const sgn_support *s)
{
    return s && !s->derived && !is_stored(net, s);
}

static void get_one(const sgn_net *net, const plane *a, void *stream)
{
    get_plane(a, packed_form(net, a->w), is_implied(net, a->w->support[a->plane]), stream);
}

static void count_one(const sgn_net *net, const plane *a, void *bits)
{
    (void)net;
    *(double *)bits += sgn_stored_code_bits(a->g, a->w, a->plane);
}

static void get_codes(sgn_net *net, sgn_bitstream *from)
{
    for (int i = 0; i < net->nsupports; i++)
        if (is_implied(net, net->support[i]))
            memset(net->support[i]->on, 0, entries_of(net->support[i]));
    each_plane(net, get_one, from);
    for (int i = 0; i < net->nsupports; i++) sgn_support_count(net->support[i]);
}

/* ---- parts ------------------------------------------------------------------------------------- */

void sgn_part_put(const sgn_net *net, sgn_part part, sgn_bitstream *to)
{
    switch (part) {
    case SGN_PART_DERIVED: put_derived(net, to); break;
    case SGN_PART_SUPPORTS: put_supports(net, to); break;
    case SGN_PART_SCALES: put_numbers(net, is_scale, to); break;
    case SGN_PART_SCALARS: put_numbers(net, is_scalar, to); break;
    case SGN_PART_MATRICES: put_numbers(net, sgn_stored_as_physics, to); break;
    case SGN_PART_CODES: each_plane(net, put_one, to); break;
    case SGN_PARTS: break;
    }
}

static const char *const title[SGN_PARTS] = {
    "derived supports", "supports", "scales", "scalars", "matrices of the physics", "codes"};

static sgn_status check_length(sgn_part part, const sgn_bitstream *s, size_t bits)
{
    assert(part < SGN_PARTS);
    size_t bytes = (bits + 7) / 8;
    if (!s->overrun && bytes == s->capacity / 8) return SGN_OK;
    if (s->overrun)
        return sgn_fail(SGN_EFORMAT, "the %s end after %zu bytes, too soon", title[part],
                        s->capacity / 8);
    return sgn_fail(SGN_EFORMAT, "the %s take %zu bytes, expected %zu", title[part],
                    s->capacity / 8, bytes);
}

sgn_status sgn_part_get(sgn_net *net, sgn_part part, sgn_bitstream *from)
{
    switch (part) {
    case SGN_PART_DERIVED: SGN_TRY(get_derived(net, from)); break;
    case SGN_PART_SUPPORTS: SGN_TRY(get_supports(net, from)); break;
    case SGN_PART_SCALES: get_numbers(net, is_scale, from); break;
    case SGN_PART_SCALARS: get_numbers(net, is_scalar, from); break;
    case SGN_PART_MATRICES: get_numbers(net, sgn_stored_as_physics, from); break;
    case SGN_PART_CODES: get_codes(net, from); break;
    case SGN_PARTS: break;
    }
    return check_length(part, from, from->at);
}

sgn_status sgn_part_check_codes(const sgn_net *net, const sgn_bitstream *from)
{
    double bits = 0;
    each_plane(net, count_one, &bits);
    return check_length(SGN_PART_CODES, from, (size_t)bits);
}
