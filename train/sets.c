#include "train/sets.h"

#include "core/memory.h"

#include <string.h>

enum { SHARD = SGN_SHARD };  // columns a worker draws at a time: whole samples of any width

typedef struct {
    const sgn_problem *q;
    uint64_t seed;
    uint32_t epoch;
    const int *item;  // NULL: consecutive samples
    sgn_mat x, y;
} job;

static void draw_consecutive(const job *b, int first, int count)
{
    sgn_problem_draw(b->q, b->seed, SGN_RNG_TRAIN, b->epoch,
                     (uint32_t)(first / b->q->physics.width), sgn_mat_cols(b->x, first, count),
                     sgn_mat_cols(b->y, first, count));
}

static void fetch(const job *b, int j)
{
    int width = b->q->physics.width;
    sgn_mat x = sgn_mat_cols(b->x, j * width, width), y = sgn_mat_cols(b->y, j * width, width);
    if (b->q->train_x.cols) {
        int from = b->item[j] * width;
        sgn_mat_copy(sgn_mat_cols(b->q->train_x, from, width), x);
        sgn_mat_copy(sgn_mat_cols(b->q->train_y, from, width), y);
    } else sgn_problem_draw(b->q, b->seed, SGN_RNG_TRAIN, b->epoch, (uint32_t)b->item[j], x, y);
}

static void draw_shard(void *context, int shard)
{
    const job *b = context;
    int width = b->q->physics.width;
    int first = shard * SHARD, left = b->x.cols - first, count = left < SHARD ? left : SHARD;
    if (!b->item) draw_consecutive(b, first, count);
    else
        for (int j = first / width; j < (first + count) / width; j++) fetch(b, j);
}

static void draw(job b, sgn_pool *pool)
{
    sgn_pool_run(pool, draw_shard, &b, (b.x.cols + SHARD - 1) / SHARD);
}

void sgn_fresh_batch(const sgn_problem *q, uint64_t seed, int step, sgn_pool *pool, sgn_mat x,
                     sgn_mat y)
{
    draw((job){.q = q, .seed = seed, .epoch = (uint32_t)step + 1, .x = x, .y = y}, pool);
}

void sgn_fixed_batch(const sgn_problem *q, uint64_t seed, const int *item, sgn_pool *pool,
                     sgn_mat x, sgn_mat y)
{
    draw((job){.q = q, .seed = seed, .item = item, .x = x, .y = y}, pool);
}

/* ---- whole sets ------------------------------------------------------------------------------- */

void sgn_set_release(sgn_set *s)
{
    sgn_free(s->x.at);
    sgn_free(s->y.at);
    *s = (sgn_set){0};
}

static sgn_status set_new(sgn_set *s, const sgn_problem *q, int count)
{
    int m = q->physics.A.rows, n = q->physics.A.cols, cols = count * q->physics.width;
    s->x = sgn_mat_view(sgn_alloc((size_t)n * (size_t)cols, sizeof(sgn_real)), n, cols);
    s->y = sgn_mat_view(sgn_alloc((size_t)m * (size_t)cols, sizeof(sgn_real)), m, cols);
    if (s->x.at && s->y.at) return SGN_OK;
    sgn_set_release(s);
    return SGN_EMEM;
}

sgn_status sgn_test_set(sgn_set *out, const sgn_problem *q, uint64_t seed, int count)
{
    int given = q->test_x.cols / q->physics.width;
    if (given && given < count)
        return sgn_fail(SGN_EDATA, "train.test_samples is %d, but %s has only %d test %s", count,
                        q->as.file, given, q->physics.width > 1 ? "samples" : "vectors");
    SGN_TRY(set_new(out, q, count));
    if (given) {
        sgn_mat_copy(sgn_mat_cols(q->test_x, 0, out->x.cols), out->x);
        sgn_mat_copy(sgn_mat_cols(q->test_y, 0, out->y.cols), out->y);
        return SGN_OK;
    }
    sgn_problem tested = sgn_problem_tested(q);
    sgn_problem_draw(&tested, seed, SGN_RNG_TEST, 0, 0, out->x, out->y);
    return SGN_OK;
}

sgn_status sgn_validation_set(sgn_set *out, const sgn_problem *q, uint64_t seed, int count)
{
    SGN_TRY(set_new(out, q, count));
    sgn_problem_draw(q, seed, SGN_RNG_VALIDATION, 0, 0, out->x, out->y);
    return SGN_OK;
}

int sgn_training_samples(const sgn_problem *q, int samples)
{
    int given = q->train_x.cols / q->physics.width;
    return given && (samples == 0 || samples > given) ? given : samples;
}

static void fresh_set(sgn_set *s, const sgn_problem *q, uint64_t seed, int batch)
{
    int cols = batch * q->physics.width;
    for (int first = 0, step = 0; first < s->x.cols; first += cols, step++) {
        int left = s->x.cols - first, count = left < cols ? left : cols;
        sgn_fresh_batch(q, seed, step, NULL, sgn_mat_cols(s->x, first, count),
                        sgn_mat_cols(s->y, first, count));
    }
}

sgn_status sgn_training_set(sgn_set *out, const sgn_problem *q, uint64_t seed, int samples,
                            int batch, int count)
{
    samples = sgn_training_samples(q, samples);
    if (samples && count > samples) count = samples;
    SGN_TRY(set_new(out, q, count));
    if (!samples) fresh_set(out, q, seed, batch);
    int width = q->physics.width;
    for (int j = 0; samples && j < count; j++)
        sgn_fixed_batch(q, seed, &j, NULL, sgn_mat_cols(out->x, j * width, width),
                        sgn_mat_cols(out->y, j * width, width));
    return SGN_OK;
}
