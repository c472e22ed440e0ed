/* tables.c -- constant tables, each content once. */
#include "core/memory.h"
#include "unroll/c_source/build.h"

#include <math.h>
#include <string.h>

/* ---- tables -------------------------------------------------------------------------------------- */

void sgn_c_real(char *text, size_t size, double value)
{
    if (isnan(value)) snprintf(text, size, "NAN");
    else if (isinf(value)) snprintf(text, size, "%sINFINITY", value < 0 ? "-" : "");
    else snprintf(text, size, "%.9g", value);
    if (isfinite(value)) strncat(text, strpbrk(text, ".e") ? "f" : ".0f", size - strlen(text) - 1);
}

static sgn_status make_room(sgn_c_writer *w)
{
    if (w->ntables < w->room) return SGN_OK;
    int room = w->room ? 2 * w->room : 32;
    sgn_c_table *more = sgn_alloc((size_t)room, sizeof *more);
    if (!more) return SGN_EMEM;
    if (w->ntables) memcpy(more, w->table, (size_t)w->ntables * sizeof *more);
    sgn_free(w->table);
    w->table = more;
    w->room = room;
    return SGN_OK;
}

sgn_status sgn_c_table_name(sgn_c_writer *w, const char *role, const void *data, size_t size,
                            char name[SGN_C_NAME], int *is_new)
{
    size_t length = strlen(role);
    for (int i = 0; i < w->ntables; i++) {
        const sgn_c_table *t = &w->table[i];
        *is_new = strncmp(t->name, role, length) || t->size != size || memcmp(t->data, data, size);
        if (!*is_new) {
            memcpy(name, t->name, SGN_C_NAME);
            return SGN_OK;
        }
    }
    SGN_TRY(make_room(w));
    sgn_c_table *t = &w->table[w->ntables];
    t->data = sgn_alloc(size, 1);
    if (!t->data) return SGN_EMEM;
    memcpy(t->data, data, size);
    t->size = size;
    snprintf(t->name, sizeof t->name, "%s_%d", role, w->ntables++);
    memcpy(name, t->name, SGN_C_NAME);
    *is_new = 1;
    return SGN_OK;
}

sgn_status sgn_c_bytes(sgn_c_writer *w, const char *role, const uint8_t *byte, size_t n,
                       char name[SGN_C_NAME])
{
    enum { A_LINE = 16 };
    int is_new;
    SGN_TRY(sgn_c_table_name(w, role, byte, n, name, &is_new));
    if (!is_new) return SGN_OK;
    w->table_bytes += n;
    fprintf(w->tables, "static const unsigned char %s[%zu] = {", name, n);
    for (size_t i = 0; i < n; i++)
        fprintf(w->tables, "%s0x%02x,", i % A_LINE ? " " : "\n    ", byte[i]);
    fputs("\n};\n", w->tables);
    return SGN_OK;
}

sgn_status sgn_c_reals(sgn_c_writer *w, const char *role, const float *real, size_t n,
                       char name[SGN_C_NAME])
{
    enum { A_LINE = 6 };
    char text[32];
    int is_new;
    SGN_TRY(sgn_c_table_name(w, role, real, n * sizeof *real, name, &is_new));
    if (!is_new) return SGN_OK;
    w->table_bytes += n * sizeof *real;
    fprintf(w->tables, "static const float %s[%zu] = {", name, n);
    for (size_t i = 0; i < n; i++) {
        fputs(i % A_LINE ? " " : n > A_LINE ? "\n    " : "", w->tables);
        sgn_c_real(text, sizeof text, (double)real[i]);
        fprintf(w->tables, "%s%s", text, i + 1 < n ? "," : "");
    }
    fputs(n > A_LINE ? "\n};\n" : "};\n", w->tables);
    return SGN_OK;
}
