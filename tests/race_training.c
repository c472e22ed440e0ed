/* Training on four threads ends at the weights of one thread.  A plain program, because Criterion
 * cannot start under ThreadSanitizer, which is where this test earns its living. */
#include <signroll.h>
#include <stdio.h>
#include <string.h>

enum { KEYS = 8 };

/* On supports that move; on every entry, packed, gradients by turns; and real links. */
static const char *const trainings[][KEYS] = {
    {"problem.m=16", "problem.n=32", "network.depth=3", "train.batch=96", "train.steps=20",
     "train.clip=1", "weights.support=magnitude", "weights.constraint=onebit"},
    {"problem.m=150", "problem.n=300", "network.depth=3", "train.batch=96", "train.steps=4",
     "train.clip=inf", "weights.support=all", "weights.constraint=onebit"},
    {"problem.m=150", "problem.n=300", "network.depth=3", "train.batch=96", "train.steps=4",
     "train.clip=1", "weights.support=all", "weights.constraint=full"},
};
enum { TRAININGS = sizeof trainings / sizeof *trainings };

static int quiet(void *context, int step)
{
    (void)context, (void)step;
    return 0;
}

static sgn_status train(const char *const *keys, int threads, char hash[33])
{
    sgn_config c;
    const sgn_solver *solver;
    sgn_pool *pool = NULL;
    sgn_problem *problem = NULL;
    sgn_net *net = NULL;
    sgn_trainer *trainer = NULL;

    sgn_status s = sgn_config_load(&c, NULL, keys, KEYS);
    if (!s) s = sgn_pool_new(&pool, threads);
    if (!s) s = sgn_problem_new(&problem, &c.problem, c.seed);
    if (!s) s = sgn_solver_find(c.net.solver, &solver);
    if (!s) s = sgn_net_new(&net, &c.net, solver, &problem->physics, c.train.batch, c.seed);
    if (!s) s = sgn_trainer_new(&trainer, &c.train, c.seed, problem, net, pool);
    if (!s) s = sgn_trainer_run(trainer, &(sgn_observer){.stop = quiet});
    if (!s) sgn_net_hash(net, hash);
    sgn_trainer_free(trainer);
    sgn_net_free(net);
    sgn_problem_free(problem);
    sgn_pool_free(pool);
    return s;
}

int main(void)
{
    char alone[33], together[33];
    int different = 0;
    sgn_blas_init();
    for (int i = 0; i < TRAININGS; i++) {
        if (train(trainings[i], 1, alone) || train(trainings[i], 4, together)) {
            fprintf(stderr, "%s\n", sgn_last_error());
            return 1;
        }
        printf("1 thread: %s, 4 threads: %s\n", alone, together);
        different += strcmp(alone, together) != 0;
    }
    return different > 0;
}
