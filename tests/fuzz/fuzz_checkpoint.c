/* Behind a right hash, any content is a checkpoint or is refused with a sentence. */
#include "io/checkpoint.h"
#include "solvers/solvers.h"
#include "tests/fuzz/target.h"

/* How many vectors a run draws is its user's wish; here they would take all the time. */
static sgn_train_settings few_vectors(sgn_train_settings as)
{
    as.samples = as.test_samples = as.validation_samples = 8;
    return as;
}

static sgn_status restore(const sgn_checkpoint *c, const sgn_problem *q)
{
    const sgn_config *as = sgn_checkpoint_config(c);
    const sgn_solver *solver;
    sgn_trainer *trainer = NULL;
    sgn_train_settings few = few_vectors(as->train);
    sgn_net *net;
    SGN_TRY(sgn_solver_find(as->net.solver, &solver));
    SGN_TRY(sgn_net_new(&net, &as->net, solver, &q->physics, as->train.batch, as->seed));
    sgn_status status = sgn_checkpoint_restore(c, net, NULL);
    if (!status) status = sgn_trainer_new(&trainer, &few, as->seed, q, net, NULL);
    if (!status) status = sgn_checkpoint_restore(c, net, trainer);
    sgn_trainer_free(trainer);
    sgn_net_free(net);
    return status;
}

static sgn_status load(const char *path)
{
    sgn_checkpoint *c;
    sgn_problem *q;
    SGN_TRY(sgn_checkpoint_open(&c, path));
    sgn_status status = fuzz_problem(&q, sgn_checkpoint_config(c), sgn_checkpoint_A(c));
    if (!status) {
        status = restore(c, q);
        sgn_problem_free(q);
    }
    sgn_checkpoint_close(c);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    fuzz_judge(load(fuzz_file(bytes, size, 1)));
    return 0;
}
