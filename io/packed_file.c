#include "io/packed_file.h"

#include "core/memory.h"
#include "io/checkpoint_tree.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#ifndef SIGNROLL_VERSION
#define SIGNROLL_VERSION "unversioned"
#endif

/* A part is the dataset of that name. */
static const struct {
    const char *name;
    sgn_h5_type type;
    size_t bytes;  // of an element
} parts[SGN_PARTS] = {
    [SGN_PART_DERIVED] = {"derived_supports", SGN_H5_U8, 1},
    [SGN_PART_SUPPORTS] = {"supports", SGN_H5_U8, 1},
    [SGN_PART_SCALES] = {"scales", SGN_H5_F32, 4},
    [SGN_PART_SCALARS] = {"scalars", SGN_H5_F32, 4},
    [SGN_PART_MATRICES] = {"matrices", SGN_H5_F32, 4},
    [SGN_PART_CODES] = {"codes", SGN_H5_U8, 1},
};

/* ---- writing ------------------------------------------------------------------------------------- */

/* A support that came from a file is among the parts. */
static sgn_status write_config(hid_t file, const sgn_config *c)
{
    char *text;
    sgn_config kept = *c;
    memset(kept.net.support_file, 0, sizeof kept.net.support_file);
    SGN_TRY(sgn_config_short_text(&kept, &text));
    sgn_status status = sgn_h5_write_text(file, "config", text);
    free(text);
    return status;
}

static sgn_status write_identity(hid_t file, const sgn_image *image)
{
    int32_t has_physics = image->has_physics;
    SGN_TRY(sgn_h5_set_text(file, "version", SIGNROLL_VERSION));
    SGN_TRY(sgn_h5_set_text(file, "generator", SGN_RNG_NAME));
    SGN_TRY(sgn_h5_set_text(file, "weights_hash", image->weights_hash));
    SGN_TRY(sgn_h5_set(file, "A_hash", SGN_H5_U64, &image->A_hash));
    SGN_TRY(sgn_h5_set(file, "derived_hash", SGN_H5_U64, &image->derived_hash));
    return sgn_h5_set(file, "has_physics", SGN_H5_I32, &has_physics);
}

static sgn_status write_image(hid_t file, const sgn_image *image)
{
    for (int i = 0; i < SGN_PARTS; i++) {
        const sgn_bitstream *s = &image->part[i];
        hsize_t length = s->capacity / 8 / parts[i].bytes;
        if (length) SGN_TRY(sgn_h5_write(file, parts[i].name, parts[i].type, 1, &length, s->byte));
    }
    return SGN_OK;
}

static int can_be_drawn(const sgn_config *c) { return strcmp(c->problem.kind, "file") != 0; }

static sgn_status write_file(const char *path, const sgn_config *c, const sgn_net *net,
                             const sgn_image *image)
{
    SGN_H5 file = H5I_INVALID_HID;
    SGN_TRY(sgn_container_create(&file));
    SGN_TRY(write_config(file, c));
    SGN_TRY(write_identity(file, image));
    SGN_TRY(write_image(file, image));
    if (image->has_physics || !can_be_drawn(c))
        SGN_TRY(sgn_h5_write_matrix(file, "A", net->physics.A));
    return sgn_container_save(&file, path, SGN_KIND_PACKED);
}

sgn_status sgn_packed_save(const char *path, const sgn_config *c, const sgn_net *net,
                           int with_physics, size_t *bytes)
{
    sgn_image image;
    struct stat info = {0};
    SGN_TRY(sgn_image_of(&image, net, with_physics));
    sgn_status status = write_file(path, c, net, &image);
    sgn_image_free(&image);
    if (!status && stat(path, &info))
        status = sgn_fail(SGN_EIO, "cannot read %s, which was just written", path);
    if (!status) *bytes = (size_t)info.st_size;
    return status;
}

/* ---- reading ------------------------------------------------------------------------------------- */

static sgn_status read_hash(const sgn_h5_in *in, char hash[33])
{
    size_t digits = 0;
    SGN_TRY(sgn_h5_get_text(in, "/", "weights_hash", hash, 33));
    while (isxdigit((unsigned char)hash[digits])) digits++;
    if (digits == 32) return SGN_OK;
    return sgn_h5_refuse(in, "weights_hash", "is not 32 hexadecimal digits");
}

static sgn_status read_identity(const sgn_h5_in *in, sgn_image *image)
{
    int32_t has_physics;
    SGN_TRY(sgn_tree_check_generator(in));
    SGN_TRY(read_hash(in, image->weights_hash));
    SGN_TRY(sgn_h5_get(in, "/", "A_hash", SGN_H5_U64, &image->A_hash));
    SGN_TRY(sgn_h5_get(in, "/", "derived_hash", SGN_H5_U64, &image->derived_hash));
    SGN_TRY(sgn_h5_get(in, "/", "has_physics", SGN_H5_I32, &has_physics));
    if (has_physics != 0 && has_physics != 1)
        return sgn_h5_refuse(in, "has_physics", "is %d, must be 0 or 1", has_physics);
    image->has_physics = has_physics;
    return SGN_OK;
}

/* Nothing in a file is larger than the file, whatever it says. */
static sgn_status read_part(const sgn_h5_in *in, int i, size_t bytes, sgn_bitstream *part)
{
    hsize_t length;
    int is_there;
    SGN_TRY(sgn_h5_has(in, parts[i].name, &is_there));
    if (!is_there) return SGN_OK;
    SGN_TRY(sgn_h5_dims(in, parts[i].name, 1, &length));
    if (length * parts[i].bytes > bytes)
        return sgn_h5_refuse(in, parts[i].name,
                             "has %llu elements, more than the file has room for",
                             (unsigned long long)length);
    part->byte = sgn_alloc(length, parts[i].bytes);
    if (!part->byte) return SGN_EMEM;
    part->capacity = 8 * length * parts[i].bytes;
    return sgn_h5_read(in, parts[i].name, parts[i].type, 1, &length, part->byte);
}

/* ---- codes: what makes a file large, and is taken from it piece by piece --------------------------- */

enum { PIECE = 1 << 18 };

struct sgn_codes_in_file {
    sgn_container *file;
    sgn_bitsource source;
};

static int fetch_codes(void *file, size_t first, size_t count, uint8_t *to)
{
    return !sgn_h5_read_bytes(sgn_container_in(file), parts[SGN_PART_CODES].name, first, count, to);
}

/* Takes over the file, whose codes are `bytes` long. */
static sgn_status leave_codes(sgn_packed_file *f, sgn_container **file, size_t bytes)
{
    sgn_bitstream *part = &f->image.part[SGN_PART_CODES];
    f->codes = sgn_alloc(1, sizeof *f->codes);
    part->byte = sgn_alloc(PIECE, 1);
    if (!f->codes || !part->byte) return SGN_EMEM;
    f->codes->file = *file;
    f->codes->source = (sgn_bitsource){.fetch = fetch_codes, .from = *file, .room = PIECE};
    part->source = &f->codes->source;
    part->capacity = 8 * bytes;
    *file = NULL;
    return SGN_OK;
}

static sgn_status read_codes(sgn_packed_file *f, sgn_container **file)
{
    const sgn_h5_in *in = sgn_container_in(*file);
    hsize_t length = 0;
    int i = SGN_PART_CODES, is_there;
    SGN_TRY(sgn_h5_has(in, parts[i].name, &is_there));
    if (is_there) SGN_TRY(sgn_h5_dims(in, parts[i].name, 1, &length));
    if (length > PIECE && length <= f->bytes) return leave_codes(f, file, length);
    return read_part(in, i, f->bytes, &f->image.part[i]);
}

/* ---- all of it ------------------------------------------------------------------------------------- */

static sgn_status read_matrix(const sgn_h5_in *in, const sgn_config *c, int must, sgn_mat *A)
{
    int is_there;
    SGN_TRY(sgn_h5_has(in, "A", &is_there));
    return must || is_there ? sgn_tree_read_A(in, c, A) : SGN_OK;
}

static sgn_status read_all(const sgn_h5_in *in, sgn_packed_file *f)
{
    SGN_TRY(sgn_tree_read_config(in, &f->config));
    SGN_TRY(sgn_tree_check_entries(in, &f->config, f->bytes, SGN_SHARD));
    SGN_TRY(read_identity(in, &f->image));
    for (int i = 0; i < SGN_PARTS; i++)
        if (i != SGN_PART_CODES) SGN_TRY(read_part(in, i, f->bytes, &f->image.part[i]));
    int must = f->image.has_physics || !can_be_drawn(&f->config);
    return read_matrix(in, &f->config, must, &f->A);
}

sgn_status sgn_packed_load(sgn_packed_file *out, const char *path)
{
    sgn_container *file;
    sgn_packed_file f = {0};
    SGN_TRY(sgn_container_open(&file, path, SGN_KIND_PACKED));
    f.bytes = sgn_container_bytes(file);
    sgn_status status = read_all(sgn_container_in(file), &f);
    if (!status) status = read_codes(&f, &file);
    sgn_container_close(file);
    if (status) sgn_packed_file_free(&f);
    else *out = f;
    return status;
}

void sgn_packed_file_free(sgn_packed_file *f)
{
    if (!f) return;
    sgn_image_free(&f->image);
    sgn_free(f->A.at);
    if (f->codes) sgn_container_close(f->codes->file);
    sgn_free(f->codes);
    *f = (sgn_packed_file){0};
}
