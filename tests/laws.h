/* laws.h -- what the tests of networks share: small problems and networks, made from the keys a
 * config has, and the comparison of a gradient with finite differences.
 *
 * The laws loop over the registries and name no plug-in, so a new one is tested the day it is
 * added.  A call that fails ends the test with the library's sentence.
 */
#ifndef SGN_TESTS_LAWS_H
#define SGN_TESTS_LAWS_H

#include "core/memory.h"
#include "signroll.h"

#include <criterion/criterion.h>
#include <hdf5.h>

#define OK(expr) cr_assert_eq(expr, SGN_OK, "%s: %s", #expr, sgn_last_error())

/* The presets for a problem of 12 x 20 and three layers, and what supports ask for, then `keys`:
   "train.steps=9 seed=2". */
sgn_config config_of(const char *keys, ...) __attribute__((format(printf, 1, 2)));

typedef struct {
    sgn_config config;
    sgn_problem *problem;
    sgn_net *net;
    sgn_mat pattern;  // (n, m) what support `file` is given
} model;

model model_of(const sgn_config *c);
void model_free(model *m);

/* Normal numbers of a stream: the same for the same `stream`. */
void fill_normal(sgn_real *v, size_t n, double deviation, uint32_t stream);

/* Moves every latent by a random amount, so that nothing stands at a special value, and projects. */
void shake(sgn_net *net, double deviation);

/* All weights of the network, parameter after parameter: how many, where those of w begin, a copy that the
   caller frees, and how far they are from one.  Their gradients lie so from net->param->dweight on, until a
   trainer lays them out (sgn_net_lay_gradients). */
size_t weights_of(const sgn_net *net);
size_t weights_before(const sgn_net *net, const sgn_link *w);
sgn_real *copy_weights(const sgn_net *net);
double weights_moved(const sgn_net *net, const sgn_real *before);

/* A file of ours to be changed by hand, and what it holds then under the length and hash that say so. */
hid_t open_to_edit(const char *path);
void close_edited(hid_t *file, const char *path);

double largest_difference(const sgn_real *a, const sgn_real *b, size_t n);

/* How far g is from the central differences of f with respect to v[0 .. n-1] (at no more than 200
   of them), relative to the largest difference.  f reads v where it stands. */
double gradient_error(double (*f)(void *context), void *context, sgn_real *v, const sgn_real *g,
                      size_t n);

#endif
