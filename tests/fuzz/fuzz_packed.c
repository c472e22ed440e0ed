/* Behind a right hash, any content is a packed model or is refused with a sentence. */
#include "io/packed_file.h"
#include "solvers/solvers.h"
#include "tests/fuzz/target.h"

static sgn_status deploy(sgn_packed_file *f)
{
    sgn_problem *q;
    const sgn_solver *solver;
    sgn_net *net = NULL;
    int batch = 4;
    SGN_TRY(sgn_solver_find(f->config.net.solver, &solver));
    SGN_TRY(fuzz_problem(&q, &f->config, f->A));
    sgn_status status = sgn_net_of_image(&net, &f->config.net, solver, &q->physics, batch,
                                         f->config.seed, &f->image);
    sgn_net_free(net);
    sgn_problem_free(q);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    sgn_packed_file f;
    sgn_status status = sgn_packed_load(&f, fuzz_file(bytes, size, 1));
    if (!status) {
        status = deploy(&f);
        sgn_packed_file_free(&f);
    }
    fuzz_judge(status);
    return 0;
}
