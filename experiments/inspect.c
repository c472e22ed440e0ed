/* inspect.c -- what a checkpoint or a packed model holds, parameter by parameter, and its ledger. */
#include "experiments/command.h"
#include "experiments/dry_run.h"
#include "experiments/scoring.h"

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

static void print_file(const sgn_model *m)
{
    sgn_summary s;
    sgn_summary_init(&s);
    sgn_charge_model(&s, m->net);
    sgn_charge_file(&s, m->packed_bytes);
    printf("\nPacked\nfile_bytes           %.0f\nfile_bits_per_link   %.4g\n", s.file_bytes,
           s.file_bits_per_link);
}

static sgn_status run(const sgn_arguments *a)
{
    sgn_model m;
    SGN_TRY(sgn_model_open_alone(&m, a->word[0], 1));
    sgn_status status = print(&m);
    if (!status && m.packed_bytes) print_file(&m);
    sgn_model_free(&m);
    return status;
}

const sgn_command sgn_command_inspect = {
    .name = "inspect",
    .title = "what a model holds, and its ledger of bits",
    .usage = "FILE",
    .help = "FILE is a checkpoint (best.h5, last.h5) or a packed model.",
    .least = 1,
    .most = 1,
    .takes = 0,
    .run = run,
};
