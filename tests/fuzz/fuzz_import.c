/* Any file at all is data, with finite numbers of the promised shape, or is refused with a sentence. */
#include "io/dataset.h"
#include "tests/fuzz/target.h"

#include <assert.h>
#include <math.h>

static void check(sgn_mat a)
{
    for (size_t i = 0; i < (size_t)a.rows * (size_t)a.cols; i++) assert(isfinite(a.at[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    sgn_dataset d;
    sgn_status status = sgn_dataset_load(&d, fuzz_file(bytes, size, 0), 0);
    fuzz_judge(status);
    if (status) return 0;
    check(d.A), check(d.support), check(d.x), check(d.y), check(d.train_x), check(d.train_y);
    sgn_dataset_free(&d);
    return 0;
}
