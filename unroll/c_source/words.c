/* words.c -- what calls are put together from: names of values, constants, statements. */
#include "unroll/c_source/build.h"

#include <stdarg.h>
#include <string.h>

/* The memory of a value, all columns of it. */
sgn_c_word sgn_c_whole(const sgn_c_writer *w, sgn_var v)
{
    sgn_c_word name;
    int buffer = w->buffers.of[v];
    if (v == w->net->y) strcpy(name.text, "y");
    else if (buffer == w->buffers.result) strcpy(name.text, "x");
    else snprintf(name.text, sizeof name.text, "b%d", buffer);
    return name;
}

/* Its column c. */
sgn_c_word sgn_c_column(const sgn_c_writer *w, sgn_var v)
{
    sgn_c_word name = sgn_c_whole(w, v);
    size_t length = strlen(name.text);
    if (w->net->physics.width > 1)
        snprintf(name.text + length, sizeof name.text - length, " + %d * c",
                 sgn_tape_rows(w->net->tape, v));
    return name;
}

sgn_c_word sgn_c_constant(double value)
{
    sgn_c_word name = {""};
    sgn_c_real(name.text, sizeof name.text, value);
    return name;
}

int sgn_c_floats(const sgn_c_writer *w, sgn_var v)
{
    return sgn_tape_rows(w->net->tape, v) * w->net->physics.width;
}

/* A statement, for each column where a sample has several. */
void sgn_c_each(sgn_c_writer *w, const char *format, ...)
{
    va_list args;
    fputs(w->net->physics.width > 1 ? "    for (int c = 0; c < NET_WIDTH; c++) " : "    ", w->body);
    va_start(args, format);
    vfprintf(w->body, format, args);
    va_end(args);
    fputs(";\n", w->body);
}

double sgn_c_scalar(const sgn_c_writer *w, sgn_param p)
{
    return (double)sgn_tape_param(w->net->tape, p)->weight[0];
}

/* z = a x + b y, where the coefficients are any expressions. */
void sgn_c_mix(sgn_c_writer *w, const char *a, sgn_var x, const char *b, sgn_var y, sgn_var z)
{
    w->needs |= SGN_C_NEEDS_MIX;
    fprintf(w->body, "    mix(%s, %s, %s, %s, %s, %d);\n", a, sgn_c_whole(w, x).text, b,
            sgn_c_whole(w, y).text, sgn_c_whole(w, z).text, sgn_c_floats(w, z));
}
