/* shape.c -- a matrix as tables: its shape, its codes, and what these stand for. */
#include "core/memory.h"
#include "core/memstream.h"
#include "unroll/c_source/build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- what codes stand for ------------------------------------------------------------------------ */

static const float *values_of(const sgn_c_matrix *a, int unit)
{
    return a->value + (size_t)unit * (size_t)a->levels;
}

static int are_signs(const sgn_c_matrix *a)
{
    for (int u = 0; u < a->units; u++)
        if (a->levels != 2 || values_of(a, u)[0] != -values_of(a, u)[1]) return 0;
    return 1;
}

static float largest(const sgn_c_matrix *a, int unit)
{
    float most = 0;
    for (int l = 0; l < a->levels; l++)
        if (fabsf(values_of(a, unit)[l]) > fabsf(most)) most = values_of(a, unit)[l];
    return most;
}

/* The unit whose values say what the levels are in parts of the largest. */
static int model_unit(const sgn_c_matrix *a)
{
    int best = 0;
    for (int u = 1; u < a->units; u++)
        if (fabsf(largest(a, u)) > fabsf(largest(a, best))) best = u;
    return best;
}

/* Whether every unit has the same levels, up to its scale, which is its largest value. */
static int share_levels(const sgn_c_matrix *a, float *level)
{
    static const float rounding = 1e-6F;
    const float *model = values_of(a, model_unit(a)), most = largest(a, model_unit(a));
    for (int l = 0; l < a->levels; l++) level[l] = most != 0 ? model[l] / most : 0;
    for (int u = 0; u < a->units; u++) {
        float scale = largest(a, u);
        for (int l = 0; l < a->levels; l++)
            if (!(fabsf(values_of(a, u)[l] - level[l] * scale) <= rounding * fabsf(scale)))
                return 0;
    }
    return 1;
}

/* ---- codes ---------------------------------------------------------------------------------------- */

/* So many digits, packed as one number of so many bits. */
typedef struct {
    int digits, bits;
} packing;

static int bits_for(uint64_t numbers)
{
    int bits = 0;
    while (bits < 64 && (uint64_t)1 << bits < numbers) bits++;
    return bits;
}

/* Few digits a number where that is no longer. */
static packing best_packing(int levels)
{
    packing best = {1, bits_for((uint64_t)levels)};
    uint64_t numbers = (uint64_t)levels;
    for (int digits = 2; (numbers *= (uint64_t)levels) <= (uint64_t)1 << 32; digits++) {
        packing p = {digits, bits_for(numbers)};
        if (p.bits * best.digits < best.bits * p.digits) best = p;
    }
    return best;
}

static void put_codes(const sgn_c_matrix *a, packing as, sgn_bitstream *to)
{
    uint64_t number = 0, place = 1;
    int count = 0;
    for (size_t i = 0; i < (size_t)a->rows * (size_t)a->cols; i++) {
        if (!a->on[i]) continue;
        number += a->code[i] * place;
        place *= (uint64_t)a->levels;
        if (++count < as.digits) continue;
        sgn_bits_put(to, number, as.bits);
        number = 0, place = 1, count = 0;
    }
    if (count) sgn_bits_put(to, number, as.bits);
}

static sgn_status write_codes(sgn_c_writer *w, const sgn_c_matrix *a, packing as,
                              char name[SGN_C_NAME])
{
    sgn_bitstream stream = {0};
    put_codes(a, as, &stream);
    size_t bytes = (stream.at + 7) / 8 + !stream.at;
    stream = (sgn_bitstream){.byte = sgn_alloc(bytes, 1), .capacity = 8 * bytes};
    if (!stream.byte) return SGN_EMEM;
    put_codes(a, as, &stream);
    sgn_status status = sgn_c_bytes(w, "link", stream.byte, bytes, name);
    sgn_free(stream.byte);
    return status;
}

static sgn_status write_link_reals(sgn_c_writer *w, const sgn_c_matrix *a, char name[SGN_C_NAME])
{
    size_t size = (size_t)a->rows * (size_t)a->cols, n = 0;
    float *real = sgn_alloc(size, sizeof *real);
    if (!real) return SGN_EMEM;
    for (size_t i = 0; i < size; i++)
        if (a->on[i]) real[n++] = a->real[i];
    sgn_status status = sgn_c_reals(w, "real", real, n + !n, name);
    sgn_free(real);
    return status;
}

/* ---- a matrix ------------------------------------------------------------------------------------- */

static void put_member(FILE *shape, const char *name, int value)
{
    if (value) fprintf(shape, ", .%s = %d", name, value);
}

/* The members of a shape that the places say: each ", .member = value". */
static sgn_status write_places(sgn_c_writer *w, const sgn_c_matrix *a, FILE *shape)
{
    static const struct {
        const char *name;
        int need;
    } form[] = {[SGN_C_ALL] = {"ALL", 0},
                [SGN_C_BAND] = {"BAND", SGN_C_NEEDS_BAND},
                [SGN_C_CELLS] = {"CELLS", SGN_C_NEEDS_CELLS},
                [SGN_C_GAPS] = {"GAPS", SGN_C_NEEDS_GAPS},
                [SGN_C_MASKS] = {"MASKS", SGN_C_NEEDS_MASKS}};
    char name[SGN_C_NAME];
    sgn_c_places p;
    SGN_TRY(sgn_c_places_of(&p, a->on, a->rows, a->cols));
    w->needs |= form[p.form].need;
    fprintf(shape, ",\n    .form = %s", form[p.form].name);
    put_member(shape, "low", p.low);
    put_member(shape, "high", p.high);
    put_member(shape, "wide", p.wide);
    sgn_status status = SGN_OK;
    if (p.byte && !(status = sgn_c_bytes(w, "place", p.byte, p.bytes, name)))
        fprintf(shape, ", .place = %s", name);
    sgn_free(p.byte);
    if (status || !p.masks) return status;
    SGN_TRY(sgn_c_bytes(w, "mask", p.mask, (size_t)p.masks, name));
    fprintf(shape, ", .mask = %s", name);
    return SGN_OK;
}

static sgn_status write_scales(sgn_c_writer *w, const sgn_c_matrix *a, int signs, sgn_c_plane *out)
{
    float *scale = sgn_alloc((size_t)a->units, sizeof *scale);
    if (!scale) return SGN_EMEM;
    for (int u = 0; u < a->units; u++) scale[u] = signs ? values_of(a, u)[1] : largest(a, u);
    sgn_status status = sgn_c_reals(w, "scale", scale, (size_t)a->units, out->scale);
    sgn_free(scale);
    return status;
}

/* Codes, and how they are read. */
static sgn_status write_links(sgn_c_writer *w, const sgn_c_matrix *a, FILE *shape, sgn_c_plane *out)
{
    float level[UINT8_MAX + 1];
    char name[SGN_C_NAME];
    packing as = best_packing(a->levels);
    SGN_TRY(write_codes(w, a, as, out->link));
    if (are_signs(a)) {
        w->needs |= SGN_C_NEEDS_SIGNS;
        fputs(", .code = SIGNS", shape);
        return write_scales(w, a, 1, out);
    }
    fprintf(shape, ", .levels = %d, .digits = %d, .bits = %d", a->levels, as.digits, as.bits);
    if (share_levels(a, level)) {
        w->needs |= SGN_C_NEEDS_LEVELS;
        SGN_TRY(sgn_c_reals(w, "level", level, (size_t)a->levels, name));
        fprintf(shape, ", .code = LEVELS, .level = %s", name);
        return write_scales(w, a, 0, out);
    }
    w->needs |= SGN_C_NEEDS_VALUES;
    fputs(", .code = VALUES", shape);
    return sgn_c_reals(w, "value", a->value, (size_t)a->units * (size_t)a->levels, out->scale);
}

static sgn_status write_reals(sgn_c_writer *w, const sgn_c_matrix *a, const char *link, FILE *shape,
                              sgn_c_plane *out)
{
    static const float one = 1;
    w->needs |= SGN_C_NEEDS_REALS;
    fputs(", .code = REALS", shape);
    SGN_TRY(sgn_c_reals(w, "scale", &one, 1, out->scale));
    if (!link) return write_link_reals(w, a, out->link);
    snprintf(out->link, sizeof out->link, "%s", link);
    return SGN_OK;
}

static sgn_status write_shape(sgn_c_writer *w, const char *members, sgn_c_plane *out)
{
    int is_new;
    SGN_TRY(sgn_c_table_name(w, "shape", members, strlen(members) + 1, out->shape, &is_new));
    if (is_new) fprintf(w->tables, "static const shape %s = {\n    %s,\n};\n", out->shape, members);
    return SGN_OK;
}

sgn_status sgn_c_write_matrix(sgn_c_writer *w, const sgn_c_matrix *a, const char *link,
                              sgn_c_plane *out)
{
    char *members = NULL;
    size_t length;
    FILE *shape = sgn_memstream_open(&members, &length);
    if (!shape) return SGN_EMEM;
    *out = (sgn_c_plane){.flipped = a->flipped};
    fprintf(shape, ".rows = %d, .cols = %d, .rowspan = %d, .colspan = %d", a->rows, a->cols,
            a->rowspan, a->colspan);
    sgn_status status = write_places(w, a, shape);
    if (!status)
        status = a->levels ? write_links(w, a, shape, out) : write_reals(w, a, link, shape, out);
    sgn_status closed = sgn_memstream_close(shape);
    if (!status) status = closed;
    if (!status) status = write_shape(w, members, out);
    free(members);
    return status;
}
