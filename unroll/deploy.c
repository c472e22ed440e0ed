#include "unroll/deploy.h"

#include "core/memory.h"
#include "unroll/net_build.h"
#include "unroll/packed.h"
#include "unroll/stored.h"

#include <assert.h>
#include <string.h>
#define XXH_STATIC_LINKING_ONLY  // for XXH3_state_t on the stack
#include <xxhash.h>

/* ---- what is computed from the problem ----------------------------------------------------------- */

static void hash_column(XXH3_state_t *state, const sgn_real *at, int n)
{
    enum { PIECE = 256 };
    float single[PIECE];
    for (int first = 0; first < n; first += PIECE) {
        int count = n - first < PIECE ? n - first : PIECE;
        for (int i = 0; i < count; i++) single[i] = (float)at[first + i];
        XXH3_64bits_update(state, single, (size_t)count * sizeof *single);
    }
}

static void hash_packed_column(XXH3_state_t *state, const sgn_packed *A, int j)
{
    enum { PIECE = 256 };
    sgn_real value[PIECE];
    for (int first = 0; first < A->rows; first += PIECE) {
        int count = A->rows - first < PIECE ? A->rows - first : PIECE;
        for (int i = 0; i < count; i++) value[i] = sgn_packed_at(A, first + i, j);
        hash_column(state, value, count);
    }
}

/* Of A in single precision, column by column, whatever form it has. */
static uint64_t hash_of_A(const sgn_physics *q)
{
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    for (int j = 0; j < q->A.cols; j++)
        if (q->signs) hash_packed_column(&state, q->signs, j);
        else hash_column(&state, sgn_mat_at(q->A, 0, j), q->A.rows);
    return XXH3_64bits_digest(&state);
}

static size_t entries_of(const sgn_support *s) { return (size_t)s->rows * (size_t)s->cols; }

static uint64_t hash_of_derived(const sgn_net *net)
{
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    for (int i = 0; i < net->nsupports; i++)
        if (net->support[i]->derived)
            XXH3_64bits_update(&state, net->support[i]->on, entries_of(net->support[i]));
    return XXH3_64bits_digest(&state);
}

static sgn_status check_hash(const char *what, uint64_t now, uint64_t then)
{
    if (now == then) return SGN_OK;
    return sgn_fail(SGN_EFORMAT,
                    "%s, computed again, is not what the network was trained with: numbers are "
                    "rounded differently here; export it with --with-physics where it was trained",
                    what);
}

static int is_chosen(const sgn_support *s) { return s->derived && s->kind->choose; }

static int needs_twin(const sgn_net *net)
{
    int needs = 0;
    for (int p = 0; p < net->nparams; p++) needs |= sgn_stored_as_physics(net, &net->param[p]);
    for (int i = 0; i < net->nsupports; i++) needs |= is_chosen(net->support[i]);
    return needs;
}

static void copy_supports(const sgn_net *twin, sgn_net *net)
{
    for (int i = 0; i < net->nsupports; i++) {
        if (!net->support[i]->derived) continue;
        memcpy(net->support[i]->on, twin->support[i]->on, entries_of(net->support[i]));
        sgn_support_count(net->support[i]);
    }
}

static void copy_matrices(const sgn_net *twin, sgn_net *net)
{
    for (int p = 0; p < net->nparams; p++) {
        const sgn_link *w = &net->param[p];
        if (!sgn_stored_as_physics(net, w)) continue;
        sgn_real *to = w->weight ? w->weight : net->memory->deployment->packed[p]->plane[0].real;
        memcpy(to, twin->param[p].weight, sgn_link_size(w) * sizeof *to);
    }
}

/* ---- images -------------------------------------------------------------------------------------- */

static int is_physics(sgn_part part)
{
    return part == SGN_PART_DERIVED || part == SGN_PART_MATRICES;
}

static sgn_status put(const sgn_net *net, sgn_part part, sgn_bitstream *to)
{
    sgn_bitstream count = {0};
    sgn_part_put(net, part, &count);
    if (!count.at) return SGN_OK;
    size_t bytes = (count.at + 7) / 8;
    *to = (sgn_bitstream){.byte = sgn_alloc(bytes, 1), .capacity = 8 * bytes};
    if (!to->byte) return SGN_EMEM;
    sgn_part_put(net, part, to);
    to->at = 0;  // to be read from the beginning
    return SGN_OK;
}

sgn_status sgn_image_of(sgn_image *out, const sgn_net *net, int with_physics)
{
    if (net->stand_in)
        return sgn_fail(
            SGN_ECONFIG,
            "the links are still %s, not %s: the training has not come to its last stage",
            net->stand_in->name, net->constraint->name);
    sgn_image image = {.has_physics = with_physics,
                       .A_hash = hash_of_A(&net->physics),
                       .derived_hash = hash_of_derived(net)};
    sgn_status status = SGN_OK;
    sgn_net_hash(net, image.weights_hash);
    for (int i = 0; !status && i < SGN_PARTS; i++)
        if (with_physics || !is_physics((sgn_part)i))
            status = put(net, (sgn_part)i, &image.part[i]);
    if (status) sgn_image_free(&image);
    else *out = image;
    return status;
}

void sgn_image_free(sgn_image *image)
{
    for (int i = 0; image && i < SGN_PARTS; i++) {
        sgn_free(image->part[i].byte);
        image->part[i] = (sgn_bitstream){0};
    }
}

/* ---- memory -------------------------------------------------------------------------------------- */

/* Weights of everything but link matrices; no latents, no gradients. */
sgn_status sgn_net_lay_out_to_run(sgn_net *net)
{
    struct sgn_deployment *d = net->memory->deployment;
    size_t weights = 0;
    for (int p = 0; p < net->nparams; p++)
        if (net->param[p].role != SGN_ROLE_LINKS) weights += sgn_link_size(&net->param[p]);
    net->memory->weight = sgn_alloc(weights, sizeof(sgn_real));
    d->packed = sgn_alloc((size_t)net->nparams, sizeof *d->packed);
    d->mask = sgn_alloc((size_t)net->nsupports, sizeof *d->mask);
    if (!net->memory->weight || !d->packed || !d->mask) return SGN_EMEM;
    sgn_real *weight = net->memory->weight;
    for (int p = 0; p < net->nparams; p++) {
        if (net->param[p].role == SGN_ROLE_LINKS) continue;
        net->param[p].weight = weight;
        weight += sgn_link_size(&net->param[p]);
    }
    return SGN_OK;
}

void sgn_deployment_free(struct sgn_deployment *d, const sgn_net *net)
{
    if (!d) return;
    for (int p = 0; d->packed && p < net->nparams; p++) sgn_packed_free(d->packed[p]);
    for (int i = 0; d->mask && i < net->nsupports; i++) sgn_free(d->mask[i]);
    if (!net->physics.signs) sgn_packed_free(d->A);
    sgn_free(d->packed);
    sgn_free(d->mask);
    sgn_free(d);
}

static sgn_status make_mask(const sgn_support *s, uint32_t **out)
{
    if (s->active == entries_of(s)) return SGN_OK;
    uint32_t *mask = sgn_alloc(sgn_panel_words(s->rows, s->cols), sizeof *mask);
    if (!mask) return SGN_EMEM;
    for (int j = 0; j < s->cols; j++)
        for (int i = 0; i < s->rows; i++)
            if (s->on[sgn_support_entry(s, i, j)])
                mask[sgn_panel_word(s->rows, i, j)] |= sgn_panel_bit(j);
    *out = mask;
    return SGN_OK;
}

/* Codes that every entry has say themselves which links are off. */
static const uint32_t *mask_of(const sgn_net *net, const sgn_net_group *g, const sgn_link *w, int p)
{
    if (!w->support[p] || sgn_stored_codes(g, w, p) == sgn_link_size(w)) return NULL;
    int i = 0;
    while (net->support[i] != w->support[p]) i++;
    return net->memory->deployment->mask[i];
}

sgn_status sgn_deployment_pack(sgn_net *net, const sgn_net_group *g, sgn_link *w)
{
    sgn_packed **to = &net->memory->deployment->packed[w - net->param];
    const uint32_t *mask[SGN_MAX_PLANES];
    for (int p = 0; p < w->planes; p++) mask[p] = mask_of(net, g, w, p);
    SGN_TRY(sgn_packed_new(to, &g->links, g->constraint, w, mask));
    w->packed = *to;
    return SGN_OK;
}

sgn_status sgn_deployment_make_masks(sgn_net *net)
{
    for (int i = 0; i < net->nsupports; i++)
        SGN_TRY(make_mask(net->support[i], &net->memory->deployment->mask[i]));
    return SGN_OK;
}

static sgn_status pack_links(sgn_net *net)
{
    SGN_TRY(sgn_deployment_make_masks(net));
    for (int i = 0; i < net->ngroups; i++)
        for (int k = 0; k < net->group[i].links.n; k++)
            SGN_TRY(sgn_deployment_pack(net, &net->group[i], net->group[i].links.link[k]));
    return SGN_OK;
}

static sgn_status pack_A(sgn_net *net)
{
    struct sgn_deployment *d = net->memory->deployment;
    if (!net->physics.one_bit || !sgn_tape_uses_matrix(net->tape)) return SGN_OK;
    d->A = net->physics.signs;
    if (!d->A) SGN_TRY(sgn_packed_matrix(&d->A, net->physics.A));
    sgn_tape_set_packed_matrix(net->tape, d->A);
    return SGN_OK;
}

/* What the tape does with the packed form of a parameter, or of A. */
static unsigned uses_of(const sgn_net *net, sgn_param p)
{
    unsigned uses = net->memory->batch > 1 ? SGN_FOR_BATCHES : SGN_FOR_SINGLES;
    for (sgn_var v = 0; v < sgn_tape_length(net->tape); v++) {
        sgn_work work = sgn_tape_work(net->tape, v);
        if (p == SGN_NO_PARAM ? work.by_A : work.p == p)
            uses |= work.transposed ? SGN_FOR_TRANSPOSED : SGN_FOR_PLAIN;
    }
    return uses;
}

static sgn_status plan_products(sgn_net *net)
{
    struct sgn_deployment *d = net->memory->deployment;
    for (sgn_param p = 0; p < net->nparams; p++)
        if (d->packed[p]) SGN_TRY(sgn_packed_plan(d->packed[p], uses_of(net, p)));
    return d->A ? sgn_packed_plan(d->A, uses_of(net, SGN_NO_PARAM)) : SGN_OK;
}

/* ---- networks ------------------------------------------------------------------------------------ */

/* Where there are no latents a link's code is looked up. */
static int packed_level(const sgn_group *g, const sgn_link *w, int plane, size_t entry)
{
    (void)g;
    size_t rows = (size_t)w->rows;
    return sgn_packed_level(w->packed, plane, (int)(entry % rows), (int)(entry / rows));
}

static void look_codes_up(sgn_net *net)
{
    sgn_constraint *c = &net->memory->deployment->constraint;
    *c = *net->constraint;
    c->level = packed_level;
    for (int i = 0; i < net->ngroups; i++) net->group[i].constraint = c;
}

sgn_status sgn_deployment_finish(sgn_net *net)
{
    look_codes_up(net);
    SGN_TRY(pack_A(net));
    return plan_products(net);
}

static sgn_status get(sgn_net *net, const sgn_net *twin, sgn_image *image)
{
    sgn_bitstream *part = image->part;
    if (image->has_physics) SGN_TRY(sgn_part_get(net, SGN_PART_DERIVED, &part[SGN_PART_DERIVED]));
    else if (twin) copy_supports(twin, net);
    SGN_TRY(check_hash("the support of the links", hash_of_derived(net), image->derived_hash));
    SGN_TRY(sgn_part_get(net, SGN_PART_SUPPORTS, &part[SGN_PART_SUPPORTS]));
    SGN_TRY(sgn_part_get(net, SGN_PART_SCALES, &part[SGN_PART_SCALES]));
    SGN_TRY(sgn_part_get(net, SGN_PART_SCALARS, &part[SGN_PART_SCALARS]));
    SGN_TRY(sgn_part_check_codes(net, &part[SGN_PART_CODES]));
    SGN_TRY(pack_links(net));
    if (image->has_physics) SGN_TRY(sgn_part_get(net, SGN_PART_MATRICES, &part[SGN_PART_MATRICES]));
    else if (twin) copy_matrices(twin, net);
    SGN_TRY(sgn_part_get(net, SGN_PART_CODES, &part[SGN_PART_CODES]));
    return sgn_deployment_finish(net);
}

/* What is computed from the problem comes from an ordinary network at its start. */
static sgn_status get_with_twin(sgn_net *net, uint64_t seed, sgn_image *image)
{
    sgn_net *twin = NULL;
    int batch = 1;
    if (!image->has_physics && needs_twin(net))
        SGN_TRY(sgn_net_new(&twin, &net->as, net->solver, &net->physics, batch, seed));
    sgn_status status = get(net, twin, image);
    sgn_net_free(twin);
    return status;
}

sgn_status sgn_net_of_image(sgn_net **out, const sgn_net_settings *as, const sgn_solver *solver,
                            const sgn_physics *q, int batch, uint64_t seed, sgn_image *image)
{
    sgn_net *net;
    sgn_net_settings resolved = *as;
    SGN_TRY(sgn_net_resolve(&resolved, solver));
    SGN_TRY(check_hash("A", hash_of_A(q), image->A_hash));
    SGN_TRY(sgn_net_build(&net, &resolved, solver, q, batch, seed, SGN_NET_TO_RUN));
    memcpy(net->memory->deployment->hash, image->weights_hash, sizeof image->weights_hash);
    sgn_status status = get_with_twin(net, seed, image);
    if (status) sgn_net_free(net);
    else *out = net;
    return status;
}

int sgn_image_needs_A(const sgn_image *image, const sgn_net_settings *as)
{
    const sgn_support_kind *support;
    const sgn_constraint *constraint;
    if (image->has_physics) return 1;
    if (sgn_support_kind_find(as->support, &support) ||
        sgn_constraint_find(as->constraint, &constraint))
        return 1;
    return as->physics_term == SGN_PHYSICS_ANALYTIC ||
           (support->derived && strcmp(as->support, "all") != 0) ||
           (as->frozen && constraint->scales == SGN_SCALES_NONE);
}

int sgn_net_is_deployed(const sgn_net *net) { return net->memory->deployment != NULL; }

void sgn_net_shed(sgn_net *net)
{
    for (int i = 0; i < net->nsupports; i++) {
        sgn_free(net->support[i]->on);
        net->support[i]->on = NULL;
    }
    if (!net->memory->deployment->A) return;
    sgn_free(net->memory->A);
    net->memory->A = net->physics.A.at = NULL;
}
