/* checkpoint.c -- writing a checkpoint, and opening one. */
#include "io/checkpoint.h"

#include "core/memory.h"
#include "io/checkpoint_tree.h"

#include <stdlib.h>
#include <string.h>

#ifndef SIGNROLL_VERSION
#define SIGNROLL_VERSION "unversioned"
#endif

_Static_assert(sizeof(int) == sizeof(int32_t), "int fields are stored as int32");

#define AT(field) offsetof(sgn_trainer_state, field)
const sgn_tree_counter sgn_tree_counters[] = {
    {"step", SGN_H5_I32, AT(step)},
    {"epoch", SGN_H5_I32, AT(epoch)},
    {"best_db", SGN_H5_F64, AT(best_db)},
    {"seconds", SGN_H5_F64, AT(seconds)},
    {"epoch_loss", SGN_H5_F64, AT(epoch_loss)},
    {"epoch_num", SGN_H5_F64, AT(epoch_num)},
    {"epoch_den", SGN_H5_F64, AT(epoch_den)},
    {"epoch_grad_norm", SGN_H5_F64, AT(epoch_grad_norm)},
};
#undef AT
const int sgn_tree_counter_count = sizeof sgn_tree_counters / sizeof sgn_tree_counters[0];

/* ---- writing -------------------------------------------------------------------------------- */

static sgn_status write_identity(hid_t file, const sgn_config *c, const sgn_net *net)
{
    char hash[33];
    int32_t format = SGN_FORMAT_VERSION;
    sgn_net_hash(net, hash);
    SGN_TRY(sgn_h5_set(file, "format", SGN_H5_I32, &format));
    SGN_TRY(sgn_h5_set_text(file, "version", SIGNROLL_VERSION));
    SGN_TRY(sgn_h5_set_text(file, "generator", SGN_RNG_NAME));
    SGN_TRY(sgn_h5_set(file, "seed", SGN_H5_U64, &c->seed));
    SGN_TRY(sgn_h5_set_text(file, "weights_hash", hash));
    SGN_TRY(sgn_h5_set_text(file, "stand_in", net->stand_in ? net->stand_in->name : "none"));
    SGN_TRY(sgn_h5_set(file, "stand_in_bits", SGN_H5_I32, &net->stand_in_bits));
    SGN_TRY(sgn_h5_set(file, "progress", SGN_H5_F64, &net->progress));
    char *text;
    SGN_TRY(sgn_config_text(c, &text));
    sgn_status s = sgn_h5_write_text(file, "config", text);
    free(text);
    return s;
}

static int32_t index_of(const sgn_net *net, const sgn_support *s)
{
    for (int i = 0; i < net->nsupports; i++)
        if (net->support[i] == s) return i;
    return -1;
}

static sgn_status write_param(hid_t at, const sgn_net *net, const sgn_link *w)
{
    static const char *const role[] = {"links", "scale", "values", "positive", "real", "physics"};
    char name[SGN_TREE_NAME];
    sgn_tree_param(name, "", w);
    SGN_H5 group = H5I_INVALID_HID;
    SGN_TRY(sgn_h5_group(at, name, &group));
    SGN_TRY(sgn_h5_set_text(group, "role", role[w->role]));
    SGN_TRY(sgn_h5_set(group, "trained", SGN_H5_I32, &w->trained));
    hsize_t shape[3];
    sgn_tree_shape(w, shape);
    SGN_TRY(sgn_h5_write_lent(group, "latent", SGN_H5_REAL, 3, shape, w->latent));
    int32_t support[SGN_MAX_PLANES];
    for (int i = 0; i < w->planes; i++) support[i] = index_of(net, w->support[i]);
    return sgn_h5_write(group, "support", SGN_H5_I32, 1, shape, support);
}

static sgn_status write_params(hid_t file, const sgn_net *net)
{
    SGN_H5 group = H5I_INVALID_HID;
    SGN_TRY(sgn_h5_group(file, "parameters", &group));
    SGN_TRY(sgn_h5_set(group, "count", SGN_H5_I32, &net->nparams));
    for (int p = 0; p < net->nparams; p++) SGN_TRY(write_param(group, net, &net->param[p]));
    return SGN_OK;
}

static sgn_status write_bits(hid_t at, const sgn_support *s)
{
    hsize_t bytes = sgn_tree_packed(s);
    uint8_t *packed = sgn_alloc(bytes, 1);
    if (!packed) return SGN_EMEM;
    for (size_t i = 0; i < (size_t)s->rows * (size_t)s->cols; i++)
        packed[i / 8] = (uint8_t)(packed[i / 8] | (s->on[i] << i % 8));
    sgn_status status = sgn_h5_write(at, "on", SGN_H5_U8, 1, &bytes, packed);
    sgn_free(packed);
    return status;
}

static sgn_status write_support(hid_t at, int index, const sgn_support *s)
{
    char name[SGN_TREE_NAME];
    uint64_t active = s->active;
    snprintf(name, sizeof name, "%d", index);
    SGN_H5 group = H5I_INVALID_HID;
    SGN_TRY(sgn_h5_group(at, name, &group));
    SGN_TRY(sgn_h5_set(group, "rows", SGN_H5_I32, &s->rows));
    SGN_TRY(sgn_h5_set(group, "cols", SGN_H5_I32, &s->cols));
    SGN_TRY(sgn_h5_set(group, "active", SGN_H5_U64, &active));
    SGN_TRY(sgn_h5_set(group, "derived", SGN_H5_I32, &s->derived));
    SGN_TRY(sgn_h5_set(group, "moves", SGN_H5_I32, &s->moves));
    return s->derived ? SGN_OK : write_bits(group, s);
}

static sgn_status write_supports(hid_t file, const sgn_net *net)
{
    SGN_H5 group = H5I_INVALID_HID;
    SGN_TRY(sgn_h5_group(file, "supports", &group));
    SGN_TRY(sgn_h5_set(group, "count", SGN_H5_I32, &net->nsupports));
    for (int i = 0; i < net->nsupports; i++) SGN_TRY(write_support(group, i, net->support[i]));
    return SGN_OK;
}

/* Before the first step they are 0, and nothing has touched their memory yet. */
static sgn_status write_moments(hid_t group, sgn_trainer *t)
{
    size_t count;
    int slots;
    const sgn_real *moments = sgn_trainer_moments(t, &count, &slots);
    hsize_t shape[] = {(hsize_t)slots, count};
    if (slots == 0) return SGN_OK;
    if (sgn_trainer_state_of(t)->step == 0)
        return sgn_h5_write_zeros(group, "moments", SGN_H5_REAL, 2, shape);
    return sgn_h5_write_lent(group, "moments", SGN_H5_REAL, 2, shape, moments);
}

static sgn_status write_trainer(hid_t file, sgn_trainer *t)
{
    const char *state = (const char *)sgn_trainer_state_of(t);
    SGN_H5 group = H5I_INVALID_HID;
    SGN_TRY(sgn_h5_group(file, "trainer", &group));
    for (int i = 0; i < sgn_tree_counter_count; i++) {
        const sgn_tree_counter *c = &sgn_tree_counters[i];
        SGN_TRY(sgn_h5_set(group, c->name, c->type, state + c->at));
    }
    return write_moments(group, t);
}

sgn_status sgn_checkpoint_save(const char *path, const sgn_config *c, const sgn_net *net,
                               sgn_trainer *t)
{
    return sgn_checkpoint_save_keeping(path, NULL, c, net, t);
}

sgn_status sgn_checkpoint_save_keeping(const char *path, const char *previous, const sgn_config *c,
                                       const sgn_net *net, sgn_trainer *t)
{
    SGN_H5 file = H5I_INVALID_HID;
    SGN_TRY(sgn_container_create(&file));
    SGN_TRY(write_identity(file, c, net));
    SGN_TRY(sgn_h5_write_matrix(file, "A", net->physics.A));
    SGN_TRY(write_params(file, net));
    SGN_TRY(write_supports(file, net));
    if (t) SGN_TRY(write_trainer(file, t));
    return sgn_container_save_keeping(&file, path, previous, SGN_KIND_CHECKPOINT);
}

/* ---- opening -------------------------------------------------------------------------------- */

static sgn_status open_into(sgn_checkpoint *c, const char *path)
{
    SGN_TRY(sgn_container_open(&c->file, path, SGN_KIND_CHECKPOINT));
    const sgn_h5_in *in = sgn_container_in(c->file);
    SGN_TRY(sgn_tree_check_generator(in));
    SGN_TRY(sgn_tree_read_config(in, &c->config));
    SGN_TRY(sgn_tree_check_entries(in, &c->config, sgn_container_bytes(c->file),
                                   c->config.train.batch));
    return sgn_tree_read_A(in, &c->config, &c->A);
}

sgn_status sgn_checkpoint_open(sgn_checkpoint **out, const char *path)
{
    sgn_checkpoint *c = sgn_alloc(1, sizeof *c);
    if (!c) return SGN_EMEM;
    sgn_status s = open_into(c, path);
    if (s == SGN_OK) *out = c;
    else sgn_checkpoint_close(c);
    return s;
}

void sgn_checkpoint_close(sgn_checkpoint *c)
{
    if (!c) return;
    sgn_container_close(c->file);
    sgn_free(c->A.at);
    sgn_free(c);
}

const sgn_config *sgn_checkpoint_config(const sgn_checkpoint *c) { return &c->config; }
sgn_mat sgn_checkpoint_A(const sgn_checkpoint *c) { return c->A; }
