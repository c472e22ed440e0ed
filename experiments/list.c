/* list.c -- the registries: what can be named in a config, with its source. */
#include "core/registry.h"
#include "experiments/command.h"
#include "experiments/experiment.h"
#include "solvers/problem.h"
#include "solvers/solvers.h"
#include "train/optimizer.h"
#include "unroll/fit.h"
#include "unroll/link.h"

#include <stdio.h>
#include <string.h>

static void line(const char *name, const char *title, const char *cite)
{
    printf("  %-16s %s%s%s%s\n", name, title, *cite ? " (" : "", cite, *cite ? ")" : "");
}

static void list_solvers(void)
{
    for (const sgn_solver *const *s = sgn_solvers(); *s; s++)
        line((*s)->name, (*s)->title, (*s)->cite);
}

static void list_constraints(void)
{
    for (const sgn_constraint *const *c = sgn_constraints(); *c; c++)
        line((*c)->name, (*c)->title, (*c)->cite);
}

static void list_supports(void)
{
    for (const sgn_support_kind *const *s = sgn_support_kinds(); *s; s++)
        line((*s)->name, (*s)->title, "");
}

static void list_fits(void)
{
    for (const sgn_fit *const *f = sgn_fits(); *f; f++) line((*f)->name, (*f)->title, (*f)->cite);
}

static void list_problems(void)
{
    for (const sgn_problem_kind *const *p = sgn_problem_kinds(); *p; p++)
        line((*p)->name, (*p)->title, (*p)->cite);
}

static void list_optimizers(void)
{
    for (const sgn_optimizer *const *o = sgn_optimizers(); *o; o++)
        line((*o)->name, (*o)->title, (*o)->cite);
}

static void list_experiments(void)
{
    for (const sgn_experiment *const *e = sgn_experiments(); *e; e++)
        line((*e)->name, (*e)->title, (*e)->cite);
}

typedef struct {
    const char *name;
    void (*print)(void);
} registry;

static const registry solvers = {"solvers", list_solvers},
                      constraints = {"constraints", list_constraints},
                      supports = {"supports", list_supports}, fits = {"fits", list_fits},
                      problems = {"problems", list_problems},
                      optimizers = {"optimizers", list_optimizers},
                      experiments = {"experiments", list_experiments};

static const registry *const registries[] = {&solvers,  &constraints, &supports,    &fits,
                                             &problems, &optimizers,  &experiments, NULL};

static sgn_status run(const sgn_arguments *a)
{
    const registry *only = NULL;
    if (a->words) {
        only = sgn_registry_find("the registry to list", a->word[0], registries);
        if (!only) return SGN_ENAME;
    }
    for (int i = 0; registries[i]; i++) {
        if (only && registries[i] != only) continue;
        if (!only) printf("%s%s\n", i ? "\n" : "", registries[i]->name);
        registries[i]->print();
    }
    return SGN_OK;
}

const sgn_command sgn_command_list = {
    .name = "list",
    .title = "solvers, constraints, supports, fits, problems, optimizers and experiments there are",
    .usage = "[REGISTRY]",
    .help = "REGISTRY is one of solvers, constraints, supports, fits, problems, optimizers and "
            "experiments; without it, all of them are listed.",
    .least = 0,
    .most = 1,
    .takes = 0,
    .run = run,
};
