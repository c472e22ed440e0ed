/* compare.c -- the table of runs on one problem, mean and spread over seeds. */
#include "core/memory.h"
#include "experiments/gather.h"
#include "io/results.h"

#include <stdio.h>
#include <string.h>

enum { MOST_RUNS = 1 << 20 };

static sgn_status check_same(const sgn_run *a, const sgn_run *b)
{
    const sgn_summary *s = &a->summary, *t = &b->summary;
    if (strcmp(s->problem, t->problem))
        return sgn_fail(SGN_EDATA, "%s and %s are runs on different problems (%s; %s)", t->label,
                        s->label, t->problem, s->problem);
    if (strcmp(s->condition, t->condition))
        return sgn_fail(SGN_EDATA, "%s and %s were tested under different conditions (%s; %s)",
                        t->label, s->label, *t->condition ? t->condition : "as trained",
                        *s->condition ? s->condition : "as trained");
    return SGN_OK;
}

static sgn_status check_same_problem(const sgn_runs *r)
{
    for (int i = 1; i < r->n; i++) SGN_TRY(check_same(&r->run[i], &r->run[0]));
    return SGN_OK;
}

static sgn_status print_json(const sgn_runs *r)
{
    fputs("{\"runs\": [", stdout);
    for (int i = 0; i < r->n; i++) {
        char *text;
        SGN_TRY(sgn_summary_json(&r->run[i].summary, &text));
        printf("%s%s", i ? ",\n" : "\n", text);
        sgn_free(text);
    }
    fputs("]}\n", stdout);
    return SGN_OK;
}

static sgn_status run(const sgn_arguments *a)
{
    sgn_runs r;
    SGN_TRY(sgn_runs_gather(&r, a));
    sgn_status status = check_same_problem(&r);
    if (!status) status = a->json ? print_json(&r) : sgn_results_print(stdout, r.run, r.n);
    sgn_runs_free(&r);
    return status;
}

const sgn_command sgn_command_compare = {
    .name = "compare",
    .title = "the table of runs, mean and spread over seeds",
    .usage = "RUN...",
    .help = "Runs with one label are seeds of one method.  Runs on different problems are refused.",
    .least = 1,
    .most = MOST_RUNS,
    .takes = SGN_TAKES_JSON,
    .run = run,
};
