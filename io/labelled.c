#include "io/labelled.h"

#include "core/memory.h"
#include "io/h5.h"

#include <assert.h>
#include <math.h>

enum { TRAIN, TEST, SETS, MOST_RANK = 3 };

/* Where a file keeps its images and labels. */
typedef struct {
    const char *x[SETS], *y[SETS];
    int rank;   // of x
    int split;  // not 0: both sets are of one dataset, whose first `split` samples are for training
} form;

static const form forms[] = {
    [SGN_FEATURE_DATA_FASHION] = {{"train_x", "test_x"}, {"train_y", "test_y"}, 3, 0},
    [SGN_FEATURE_DATA_DIGITS] = {{"digits/x", "digits/x"}, {"digits/y", "digits/y"}, 2, 1200},
};

/* ---- reading ----------------------------------------------------------------------------------- */

typedef struct {
    uint8_t *x, *y;  // (n, d), (n)
    size_t n, d;
} images;

typedef struct {
    const char *path;
    const form *form;
    images set[SETS];
} reading;

static sgn_status read_images(const sgn_h5_in *in, const form *as, int set, images *out)
{
    hsize_t dims[MOST_RANK];
    SGN_TRY(sgn_h5_dims(in, as->x[set], as->rank, dims));
    out->n = dims[0], out->d = 1;
    for (int i = 1; i < as->rank; i++) out->d *= dims[i];
    out->x = sgn_alloc(out->n, out->d);
    out->y = sgn_alloc(out->n, 1);
    if (!out->x || !out->y) return SGN_EMEM;
    SGN_TRY(sgn_h5_read(in, as->x[set], SGN_H5_U8, as->rank, dims, out->x));
    return sgn_h5_read(in, as->y[set], SGN_H5_U8, 1, dims, out->y);
}

static sgn_status read_sets(const sgn_h5_in *in, reading *r)
{
    for (int set = 0; set < SETS; set++) SGN_TRY(read_images(in, r->form, set, &r->set[set]));
    if (r->set[TEST].d != r->set[TRAIN].d)
        return sgn_h5_refuse(in, r->form->x[TEST],
                             "has images of %zu pixels, expected %zu as in %s", r->set[TEST].d,
                             r->set[TRAIN].d, r->form->x[TRAIN]);
    if ((r->set[TRAIN].n + r->set[TEST].n) * r->set[TEST].d * sizeof(double) > SGN_H5_MOST)
        return sgn_h5_refuse(in, r->form->x[TEST], "is too large, together with %s",
                             r->form->x[TRAIN]);
    if (r->set[TRAIN].n <= (size_t)r->form->split)
        return sgn_h5_refuse(in, r->form->x[TRAIN], "has %zu images, expected more than %d",
                             r->set[TRAIN].n, r->form->split);
    return SGN_OK;
}

static void free_reading(reading *r)
{
    for (int set = 0; set < SETS; set++) sgn_free(r->set[set].x), sgn_free(r->set[set].y);
}

/* ---- standardised samples ----------------------------------------------------------------------- */

/* Samples first .. first+count-1 of the set. */
static sgn_status new_samples(const images *s, size_t first, size_t count, sgn_mat *x,
                              uint8_t **label)
{
    *x = sgn_mat_view(sgn_alloc(count * s->d, sizeof *x->at), (int)s->d, (int)count);
    *label = sgn_alloc(count, 1);
    if (!x->at || !*label) return SGN_EMEM;
    for (size_t i = 0; i < count * s->d; i++) x->at[i] = (sgn_real)s->x[first * s->d + i];
    for (size_t j = 0; j < count; j++) (*label)[j] = s->y[first + j];
    return SGN_OK;
}

static void take_off(sgn_mat x, const double *mean)
{
    for (int j = 0; j < x.cols; j++)
        for (int i = 0; i < x.rows; i++)
            *sgn_mat_at(x, i, j) = (sgn_real)((double)*sgn_mat_at(x, i, j) - mean[i]);
}

static void scale(sgn_mat x, double factor)
{
    for (int i = 0; i < x.rows * x.cols; i++) x.at[i] = (sgn_real)(factor * (double)x.at[i]);
}

static sgn_status standardise(sgn_labelled *l, const char *path)
{
    sgn_mat x = l->train_x;
    double *mean = sgn_alloc((size_t)x.rows, sizeof *mean);
    if (!mean) return SGN_EMEM;
    for (int j = 0; j < x.cols; j++)
        for (int i = 0; i < x.rows; i++) mean[i] += (double)*sgn_mat_at(x, i, j) / x.cols;
    take_off(x, mean), take_off(l->test_x, mean);
    sgn_free(mean);
    double square = sgn_mat_sum_squares(x) / ((double)x.rows * x.cols);
    if (!(square > 0)) return sgn_fail(SGN_EDATA, "%s: all training images are the same", path);
    scale(x, 1 / sqrt(square)), scale(l->test_x, 1 / sqrt(square));
    return SGN_OK;
}

static int count_classes(const reading *r)
{
    int most = 0;
    for (int set = 0; set < SETS; set++)
        for (size_t j = 0; j < r->set[set].n; j++)
            if (r->set[set].y[j] > most) most = r->set[set].y[j];
    return most + 1;
}

static sgn_status convert(const reading *r, sgn_labelled *l)
{
    size_t split = (size_t)r->form->split;
    const images *train = &r->set[TRAIN], *test = &r->set[TEST];
    l->classes = count_classes(r);
    SGN_TRY(new_samples(train, 0, split ? split : train->n, &l->train_x, &l->train_label));
    SGN_TRY(new_samples(test, split, test->n - split, &l->test_x, &l->test_label));
    return standardise(l, r->path);
}

sgn_status sgn_labelled_load(sgn_labelled *out, const char *path, sgn_feature_data data)
{
    assert(data != SGN_FEATURE_DATA_TEACHER);
    sgn_h5_in in;
    reading r = {.path = path, .form = &forms[data]};
    sgn_labelled l = {.classes = 0};
    SGN_TRY(sgn_h5_open_foreign(&in, path));
    sgn_status s = read_sets(&in, &r);
    sgn_h5_close(&in);
    if (s == SGN_OK) s = convert(&r, &l);
    free_reading(&r);
    if (s == SGN_OK) *out = l;
    else sgn_labelled_free(&l);
    return s;
}

void sgn_labelled_free(sgn_labelled *l)
{
    if (!l) return;
    sgn_free(l->train_x.at), sgn_free(l->test_x.at);
    sgn_free(l->train_label), sgn_free(l->test_label);
    *l = (sgn_labelled){.classes = 0};
}
