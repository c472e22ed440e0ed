/* text_vectors.c -- the C of what is done to vectors: combinations, norms, thresholds. */
#include "unroll/c_source/build.h"

enum { LARGEST = SGN_C_NEEDS_SELECTION | SGN_C_NEEDS_KEEP | SGN_C_NEEDS_PASS };

const sgn_c_piece sgn_c_vector_pieces[] = {
    {SGN_C_NEEDS_CLEAR, "static void clear(float *z, int n)\n"
                        "{\n"
                        "    for (int i = 0; i < n; i++) z[i] = 0;\n"
                        "}\n\n"},
    {SGN_C_NEEDS_COPY, "static void copy(const float *x, float *z, int n)\n"
                       "{\n"
                       "    for (int i = 0; i < n; i++) z[i] = x[i];\n"
                       "}\n\n"},
    {SGN_C_NEEDS_MIX,
     "/* z = a x + b y */\n"
     "static void mix(float a, const float *x, float b, const float *y, float *z, int n)\n"
     "{\n"
     "    for (int i = 0; i < n; i++) z[i] = a * x[i] + b * y[i];\n"
     "}\n\n"},
    {SGN_C_NEEDS_CLIP,
     "static void clip(float least, float most, const float *z, float *x, int n)\n"
     "{\n"
     "    for (int i = 0; i < n; i++) x[i] = z[i] < least ? least : z[i] > most ? most : z[i];\n"
     "}\n\n"},
    {SGN_C_NEEDS_ONSAGER, "static float share_of_nonzeros(const float *x, int n, int of)\n"
                          "{\n"
                          "    int nonzeros = 0;\n"
                          "    for (int i = 0; i < n; i++) nonzeros += x[i] != 0;\n"
                          "    return (float)nonzeros / (float)of;\n"
                          "}\n\n"},
    {SGN_C_NEEDS_SEARCH | SGN_C_NEEDS_LEVEL_OF,
     "static double dot(const float *x, const float *y, int n)\n"
     "{\n"
     "    double sum = 0;\n"
     "    for (int i = 0; i < n; i++) sum += (double)x[i] * (double)y[i];\n"
     "    return sum;\n"
     "}\n\n"},
    {SGN_C_NEEDS_SEARCH, "/* The step along d that makes |r - a q| least, q the image of d. */\n"
                         "static float search(const float *q, const float *r, int n)\n"
                         "{\n"
                         "    double square = dot(q, q, n);\n"
                         "    return square > 0 ? (float)(dot(q, r, n) / square) : 0;\n"
                         "}\n\n"},
    {SGN_C_NEEDS_LEVEL_OF, "/* |r| / sqrt(n), and never 0 */\n"
                           "static float level_of(const float *r, int n)\n"
                           "{\n"
                           "    return (float)(sqrt(dot(r, r, n) / n) + 1e-7);\n"
                           "}\n\n"},
    {SGN_C_NEEDS_MEAN_ABS, "static float mean_abs(const float *v, int n)\n"
                           "{\n"
                           "    double sum = 0;\n"
                           "    for (int i = 0; i < n; i++) sum += fabs((double)v[i]);\n"
                           "    return (float)(sum / n);\n"
                           "}\n\n"},
    {SGN_C_NEEDS_LOG_RATIO, "static float log_ratio(float a, float b)\n"
                            "{\n"
                            "    return (float)log(((double)a + 1e-12) / ((double)b + 1e-12));\n"
                            "}\n\n"},
    {SGN_C_NEEDS_SHRINK,
     "/* sign(z) (|z| - theta rho)+, with one theta for all (stride 0) or one for each */\n"
     "static void shrink(const float *z, const float *theta, int stride, float rho, float *x,\n"
     "                   int n)\n"
     "{\n"
     "    for (int i = 0; i < n; i++) {\n"
     "        float tau = theta[i * stride] * rho, v = z[i];\n"
     "        x[i] = fabsf(v) <= tau ? 0 : v < 0 ? v + tau : v - tau;\n"
     "    }\n"
     "}\n\n"},
    {LARGEST,
     "/* The count-th largest |z| among those where x is not 0; 0 where there are fewer. */\n"
     "static float kth_largest(const float *z, const float *x, int n, int count)\n"
     "{\n"
     "    float level = INFINITY;\n"
     "    while (count > 0) {\n"
     "        float next = 0;\n"
     "        int equal = 0;\n"
     "        for (int i = 0; i < n; i++) {\n"
     "            float a = fabsf(z[i]);\n"
     "            if (x[i] == 0 || !(a < level) || a < next) continue;\n"
     "            equal = a > next ? 1 : equal + 1;\n"
     "            next = a;\n"
     "        }\n"
     "        if (equal == 0) return 0;\n"
     "        level = next;\n"
     "        count -= equal;\n"
     "    }\n"
     "    return level;\n"
     "}\n\n"},
    {SGN_C_NEEDS_SELECTION,
     "/* The count largest of those that passed the threshold do so unshrunk. */\n"
     "static void let_pass(const float *z, int count, float *x, int n)\n"
     "{\n"
     "    float level = kth_largest(z, x, n, count);\n"
     "    for (int i = 0; i < n; i++)\n"
     "        if (x[i] != 0 && fabsf(z[i]) >= level) x[i] = z[i];\n"
     "}\n\n"},
    {SGN_C_NEEDS_PASS,
     "/* The p n largest pass unshrunk, the last one in part. */\n"
     "static void pass_largest(const float *s, const float *z, float p, float *x, int n)\n"
     "{\n"
     "    double count = (double)p * n, most = count < n ? count : n;\n"
     "    float part = (float)(most - floor(most)), edge = INFINITY;\n"
     "    if (count > 0) edge = kth_largest(z, s, n, (int)most + 1);\n"
     "    for (int i = 0; i < n; i++) {\n"
     "        float a = fabsf(z[i]), share = a > edge ? 1 : a < edge ? 0 : part;\n"
     "        x[i] = s[i] != 0 ? s[i] + share * (z[i] - s[i]) : 0;\n"
     "    }\n"
     "}\n\n"},
    {SGN_C_NEEDS_SHRINK_ROWS,
     "/* z (1 - theta / |z|)+ for each group: entry i of the columns and of the parts of each */\n"
     "static void shrink_rows(const float *z, float theta, int columns, int parts, float *x,\n"
     "                        int n)\n"
     "{\n"
     "    int part = n / parts;\n"
     "    for (int i = 0; i < part; i++) {\n"
     "        double square = 0, keep;\n"
     "        for (int g = i; g < n * columns; g += part) square += (double)z[g] * (double)z[g];\n"
     "        keep = sqrt(square) <= (double)theta ? 0 : 1 - (double)theta / sqrt(square);\n"
     "        for (int g = i; g < n * columns; g += part)\n"
     "            x[g] = (float)(keep * (double)z[g]);\n"
     "    }\n"
     "}\n\n"},
    {SGN_C_NEEDS_KEEP, "static void keep_largest(const float *z, int count, float *x, int n)\n"
                       "{\n"
                       "    float level = kth_largest(z, z, n, count);\n"
                       "    for (int i = 0; i < n; i++) x[i] = fabsf(z[i]) < level ? 0 : z[i];\n"
                       "}\n\n"},
    {SGN_C_NEEDS_KEEP_SUPPORT,
     "/* z where s is not 0; the count largest where all of s is 0 */\n"
     "static void keep_support(const float *z, const float *s, int count, float *x, int n)\n"
     "{\n"
     "    int i = 0;\n"
     "    while (i < n && s[i] == 0) i++;\n"
     "    if (i == n) keep_largest(z, count, x, n);\n"
     "    else\n"
     "        for (i = 0; i < n; i++) x[i] = s[i] != 0 ? z[i] : 0;\n"
     "}\n\n"},
    {SGN_C_NEEDS_SIGN, "/* -1, 0 or 1; what is small beside the largest is rounding */\n"
                       "static void take_signs(const float *z, float *x, int n)\n"
                       "{\n"
                       "    float most = 0;\n"
                       "    for (int i = 0; i < n; i++)\n"
                       "        if (fabsf(z[i]) > most) most = fabsf(z[i]);\n"
                       "    for (int i = 0; i < n; i++)\n"
                       "        x[i] = (float)((z[i] > 1e-6f * most) - (z[i] < -1e-6f * most));\n"
                       "}\n\n"},
    {0},
};
