/* checkpoint_restore.c -- from an open checkpoint into a network, all of it or nothing.
 *
 * Everything is read and checked into a stage first.  Stage and network are then exchanged; should
 * the weights not come out as they were saved, they are exchanged back.
 */
#include "core/memory.h"
#include "io/checkpoint_tree.h"

#include <string.h>

typedef struct {
    sgn_real *latents;  // as sgn_net_latents
    size_t nlatents;
    uint8_t *on;  // of all supports, one after another
    int *moves;   // of each support
    const sgn_constraint *stand_in;
    int stand_in_bits;
    double progress;
    sgn_real *moments;  // as sgn_trainer_moments
    size_t nmoments;    // in all slots together
    sgn_trainer_state state;
} stage;

static size_t links_of(const sgn_support *s) { return (size_t)s->rows * (size_t)s->cols; }

static void stage_free(stage *s)
{
    sgn_free(s->latents);
    sgn_free(s->on);
    sgn_free(s->moves);
    sgn_free(s->moments);
}

/* Starts as what the network and the trainer hold. */
static sgn_status stage_new(stage *s, const sgn_net *net, sgn_trainer *t)
{
    size_t links = 0, count = 0;
    int slots = 0;
    for (int i = 0; i < net->nsupports; i++) links += links_of(net->support[i]);
    if (t) {
        sgn_trainer_moments(t, &count, &slots);
        s->state = *sgn_trainer_state_of(t);
    }
    sgn_net_latents(net, &s->nlatents);
    s->nmoments = count * (size_t)slots;
    s->latents = sgn_alloc(s->nlatents, sizeof *s->latents);
    s->on = sgn_alloc(links, 1);
    s->moves = sgn_alloc((size_t)net->nsupports, sizeof *s->moves);
    s->moments = sgn_alloc(s->nmoments, sizeof *s->moments);
    if (!s->latents || !s->on || !s->moves || !s->moments) return SGN_EMEM;
    uint8_t *on = s->on;
    for (int i = 0; i < net->nsupports; on += links_of(net->support[i]), i++)
        memcpy(on, net->support[i]->on, links_of(net->support[i]));
    return SGN_OK;
}

/* ---- reading, checked against the network ---------------------------------------------------- */

static sgn_status check_count(const sgn_h5_in *in, const char *group, int expected)
{
    int32_t count;
    SGN_TRY(sgn_h5_get(in, group, "count", SGN_H5_I32, &count));
    if (count == expected) return SGN_OK;
    return sgn_h5_refuse(in, group, "has %d entries, the network has %d", count, expected);
}

static sgn_status read_flag(const sgn_h5_in *in, const char *object, const char *name, int *flag)
{
    int32_t value;
    SGN_TRY(sgn_h5_get(in, object, name, SGN_H5_I32, &value));
    if (value != 0 && value != 1)
        return sgn_h5_refuse(in, object, "has %s = %d, expected 0 or 1", name, value);
    *flag = value;
    return SGN_OK;
}

static sgn_status read_params(const sgn_h5_in *in, const sgn_net *net, stage *s)
{
    SGN_TRY(check_count(in, "parameters", net->nparams));
    sgn_real *latent = s->latents;
    for (int p = 0; p < net->nparams; p++) {
        char name[SGN_TREE_NAME];
        hsize_t shape[3];
        sgn_tree_param(name, "parameters/", &net->param[p]);
        size_t length = strlen(name);
        snprintf(name + length, sizeof name - length, "/latent");
        sgn_tree_shape(&net->param[p], shape);
        SGN_TRY(sgn_h5_read(in, name, SGN_H5_REAL, 3, shape, latent));
        latent += sgn_link_latents(&net->param[p]);
    }
    return SGN_OK;
}

static sgn_status read_bits(const sgn_h5_in *in, const char *group, const sgn_support *s,
                            uint8_t *on)
{
    char name[SGN_TREE_NAME];
    hsize_t bytes = sgn_tree_packed(s);
    snprintf(name, sizeof name, "%.40s/on", group);
    uint8_t *packed = sgn_alloc(bytes, 1);
    if (!packed) return SGN_EMEM;
    sgn_status status = sgn_h5_read(in, name, SGN_H5_U8, 1, &bytes, packed);
    for (size_t i = 0; status == SGN_OK && i < links_of(s); i++) on[i] = packed[i / 8] >> i % 8 & 1;
    sgn_free(packed);
    return status;
}

static sgn_status read_support(const sgn_h5_in *in, int index, const sgn_support *s, int *moves,
                               uint8_t *on)
{
    char group[SGN_TREE_NAME];
    int32_t rows, cols;
    int derived = 0;
    snprintf(group, sizeof group, "supports/%d", index);
    SGN_TRY(sgn_h5_get(in, group, "rows", SGN_H5_I32, &rows));
    SGN_TRY(sgn_h5_get(in, group, "cols", SGN_H5_I32, &cols));
    if (rows != s->rows || cols != s->cols)
        return sgn_h5_refuse(in, group, "is of %d x %d links, the network's of %d x %d", rows, cols,
                             s->rows, s->cols);
    SGN_TRY(read_flag(in, group, "derived", &derived));
    SGN_TRY(read_flag(in, group, "moves", moves));
    if (derived != s->derived)
        return sgn_h5_refuse(in, group, "%s from the problem, the network's %s",
                             derived ? "follows" : "does not follow",
                             s->derived ? "does" : "does not");
    return derived ? SGN_OK : read_bits(in, group, s, on);
}

static sgn_status read_supports(const sgn_h5_in *in, const sgn_net *net, stage *s)
{
    SGN_TRY(check_count(in, "supports", net->nsupports));
    uint8_t *on = s->on;
    for (int i = 0; i < net->nsupports; on += links_of(net->support[i]), i++)
        SGN_TRY(read_support(in, i, net->support[i], &s->moves[i], on));
    return SGN_OK;
}

static sgn_status read_trainer(const sgn_h5_in *in, sgn_trainer *t, stage *s)
{
    int is_there;
    SGN_TRY(sgn_h5_has(in, "trainer", &is_there));
    if (!is_there)
        return sgn_h5_refuse(in, "trainer", "is missing: a model that cannot be trained on");
    size_t count;
    int slots;
    sgn_trainer_moments(t, &count, &slots);
    for (int i = 0; i < sgn_tree_counter_count; i++) {
        const sgn_tree_counter *c = &sgn_tree_counters[i];
        SGN_TRY(sgn_h5_get(in, "trainer", c->name, c->type, (char *)&s->state + c->at));
    }
    if (s->state.step < 0 || s->state.epoch < 0)
        return sgn_h5_refuse(in, "trainer", "stands at step %d of epoch %d", s->state.step,
                             s->state.epoch);
    hsize_t shape[] = {(hsize_t)slots, count};
    if (slots == 0) return SGN_OK;
    return sgn_h5_read(in, "trainer/moments", SGN_H5_REAL, 2, shape, s->moments);
}

static sgn_status read_stage(const sgn_h5_in *in, stage *s)
{
    char name[SGN_NAME_MAX];
    int32_t bits;
    SGN_TRY(sgn_h5_get_text(in, "/", "stand_in", name, sizeof name));
    SGN_TRY(sgn_h5_get(in, "/", "stand_in_bits", SGN_H5_I32, &bits));
    SGN_TRY(sgn_h5_get(in, "/", "progress", SGN_H5_F64, &s->progress));
    if (bits < 0 || bits > SGN_MAX_BITS)
        return sgn_h5_refuse(in, "stand_in_bits", "is %d, must be from 0 to %d", bits,
                             SGN_MAX_BITS);
    if (!(s->progress >= 0 && s->progress <= 1))
        return sgn_h5_refuse(in, "progress", "is %g, must be from 0 to 1", s->progress);
    s->stand_in_bits = bits;
    if (!strcmp(name, "none") || !sgn_constraint_find(name, &s->stand_in)) return SGN_OK;
    return sgn_h5_refuse(in, "stand_in", "is '%s', which is no constraint", name);
}

static sgn_status read_all(const sgn_h5_in *in, const sgn_net *net, sgn_trainer *t, stage *s)
{
    SGN_TRY(stage_new(s, net, t));
    SGN_TRY(read_stage(in, s));
    SGN_TRY(read_params(in, net, s));
    SGN_TRY(read_supports(in, net, s));
    return t ? read_trainer(in, t, s) : SGN_OK;
}

/* ---- exchanging ------------------------------------------------------------------------------ */

static void swap_bytes(void *a, void *b, size_t size)
{
    char *x = a, *y = b;
    for (size_t i = 0; i < size; i++) {
        char kept = x[i];
        x[i] = y[i], y[i] = kept;
    }
}

/* A matrix computed from the problem is kept as it was saved: another machine's LAPACK may round
   it differently. */
static void set_physics(sgn_net *net)
{
    for (int p = 0; p < net->nparams; p++) {
        const sgn_link *w = &net->param[p];
        if (w->role == SGN_ROLE_PHYSICS)
            memcpy(w->weight, w->latent, sgn_link_size(w) * sizeof *w->weight);
    }
}

static void exchange_stage(sgn_net *net, stage *s)
{
    stage was = {
        .stand_in = net->stand_in, .stand_in_bits = net->stand_in_bits, .progress = net->progress};
    sgn_net_obey(net, s->stand_in, s->stand_in_bits);
    sgn_net_set_progress(net, s->progress);
    s->stand_in = was.stand_in;
    s->stand_in_bits = was.stand_in_bits;
    s->progress = was.progress;
}

/* Done twice, it has done nothing.  Supports come from the file and are not chosen anew. */
static void exchange(sgn_net *net, stage *s)
{
    swap_bytes(sgn_net_latents(net, &s->nlatents), s->latents, s->nlatents * sizeof *s->latents);
    exchange_stage(net, s);
    uint8_t *on = s->on;
    for (int i = 0; i < net->nsupports; on += links_of(net->support[i]), i++) {
        swap_bytes(net->support[i]->on, on, links_of(net->support[i]));
        swap_bytes(&net->support[i]->moves, &s->moves[i], sizeof s->moves[i]);
        sgn_support_count(net->support[i]);
    }
    set_physics(net);
    sgn_net_project(net, NULL);
}

static sgn_status put_into(const sgn_h5_in *in, sgn_net *net, stage *s)
{
    char saved[33], now[33];
    SGN_TRY(sgn_h5_get_text(in, "/", "weights_hash", saved, sizeof saved));
    exchange(net, s);
    sgn_net_hash(net, now);
    if (strcmp(saved, now) == 0) return SGN_OK;
    exchange(net, s);
    return sgn_h5_refuse(in, "weights_hash",
                         "is %s, the restored weights have %s: the network was built with other "
                         "settings or another A",
                         saved, now);
}

static void put_into_trainer(sgn_trainer *t, const stage *s)
{
    size_t count;
    int slots;
    sgn_real *moments = sgn_trainer_moments(t, &count, &slots);
    memcpy(moments, s->moments, s->nmoments * sizeof *moments);
    *sgn_trainer_state_of(t) = s->state;
}

sgn_status sgn_checkpoint_restore(const sgn_checkpoint *c, sgn_net *net, sgn_trainer *t)
{
    const sgn_h5_in *in = sgn_container_in(c->file);
    stage s = {0};
    sgn_status status = read_all(in, net, t, &s);
    if (status == SGN_OK) status = put_into(in, net, &s);
    if (status == SGN_OK && t) put_into_trainer(t, &s);
    stage_free(&s);
    return status;
}
