#include "experiments/dry_run.h"

#include "io/table.h"
#include "unroll/ledger.h"
#include "unroll/operations.h"
#include "unroll/packed.h"

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

static const char *role_name(sgn_role role)
{
    switch (role) {
    case SGN_ROLE_LINKS: return "links";
    case SGN_ROLE_SCALE: return "scale";
    case SGN_ROLE_VALUES: return "values";
    case SGN_ROLE_POSITIVE: return "positive";
    case SGN_ROLE_REAL: return "real";
    case SGN_ROLE_PHYSICS: return "physics";
    }
    return "";
}

static double density_of(const sgn_link *w)
{
    double active = 0;
    for (int p = 0; p < w->planes; p++)
        active += w->support[p] ? (double)w->support[p]->active : (double)sgn_link_size(w);
    return active / (double)sgn_link_latents(w);
}

static double first_value(const sgn_link *w)
{
    return (double)(w->packed ? sgn_packed_at(w->packed, 0, 0) : w->weight[0]);
}

static sgn_status print_parameters(const sgn_net *net)
{
    static const sgn_column column[] = {{"name", 0},    {"layer", 1},   {"role", 0},
                                        {"rows", 1},    {"cols", 1},    {"planes", 1},
                                        {"density", 1}, {"learned", 0}, {"first value", 1}};
    sgn_table t;
    sgn_table_init(&t, column, sizeof column / sizeof *column);
    for (int p = 0; p < net->nparams; p++) {
        const sgn_link *w = &net->param[p];
        sgn_table_add(&t, "%s", w->name);
        if (w->layer < 0) sgn_table_add(&t, "all");
        else sgn_table_add(&t, "%d", w->layer);
        sgn_table_add(&t, "%s", role_name(w->role));
        sgn_table_add(&t, "%d", w->rows);
        sgn_table_add(&t, "%d", w->cols);
        sgn_table_add(&t, "%d", w->planes);
        sgn_table_add(&t, "%.4g", density_of(w));
        sgn_table_add(&t, "%s", w->trained ? "yes" : "no");
        sgn_table_add(&t, "%.6g", first_value(w));
    }
    sgn_status status = sgn_table_text(&t, stdout);
    sgn_table_free(&t);
    return status;
}

static void print_count(const char *name, double count) { printf("%-20s %.0f\n", name, count); }

static void print_bits(const sgn_net *net)
{
    sgn_ledger l;
    sgn_ledger_of(net, &l);
    double stored = sgn_ledger_stored(&l), total = stored + l.physics_bits;
    print_count("possible links", l.links);
    print_count("active links", l.active_links);
    print_count("weights", l.weights);
    print_count("parameters", l.parameters);
    printf("sign bits            %.0f (%.4g per link)\n", l.stored.sign, l.stored.sign / l.links);
    print_count("support bits", l.stored.support);
    print_count("scale bits", l.stored.scale);
    print_count("scalar bits", l.stored.scalar);
    printf("stored bits          %.0f (%.4g per link, %.4g per weight)\n", stored, stored / l.links,
           stored / l.weights);
    printf("physics bits         %.0f (%.4g per link)\n", l.physics_bits, l.physics_bits / l.links);
    printf("total bits           %.0f (%.4g per link)\n", total, total / l.links);
    printf("stored bytes         %.0f (full precision %.4g times as many)\n", stored / 8,
           sgn_ledger_compression(&l));
}

static void print_operations(const sgn_net *net)
{
    sgn_operations o;
    sgn_operations_of(net, &o);
    print_count("multiplications", o.multiplications);
    print_count("additions", o.additions);
    print_count("weight bytes read", o.weight_bits / 8);
    print_count("physics bytes read", o.physics_bits / 8);
    printf("energy               %.4g nJ with weights from SRAM, %.4g nJ from DRAM\n",
           sgn_operations_energy(&o, SGN_MEMORY_SRAM), sgn_operations_energy(&o, SGN_MEMORY_DRAM));
}

sgn_status sgn_print_network(const sgn_net *net)
{
    SGN_TRY(print_parameters(net));
    printf("\nStored\n");
    print_bits(net);
    printf("\nTo recover a signal\n");
    print_operations(net);
    return SGN_OK;
}

static sgn_status step_once(void *context, const sgn_trainer *t, const sgn_epoch *e, int is_best)
{
    (void)context, (void)t, (void)e, (void)is_best;
    return SGN_OK;
}

static int stop_soon(void *context, int step)
{
    (void)context;
    return step >= 3;
}

/* Seconds of the whole training, from its first three steps. */
static sgn_status estimate_time(const sgn_model *m, double *seconds)
{
    sgn_trainer *trainer;
    sgn_train_settings as = m->config.train;
    as.validation_samples = 1;
    if (as.steps == 0) return *seconds = 0, SGN_OK;
    SGN_TRY(sgn_trainer_new(&trainer, &as, m->config.seed, m->problem, m->net, m->pool));
    sgn_status status = sgn_trainer_run(trainer, &(sgn_observer){NULL, step_once, stop_soon});
    const sgn_trainer_state *s = sgn_trainer_state_of(trainer);
    *seconds = s->seconds / (s->step ? s->step : 1) * as.steps;
    sgn_trainer_free(trainer);
    return status == SGN_ESTOPPED ? SGN_OK : status;
}

sgn_status sgn_dry_run(const sgn_model *m, const char *folder)
{
    char problem[SGN_NAME_MAX], condition[SGN_NAME_MAX];
    double seconds;
    struct rusage usage;
    sgn_model_problem_text(m->problem, problem, sizeof problem);
    sgn_condition_text(&m->problem->test, condition, sizeof condition);
    printf("folder               %s\nproblem              %s\ntested under         %s\n", folder,
           problem, *condition ? condition : "the same");
    SGN_TRY(sgn_print_network(m->net));
    SGN_TRY(estimate_time(m, &seconds));
    getrusage(RUSAGE_SELF, &usage);
    printf("\nTo train\nmemory               about %ld MB\ntime                 about %.0f s on "
           "this machine\n",
           usage.ru_maxrss / 1024, seconds);
    return SGN_OK;
}
