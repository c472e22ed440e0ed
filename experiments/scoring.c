#include "experiments/scoring.h"

#include "core/memory.h"
#include "io/results.h"
#include "train/theory.h"
#include "unroll/ledger.h"
#include "unroll/operations.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* An error a hundred times the signal: what iterates like that is on its way to infinity. */
static const double diverged_db = 20;

static const char *scale_name(int scale)
{
    static const char *const name[] = {"global", "layer", "row", "column", "block"};
    return name[scale];
}

void sgn_describe_model(sgn_summary *s, const sgn_config *c, const sgn_problem *q)
{
    memcpy(s->name, c->name, sizeof s->name);
    snprintf(s->label, sizeof s->label, "%s", c->name);
    memcpy(s->solver, c->net.solver, sizeof s->solver);
    memcpy(s->constraint, c->net.constraint, sizeof s->constraint);
    memcpy(s->support, c->net.support, sizeof s->support);
    snprintf(s->scale, sizeof s->scale, "%s", scale_name(c->net.scale));
    sgn_model_problem_text(q, s->problem, sizeof s->problem);
    sgn_condition_text(&q->test, s->condition, sizeof s->condition);
    s->depth = c->net.depth;
    s->seed = c->seed;
    s->m = q->physics.A.rows;
    s->n = q->physics.A.cols;
    s->sparsity = c->problem.sparsity;
    s->snr_db = c->problem.snr_db;
    s->samples = c->train.samples;
    s->steps = c->train.steps;
}

static void charge_bits(sgn_summary *s, const sgn_net *net)
{
    sgn_ledger l;
    sgn_ledger_of(net, &l);
    double stored = sgn_ledger_stored(&l);
    s->links = l.links;
    s->active_links = l.active_links;
    s->weights = l.weights;
    s->parameters = l.parameters;
    s->sign_bits_per_link = l.stored.sign / l.links;
    s->stored_bits_per_link = stored / l.links;
    s->physics_bits_per_link = l.physics_bits / l.links;
    s->total_bits_per_link = (stored + l.physics_bits) / l.links;
    s->stored_bytes = stored / 8;
    s->bits_per_weight = stored / l.weights;
    s->compression_vs_fp32 = sgn_ledger_compression(&l);
}

static void charge_operations(sgn_summary *s, const sgn_net *net)
{
    sgn_operations o;
    sgn_operations_of(net, &o);
    s->multiplications = o.multiplications;
    s->additions = o.additions;
    s->weight_bytes_read = o.weight_bits / 8;
    s->physics_bytes_read = o.physics_bits / 8;
    s->energy_sram_nj = sgn_operations_energy(&o, SGN_MEMORY_SRAM);
    s->energy_dram_nj = sgn_operations_energy(&o, SGN_MEMORY_DRAM);
}

void sgn_charge_model(sgn_summary *s, const sgn_net *net)
{
    charge_bits(s, net);
    charge_operations(s, net);
    sgn_net_hash(net, s->weights_hash);
}

void sgn_charge_file(sgn_summary *s, size_t bytes)
{
    s->file_bytes = (double)bytes;
    s->file_bits_per_link = 8 * (double)bytes / s->links;
}

void sgn_charge_source(sgn_summary *s, sgn_c_source_size size)
{
    s->c_table_bytes = (double)size.tables;
    s->c_static_bytes = (double)size.buffers;
}

void sgn_compare_scores(sgn_summary *s, const sgn_score *train, const sgn_score *test)
{
    s->nmse_train_db = train->nmse_db;
    s->nmse_test_db = test->nmse_db;
    s->nmse_test_median_db = test->median_db;
    s->nmse_test_p99_db = test->p99_db;
    s->gap_db = test->nmse_db - train->nmse_db;
    s->gap_linear = test->nmse - train->nmse;
    s->support_f1 = test->support.f1;
    s->support_precision = test->support.precision;
    s->support_recall = test->support.recall;
    s->support_auc = test->support.auc;
    s->nmse_normalised_db = test->direction.nmse_db;
    s->angle = test->direction.angle;
    s->diverged = !(test->nmse_db < diverged_db);
}

static sgn_status score_set(const sgn_model *m, const sgn_set *set, double *layers,
                            sgn_score *score)
{
    size_t size = (size_t)set->x.rows * (size_t)set->x.cols;
    sgn_mat x = sgn_mat_view(sgn_alloc(size, sizeof(sgn_real)), set->x.rows, set->x.cols);
    if (!x.at) return SGN_EMEM;
    sgn_evaluate(m->net, m->pool, set->y, x, set->x, layers);
    sgn_status status = sgn_score_of(&m->problem->physics, x, set->x, score);
    sgn_free(x.at);
    return status;
}

static sgn_status score_test(sgn_summary *s, const sgn_model *m, sgn_score *score)
{
    sgn_set set;
    const sgn_config *c = &m->config;
    SGN_TRY(sgn_test_set(&set, m->problem, c->seed, c->train.test_samples));
    s->layers = m->net->as.depth;
    s->layer_nmse_db = sgn_alloc((size_t)s->layers, sizeof *s->layer_nmse_db);
    sgn_status status = s->layer_nmse_db ? score_set(m, &set, s->layer_nmse_db, score) : SGN_EMEM;
    sgn_set_release(&set);
    return status;
}

static sgn_status score_train(const sgn_model *m, sgn_score *score)
{
    sgn_set set;
    const sgn_train_settings *t = &m->config.train;
    SGN_TRY(
        sgn_training_set(&set, m->problem, m->config.seed, t->samples, t->batch, t->test_samples));
    sgn_status status = score_set(m, &set, NULL, score);
    sgn_set_release(&set);
    return status;
}

static sgn_status score_theory(sgn_summary *s, const sgn_model *m)
{
    sgn_theory t;
    sgn_problem nominal =
        sgn_problem_nominal(m->problem);  // bounds are about what it was trained for
    SGN_TRY(sgn_theory_of(&t, m->net, m->pool, &nominal, &m->config.train, m->config.seed));
    s->convergence_factor = t.convergence_factor;
    s->empirical_rate = t.empirical_rate;
    s->stability_bound = t.stability_bound;
    s->stability_measured = t.stability_measured;
    s->sensitivity_bound = t.sensitivity_bound;
    s->sensitivity_measured = t.sensitivity_measured;
    s->bounded_train = t.bounded_train;
    s->bounded_test = t.bounded_test;
    s->bounded_gap = t.bounded_gap;
    s->occam_bound = t.occam_bound;
    return SGN_OK;
}

sgn_status sgn_score_model(sgn_summary *s, const sgn_model *m)
{
    sgn_score train, test;
    sgn_describe_model(s, &m->config, m->problem);
    sgn_charge_model(s, m->net);
    if (m->packed_bytes) sgn_charge_file(s, m->packed_bytes);
    SGN_TRY(score_test(s, m, &test));
    SGN_TRY(score_train(m, &train));
    sgn_compare_scores(s, &train, &test);
    if (s->diverged || !sgn_theory_wanted(&m->config.train, m->net)) return SGN_OK;
    return score_theory(s, m);
}

/* What the table has no columns for. */
static void print_remarks(const sgn_summary *s)
{
    if (!isnan(s->angle))
        printf("\nscaled to the truth's length: NMSE %.2f dB, angle %.4g pi\n",
               s->nmse_normalised_db, s->angle);
    if (!isnan(s->multiplications))
        printf("\na signal takes %.0f multiplications, %.0f additions, %.0f bytes of matrices; "
               "%.4g nJ from SRAM, %.4g nJ from DRAM\n",
               s->multiplications, s->additions, s->weight_bytes_read + s->physics_bytes_read,
               s->energy_sram_nj, s->energy_dram_nj);
    if (!isnan(s->file_bytes))
        printf("the packed file has %.0f bytes, %.4g bits per link\n", s->file_bytes,
               s->file_bits_per_link);
    if (!isnan(s->c_table_bytes))
        printf("the program in C has %.0f bytes of tables and %.0f of static memory\n",
               s->c_table_bytes, s->c_static_bytes);
}

sgn_status sgn_print_summary(const sgn_summary *s, int json)
{
    if (!json) {
        SGN_TRY(sgn_results_print(stdout, &(sgn_run){.summary = *s}, 1));
        print_remarks(s);
        return SGN_OK;
    }
    char *text;
    SGN_TRY(sgn_summary_json(s, &text));
    puts(text);
    sgn_free(text);
    return SGN_OK;
}
