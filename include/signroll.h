/* signroll.h -- sparse one-bit unrolled networks.
 *
 * Sparse recovery: y = A x + e is measured, A (m, n) is known, m < n, and x has few nonzeros.  An
 * iterative solver such as ISTA,
 *
 *     x <- shrink(x + A' (y - A x) / L, lambda / L),
 *
 * cut off after K iterations is a network of K layers (Gregor and LeCun 2010): let every layer have
 * matrices and thresholds of its own and learn them from examples.  signroll trains and runs such
 * networks when a link matrix may hold only signs, on a fixed support, times one scale.
 *
 * A network is a solver (solvers/, one iteration each) under a weight constraint (unroll/constraints/)
 * for a problem (solvers/problems/).  All three are chosen by name; `signroll list` prints them.  The
 * keys below are those of the YAML files; `signroll config --schema` explains every one.
 *
 *     #include <signroll.h>
 *     #include <stdio.h>
 *
 *     static sgn_status show(void *context, const sgn_trainer *t, const sgn_epoch *e, int is_best)
 *     {
 *         (void)context, (void)t;
 *         printf("step %4d  error %6.2f dB%s\n", e->step, e->validation_db, is_best ? " *" : "");
 *         return SGN_OK;
 *     }
 *
 *     int main(void)
 *     {
 *         const char *keys[] = {"problem.m=20", "problem.n=40", "network.solver=lista-cp",
 *                               "network.depth=4", "weights.constraint=onebit", "train.steps=200"};
 *         sgn_config c;
 *         const sgn_solver *solver;
 *         sgn_problem *problem = NULL;
 *         sgn_net *net = NULL;
 *         sgn_trainer *trainer = NULL;
 *
 *         sgn_blas_init();
 *         sgn_status s = sgn_config_load(&c, NULL, keys, 6);
 *         if (!s) s = sgn_problem_new(&problem, &c.problem, c.seed);
 *         if (!s) s = sgn_solver_find(c.net.solver, &solver);
 *         if (!s) s = sgn_net_new(&net, &c.net, solver, &problem->physics, c.train.batch, c.seed);
 *         if (!s) s = sgn_trainer_new(&trainer, &c.train, c.seed, problem, net, NULL);
 *         if (!s) s = sgn_trainer_run(trainer, &(sgn_observer){.epoch = show});
 *         if (s) fprintf(stderr, "%s\n", sgn_last_error());
 *         sgn_trainer_free(trainer), sgn_net_free(net), sgn_problem_free(problem);
 *         return sgn_status_exit(s);
 *     }
 *
 * Build it with `cc example.c $(pkg-config --cflags --libs signroll)`, or from CMake with
 * find_package(Signroll) and the target Signroll::signroll.
 *
 * A trained network is packed with sgn_packed_save; sgn_packed_load and sgn_net_of_image give one that
 * only runs, and takes little more memory than its bits.
 *
 * Conventions.  A function that can fail returns an sgn_status and leaves its outputs untouched when
 * it does; sgn_last_error() is the sentence.  What X_new gave, X_free takes back (NULL is fine).  An
 * sgn_mat is a borrowed column-major view: column b is sample b.  The library never prints.
 */
#ifndef SIGNROLL_H
#define SIGNROLL_H

#include "core/base.h"
#include "core/mat.h"
#include "core/option.h"
#include "core/pool.h"
#include "core/rng.h"

#include "unroll/c_source.h"
#include "unroll/deploy.h"
#include "unroll/fit.h"
#include "unroll/ledger.h"
#include "unroll/link.h"
#include "unroll/net.h"
#include "unroll/solver.h"
#include "unroll/support.h"

#include "solvers/classical.h"
#include "solvers/problem.h"
#include "solvers/solvers.h"

#include "train/calibration.h"
#include "train/detection.h"
#include "train/evaluate.h"
#include "train/theory.h"
#include "train/trainer.h"

#include "io/config.h"
#include "io/packed_file.h"

#endif
