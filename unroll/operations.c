#include "unroll/operations.h"

#include "unroll/stored.h"

/* Picojoules.  Horowitz 2014, doi:10.1109/ISSCC.2014.6757323: an 8 KB cache takes 10 pJ for 64 bits;
   32 bits of DRAM as Han et al. 2015, arXiv:1506.02626, table 1, take them from there. */
static const double multiply = 3.7, add = 0.9,
                    read_32_bits[] = {[SGN_MEMORY_SRAM] = 10.0 / 2, [SGN_MEMORY_DRAM] = 640};

/* A plane of a link matrix that something is multiplied by. */
typedef struct {
    const sgn_net_group *g;
    const sgn_link *w;
    int plane, transposed;
} factor;

static int takes_part(const factor *f, size_t entry)
{
    return sgn_stored_is_on(f->g, f->w, f->plane, entry);
}

/* Codes that stand for -s and s or, between them, 0. */
static int are_signs(const factor *f)
{
    const sgn_constraint *c = f->g->constraint;
    const sgn_group *g = &f->g->links;
    int levels = c->code(g, f->plane).levels;
    return (levels == 2 || levels == 3) &&
           c->value(g, 0, f->plane, 0) == -c->value(g, 0, f->plane, levels - 1);
}

static double links_of(const factor *f)
{
    double links = 0;
    for (size_t i = 0; i < sgn_link_size(f->w); i++) links += takes_part(f, i);
    return links;
}

/* ---- scales ------------------------------------------------------------------------------------ */

typedef struct {
    int first, count;
} stretch;

static stretch part(int first, int span, int length)
{
    return (stretch){first, span < length - first ? span : length - first};
}

/* Output o (a row of W or, transposed, a column) has a link to one of the inputs. */
static int is_linked(const factor *f, int o, stretch inputs)
{
    size_t rows = (size_t)f->w->rows;
    for (int i = inputs.first; i < inputs.first + inputs.count; i++)
        if (takes_part(f,
                       f->transposed ? (size_t)i + rows * (size_t)o : (size_t)o + rows * (size_t)i))
            return 1;
    return 0;
}

/* A scale multiplies the sum of each output of its unit or, where they all have one input, that. */
static double scalings_of_unit(const factor *f, stretch rows, stretch cols)
{
    stretch out = f->transposed ? cols : rows, in = f->transposed ? rows : cols;
    double sums = 0;
    for (int o = out.first; o < out.first + out.count; o++) sums += is_linked(f, o, in);
    return in.count == 1 && sums > 1 ? 1 : sums;
}

static double scalings(const factor *f)
{
    const sgn_group *g = &f->g->links;
    const sgn_link *w = f->w;
    int rowspan = g->units == 1 ? w->rows : g->rowspan,
        colspan = g->units == 1 ? w->cols : g->colspan;
    double all = 0;
    for (int j = 0; j < w->cols; j += colspan)
        for (int i = 0; i < w->rows; i += rowspan)
            all += scalings_of_unit(f, part(i, rowspan, w->rows), part(j, colspan, w->cols));
    return all;
}

/* ---- products ---------------------------------------------------------------------------------- */

static double numbers_bits(const sgn_link *w) { return SGN_REAL_BITS * (double)sgn_link_size(w); }

/* The sum starts at 0 or at the vector that the product is added to: an addition a link. */
static void multiply_by_links(const sgn_net *net, const sgn_net_group *g, const sgn_link *w,
                              int transposed, sgn_operations *o)
{
    double *read = sgn_stored_as_physics(net, w) ? &o->physics_bits : &o->weight_bits;
    if (g->links.scale) o->weight_bits += numbers_bits(g->links.scale);
    for (int p = 0; p < sgn_stored_planes(net, w); p++) {
        factor f = {g, w, p, transposed};
        const sgn_support *s = sgn_stored_support(g, w, p);
        double links = links_of(&f);
        o->additions += links;
        o->multiplications += are_signs(&f) ? scalings(&f) : links;
        *read += sgn_stored_code_bits(g, w, p) + (s ? sgn_support_bits(s) : 0);
    }
}

static void multiply_by_A(const sgn_net *net, int outputs, sgn_operations *o)
{
    const sgn_physics *q = &net->physics;
    double nonzeros = (double)sgn_nonzeros(q->A), entries = (double)q->A.rows * q->A.cols;
    o->additions += q->one_bit ? nonzeros : entries;
    o->multiplications += q->one_bit ? outputs : entries;
    o->physics_bits += sgn_stored_matrix_bits(q);
}

static void multiply_by_physics(const sgn_link *w, sgn_operations *o)
{
    o->additions += (double)sgn_link_size(w);
    o->multiplications += (double)sgn_link_size(w);
    o->physics_bits += numbers_bits(w);
}

static const sgn_net_group *group_of(const sgn_net *net, const sgn_link *w)
{
    for (int i = 0; i < net->ngroups; i++)
        for (int k = 0; k < net->group[i].links.n; k++)
            if (net->group[i].links.link[k] == w) return &net->group[i];
    return NULL;
}

static void use(const sgn_net *net, sgn_work work, sgn_operations *o)
{
    if (work.by_A) multiply_by_A(net, work.outputs, o);
    if (work.p == SGN_NO_PARAM) return;
    const sgn_link *w = &net->param[work.p];
    if (w->role == SGN_ROLE_LINKS) multiply_by_links(net, group_of(net, w), w, work.transposed, o);
    else if (w->role == SGN_ROLE_PHYSICS) multiply_by_physics(w, o);
    else o->weight_bits += numbers_bits(w);
}

void sgn_operations_of(const sgn_net *net, sgn_operations *out)
{
    *out = (sgn_operations){0};
    for (sgn_var v = 0; v < sgn_tape_length(net->tape); v++) {
        sgn_work work = sgn_tape_work(net->tape, v);
        out->multiplications += work.multiplications;
        out->additions += work.additions;
        use(net, work, out);
    }
    out->multiplications *= net->physics.width;
    out->additions *= net->physics.width;
}

double sgn_operations_energy(const sgn_operations *o, sgn_weight_memory from)
{
    double reads = (o->weight_bits + o->physics_bits) / 32;
    return (multiply * o->multiplications + add * o->additions + read_32_bits[from] * reads) / 1000;
}
