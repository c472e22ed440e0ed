/* inspect.c -- what a checkpoint holds, parameter by parameter, and its ledger. */
#include "experiments/command.h"
#include "experiments/dry_run.h"

#include <stdio.h>

static sgn_status print(const sgn_model *m)
{
    char problem[SGN_NAME_MAX], hash[33];
    sgn_model_problem_text(m->problem, problem, sizeof problem);
    sgn_net_hash(m->net, hash);
    printf("problem              %s\nsolver               %s, depth %d\n", problem, m->solver->name,
           m->net->as.depth);
    printf(
        "constraint           %s, support %s\nseed                 %llu\ngenerator            %s\n",
        m->config.net.constraint, m->config.net.support, (unsigned long long)m->config.seed,
        SGN_RNG_NAME);
    printf("weights hash         %s\n\n", hash);
    return sgn_print_network(m->net);
}

static sgn_status run(const sgn_arguments *a)
{
    sgn_model m;
    SGN_TRY(sgn_model_open(&m, a->word[0], 1, NULL));
    sgn_status status = print(&m);
    sgn_model_free(&m);
    return status;
}

const sgn_command sgn_command_inspect = {
    .name = "inspect",
    .title = "what a checkpoint holds, and its ledger of bits",
    .usage = "FILE",
    .help = "FILE is a checkpoint (best.h5, last.h5).",
    .least = 1,
    .most = 1,
    .takes = 0,
    .run = run,
};
