/* text_products.c -- the C of products with stored matrices. */
#include "unroll/c_source/build.h"

enum {
    PRODUCTS = SGN_C_NEEDS_APPLY | SGN_C_NEEDS_APPLY_TRANSPOSED,
    DIGITS = SGN_C_NEEDS_LEVELS | SGN_C_NEEDS_VALUES,
    CODES = SGN_C_NEEDS_SIGNS | DIGITS,
    TOLD = SGN_C_NEEDS_CELLS | SGN_C_NEEDS_GAPS | SGN_C_NEEDS_MASKS,  // places from a table
    SPARSE = TOLD | SGN_C_NEEDS_BAND,
};

const sgn_c_piece sgn_c_product_pieces[] = {
    {PRODUCTS,
     "/* A matrix, or its transpose, is stored row after row: which links there are, and a code\n"
     "   for each.  What rowspan rows and colspan columns have in common is a scale. */\n"
     "enum { ALL, BAND, CELLS, GAPS, MASKS };      /* places */\n"
     "enum { SIGNS, LEVELS, VALUES, REALS };       /* codes */\n"
     "typedef struct {\n"
     "    int rows, cols, rowspan, colspan;\n"
     "    int form, low, high, wide;               /* of the places */\n"
     "    const unsigned char *place, *mask;\n"
     "    int code, levels, digits, bits;          /* `digits` of base `levels` in `bits` */\n"
     "    const float *level;                      /* of each code, in parts of the scale */\n"
     "} shape;\n\n"},
    {CODES | TOLD, "typedef struct {\n"
                   "    const unsigned char *byte;\n"
                   "    uint32_t at;\n"
                   "} stream;\n\n"
                   "static uint32_t take(stream *s, int bits)\n"
                   "{\n"
                   "    uint32_t value = 0;\n"
                   "    for (int i = 0; i < bits; i++, s->at++)\n"
                   "        value |= (uint32_t)(s->byte[s->at >> 3] >> (s->at & 7) & 1) << i;\n"
                   "    return value;\n"
                   "}\n\n"},
    {PRODUCTS, "/* Where the reading of a matrix stands. */\n"
               "typedef struct {\n"
               "    const shape *is;\n"},
    {SGN_C_NEEDS_REALS, "    const float *real;\n"},
    {DIGITS, "    const float *level;\n"
             "    uint32_t number;\n"
             "    int left;\n"},
    {CODES, "    stream link;\n"},
    {TOLD, "    stream place;\n"},
    {SPARSE, "    uint32_t gap;\n"},
    {PRODUCTS, "} reader;\n\n"},
    {SGN_C_NEEDS_GAPS, "static uint32_t take_gap(reader *k)\n"
                       "{\n"
                       "    uint32_t high = 0;\n"
                       "    while (!take(&k->place, 1)) high++;\n"
                       "    return high << k->is->low | take(&k->place, k->is->low);\n"
                       "}\n\n"},
    {PRODUCTS, "static reader begin(const shape *is, const void *link)\n"
               "{\n"
               "    reader k = {0};\n"
               "    k.is = is;\n"},
    {SGN_C_NEEDS_REALS, "    k.real = link;\n"},
    {CODES, "    k.link.byte = link;\n"},
    {TOLD, "    k.place.byte = is->place;\n"},
    {SGN_C_NEEDS_GAPS, "    if (is->form == GAPS) k.gap = take_gap(&k);\n"},
    {PRODUCTS, "    return k;\n"
               "}\n\n"},
    {SGN_C_NEEDS_GAPS, "static int at_end_of_gap(reader *k)\n"
                       "{\n"
                       "    if (k->gap) {\n"
                       "        k->gap--;\n"
                       "        return 0;\n"
                       "    }\n"
                       "    k->gap = take_gap(k);\n"
                       "    return 1;\n"
                       "}\n\n"},
    {SGN_C_NEEDS_BAND,
     "static uint32_t band_of_row(const shape *is, int i)\n"
     "{\n"
     "    int32_t rows = is->rows, cols = is->cols, wide = is->wide;\n"
     "    int32_t twice = (2 * (int32_t)i + 1) * cols - (wide - 1) * rows;\n"
     "    int32_t first = twice < 0 ? 0 : twice / (2 * rows), last = cols - wide;\n"
     "    return (uint32_t)(first < last ? first : last);\n"
     "}\n\n"},
    {SPARSE, "/* Asked of every entry in its turn. */\n"
             "static int exists(reader *k, int i, int j)\n"
             "{\n"
             "    const shape *is = k->is;\n"
             "    (void)i, (void)j;\n"},
    {SGN_C_NEEDS_BAND, "    if (is->form == BAND) {\n"
                       "        if (j == 0) k->gap = band_of_row(is, i);\n"
                       "        return (uint32_t)j - k->gap < (uint32_t)is->wide;\n"
                       "    }\n"},
    {SGN_C_NEEDS_CELLS,
     "    if (is->form == CELLS) {\n"
     "        int across = (is->cols + is->wide - 1) / is->wide;\n"
     "        if (is->high > 1 || is->wide > 1)\n"
     "            k->place.at = (uint32_t)(i / is->high * across + j / is->wide);\n"
     "        return (int)take(&k->place, 1);\n"
     "    }\n"},
    {SGN_C_NEEDS_GAPS, "    if (is->form == GAPS) return at_end_of_gap(k) != is->high;\n"},
    {SGN_C_NEEDS_MASKS,
     "    if (is->form == MASKS) {\n"
     "        if (j % is->wide == 0) k->gap = is->mask[take(&k->place, is->low)];\n"
     "        return k->gap >> j % is->wide & 1;\n"
     "    }\n"},
    {SPARSE, "    return is->form == ALL;\n"
             "}\n\n"},
    {DIGITS, "static uint32_t digit(reader *k)\n"
             "{\n"
             "    uint32_t levels = (uint32_t)k->is->levels, number;\n"
             "    if (k->left == 0) {\n"
             "        k->number = take(&k->link, k->is->bits);\n"
             "        k->left = k->is->digits;\n"
             "    }\n"
             "    number = k->number;\n"
             "    k->number /= levels;\n"
             "    k->left--;\n"
             "    return number % levels;\n"
             "}\n\n"},
    {PRODUCTS, "/* x times the next link, but for the scale. */\n"
               "static float times(reader *k, float x)\n"
               "{\n"},
    {SGN_C_NEEDS_SIGNS, "    if (k->is->code == SIGNS) return take(&k->link, 1) ? x : -x;\n"},
    {SGN_C_NEEDS_REALS, "    if (k->is->code == REALS) return *k->real++ * x;\n"},
    {DIGITS,
     "    if (k->is->code == LEVELS || k->is->code == VALUES) return k->level[digit(k)] * x;\n"},
    {PRODUCTS, "    return 0;\n"
               "}\n\n"
               "/* The scale of a unit. */\n"
               "static float enter(reader *k, const float *scale, int unit)\n"
               "{\n"},
    {SGN_C_NEEDS_LEVELS, "    k->level = k->is->level;\n"},
    {SGN_C_NEEDS_VALUES, "    if (k->is->code == VALUES) {\n"
                         "        k->level = scale + unit * k->is->levels;\n"
                         "        return 1;\n"
                         "    }\n"},
    {PRODUCTS, "    (void)k;\n"
               "    return scale[unit];\n"
               "}\n\n"
               "static int end_of_unit(const shape *is, int j)\n"
               "{\n"
               "    return is->cols - j < is->colspan ? is->cols : j + is->colspan;\n"
               "}\n\n"},
    {SGN_C_NEEDS_APPLY,
     "/* z += W x */\n"
     "static void apply(const shape *is, const void *link, const float *scale, const float *x,\n"
     "                  float *z)\n"
     "{\n"
     "    reader k = begin(is, link);\n"
     "    int across = (is->cols + is->colspan - 1) / is->colspan;\n"
     "    for (int i = 0; i < is->rows; i++) {\n"
     "        for (int j = 0, unit = i / is->rowspan * across; j < is->cols; unit++) {\n"
     "            float sum = 0, s = enter(&k, scale, unit);\n"
     "            for (int end = end_of_unit(is, j); j < end; j++)\n"},
    {SGN_C_NEEDS_APPLY, "                "},
    {SGN_C_NEEDS_APPLY, "if (exists(&k, i, j)) ", SPARSE},
    {SGN_C_NEEDS_APPLY, "sum += times(&k, x[j]);\n"
                        "            z[i] += s * sum;\n"
                        "        }\n"
                        "    }\n"
                        "}\n\n"},
    {SGN_C_NEEDS_APPLY_TRANSPOSED,
     "/* z += W' x */\n"
     "static void apply_transposed(const shape *is, const void *link, const float *scale,\n"
     "                             const float *x, float *z)\n"
     "{\n"
     "    reader k = begin(is, link);\n"
     "    int across = (is->cols + is->colspan - 1) / is->colspan;\n"
     "    for (int i = 0; i < is->rows; i++) {\n"
     "        for (int j = 0, unit = i / is->rowspan * across; j < is->cols; unit++) {\n"
     "            float scaled = enter(&k, scale, unit) * x[i];\n"
     "            for (int end = end_of_unit(is, j); j < end; j++)\n"},
    {SGN_C_NEEDS_APPLY_TRANSPOSED, "                "},
    {SGN_C_NEEDS_APPLY_TRANSPOSED, "if (exists(&k, i, j)) ", SPARSE},
    {SGN_C_NEEDS_APPLY_TRANSPOSED, "z[j] += times(&k, scaled);\n"
                                   "        }\n"
                                   "    }\n"
                                   "}\n\n"},
    {0},
};
